"""Download of the provisioning logs, by the page's filters: JSON as one minified array, CSV as three files.

The files are joined by the change ID, as
https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs says (read 2026-11-29). What
their columns are called is nowhere public, so these names are this imitation's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from flask.typing import ResponseReturnValue

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.portal.files import attached, attached_csv
from harness.azure_ad.portal.log.logs import chosen_entries
from harness.base.json_text import encode_text
from harness.base.store import Document


class _Sheet(NamedTuple):
    name: str
    columns: tuple[str, ...]
    rows: Callable[[Document], Iterator[tuple[Any, ...]]]


def _entry(entry: Document) -> Iterator[tuple[Any, ...]]:
    problem = entry["provisioningStatusInfo"]["errorInformation"] or {}
    source, target = entry["sourceIdentity"], entry["targetIdentity"]
    yield (
        entry["activityDateTime"],
        entry["changeId"],
        entry["cycleId"],
        entry["jobId"],
        _capital(entry["provisioningAction"]),
        _capital(entry["provisioningStatusInfo"]["status"]),
        problem.get("errorCode"),
        problem.get("reason"),
        entry["sourceSystem"]["displayName"],
        source["id"],
        source["displayName"],
        entry["targetSystem"]["displayName"],
        target["id"],
    )


def _steps(entry: Document) -> Iterator[tuple[Any, ...]]:
    for step in entry["provisioningSteps"]:
        kind, status = _capital(step["provisioningStepType"]), _capital(step["status"])
        details = encode_text(step["details"]) if step["details"] else ""
        yield entry["changeId"], step["name"], kind, status, step["description"], details


def _properties(entry: Document) -> Iterator[tuple[Any, ...]]:
    for change in entry["modifiedProperties"]:
        yield entry["changeId"], change["displayName"], change["oldValue"], change["newValue"]


_SHEETS = {
    "entries": _Sheet(
        "ProvisioningLogs",
        (
            *(
                "Date (UTC)",
                "Change ID",
                "Cycle ID",
                "Job ID",
                "Action",
                "Status",
                "Error code",
                "Status reason",
            ),
            *("Source system", "Source ID", "Source name", "Target system", "Target ID"),
        ),
        _entry,
    ),
    "steps": _Sheet(
        "ProvisioningLogs_ProvisioningSteps",
        ("Change ID", "Name", "Type", "Status", "Description", "Details"),
        _steps,
    ),
    "properties": _Sheet(
        "ProvisioningLogs_ModifiedProperties",
        ("Change ID", "Property name", "Old value", "New value"),
        _properties,
    ),
}


def as_json() -> ResponseReturnValue:
    return attached(_array(chosen_entries()), "ProvisioningLogs.json", "application/json")


def as_csv(part: str) -> ResponseReturnValue:
    sheet = _SHEETS.get(part)
    if sheet is None:
        raise NotFoundError(f"There are CSV files of {', '.join(_SHEETS)}, none of '{part}'.")
    rows = (row for entry in chosen_entries() for row in sheet.rows(entry))
    return attached_csv(sheet.columns, rows, f"{sheet.name}.csv")


def _array(entries: Iterable[Document]) -> Iterator[str]:
    """Yield a JSON array in pieces, so that a long log is never in memory as a whole."""
    separator = "["
    for entry in entries:
        yield separator + json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
        separator = ","
    yield "]" if separator == "," else "[]"


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


ROUTES = (
    ("GET", "/provisioning-logs/download/json", as_json),
    ("GET", "/provisioning-logs/download/csv/<part>", as_csv),
)
