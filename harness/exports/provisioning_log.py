"""The provisioning log in each form: Graph, the portal's downloads, Azure Monitor's stream, Log Analytics.

Records: https://learn.microsoft.com/graph/api/resources/provisioningobjectsummary, "Properties"; stream:
https://github.com/elastic/integrations/tree/main/packages/azure/data_stream/provisioning, sample_event.json; tables:
https://learn.microsoft.com/azure/azure-monitor/reference/tables/aadprovisioninglogs, "Columns" (all read 2026-11-30).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.exports.carriers import Row
from harness.exports.evidence import LogEntry, LogPart

# The reason of a failure, as it is written since 2019; its lines may be separated by anything.
_REASON = re.compile(
    r"StatusCode: (?P<http>\w+)\s+Message: .*?Web Response:\s*(?P<body>.*?)\s*\.\s+This operation was retried",
    re.DOTALL,
)
_REASON_START = re.compile(r"StatusCode: (?P<http>\w+)")
# A duplicate at applications whose connector speaks another protocol: `ContosoEntryConflict`.
_CONFLICT = re.compile(r"^(?:\w*Entry)?Conflict$")
# The moment's name in each form; the query page of Log Analytics adds the zone: `TimeGenerated [UTC]`.
_MOMENT = re.compile(r"(?:activitydatetime|time|timegenerated(?: \[.+\])?|date \(utc\))$")
_STATUSES = {"success": "success", "failure": "failure", "skipped": "skipped", "warning": "warning"}
_NUMBERS = {"0": "success", "1": "failure", "2": "skipped"}


class Unreadable(Exception):
    """A record that cannot be used; the message says why."""


def moment(row: Row) -> str:
    """Return a record's moment as it is written; an empty text where it has none."""
    return _moment(_folded(row))


def entry(row: Row) -> LogEntry | None:
    """Read one record; None for one about a group. Raises Unreadable."""
    record = _folded(row)
    if isinstance(inner := _object(record.get("properties")), dict):
        record = {**record, **_folded(inner)}
    source = _folded(_object(record.get("sourceidentity")) or {})
    details = _folded(_object(source.get("details")) or {})
    kinds = (source.get("identitytype"), details.get("odatatype"))
    if any(str(kind).lower().endswith("group") for kind in kinds):
        return None
    key = str(source.get("id") or record.get("source id") or "")
    name = str(details.get("userprincipalname") or _reportable(record) or "")
    if not key and not name:
        raise Unreadable("it names no user")
    information = _information(record)
    reason = str(
        information.get("reason") or record.get("resultdescription") or record.get("status reason") or ""
    )
    http, detail, request_id = _answer(reason)
    code = str(
        information.get("errorcode") or record.get("error code") or record.get("resultsignature") or ""
    )
    return LogEntry(
        object_id=key,
        user_principal_name=name,
        moment=_moment(record),
        action=str(record.get("provisioningaction") or record.get("action") or "").lower(),
        status=_status(record),
        code=code,
        http=http or ("Conflict" if _CONFLICT.search(code) else ""),
        detail=detail,
        request_id=request_id,
        property=_skipped_for(record),
        change_id=str(record.get("changeid") or record.get("change id") or ""),
        job=str(record.get("jobid") or record.get("job id") or ""),
        principal=str(_folded(_object(record.get("serviceprincipal")) or {}).get("id") or ""),
        targets=frozenset(_written(record)),
        is_cut=not reason and _is_cut(record),
    )


def _moment(record: Row) -> str:
    return str(next((record[each] for each in record if _MOMENT.match(each) and record[each]), ""))


def part(row: Row) -> LogPart | None:
    """Read a row of the portal's steps or modified properties; None for one that is not about a user.

    https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs, "CSV format" (read
    2026-11-30), names the files and the change id that joins them; their headers are not public, and guessed.
    """
    record = _folded(row)
    change = str(record.get("change id") or record.get("changeid") or "")
    details = _folded(_object(record.get("details")) or {})
    name = details.get("reportableidentifier") or details.get("userprincipalname")
    if str(record.get("property name") or record.get("name")) == "userName":
        name = record.get("new value") or record.get("old value")
    skipped = (details.get("propertyname") or details["skipreason"]) if "skipreason" in details else ""
    if not change or not (name or skipped):
        return None
    return LogPart(change, str(name or ""), str(skipped))


def imported(row: Row) -> dict[str, Any]:
    """Return the source values that a record's import step shows, empty if it has none."""
    for step in _steps(_folded(row)):
        if str(step.get("name", "")).startswith("EntryImportAdd"):
            details = _object(step.get("details"))
            return dict(details) if isinstance(details, dict) else {}
    return {}


def _written(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the target attributes that were changed, as the log spells them."""
    changes = _object(record.get("modifiedproperties"))
    for change in changes if isinstance(changes, list) else []:
        folded = _folded(change)
        if name := folded.get("displayname") or folded.get("name"):
            yield str(name)


def _is_cut(record: Mapping[str, Any]) -> bool:
    """Return whether an error is a text without its JSON, such as the name of a type.

    https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/convertto-json, "-Depth" (read 2026-11-30).
    """
    status = _object(record.get("provisioningstatusinfo"))
    information = _folded(status).get("errorinformation") if isinstance(status, dict) else None
    return isinstance(information, str) and bool(information) and _object(information) is None


def _status(record: Mapping[str, Any]) -> str:
    status = _object(record.get("provisioningstatusinfo")) or _object(record.get("statusinfo"))
    if isinstance(status, dict):
        word = str(_folded(status).get("status", "")).lower()
        if word in _STATUSES or word in _NUMBERS:
            return _STATUSES.get(word) or _NUMBERS[word]
    word = str(record.get("resulttype") or record.get("status") or "").lower()
    if not word and isinstance(record.get("provisioningstatusinfo"), str):
        raise Unreadable("the export lost what became of it (ConvertTo-Json needs -Depth 10)")
    return _STATUSES.get(word, word)


def _information(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the record of an error, from today's place or from that of the older beta."""
    status = _object(record.get("provisioningstatusinfo"))
    if isinstance(status, dict):
        return _folded(_object(_folded(status).get("errorinformation")) or {})
    return _folded(_object(record.get("statusinfo")) or {})


def _answer(reason: str) -> tuple[str, str, str]:
    """Return the status by name, what the target said, and its name for the request."""
    if (whole := _REASON.search(reason)) is None:
        start = _REASON_START.search(reason)
        return (start["http"] if start else "", "", "")
    try:
        body = json.loads(whole["body"])
    except ValueError:
        return whole["http"], whole["body"], ""
    if not isinstance(body, dict):
        return whole["http"], whole["body"], ""
    return whole["http"], str(body.get("detail", "")), str(body.get("exceptionRequestId", ""))


def _skipped_for(record: Mapping[str, Any]) -> str:
    for step in _steps(record):
        details = _folded(_object(step.get("details")) or {})
        if "skipreason" in details:
            return str(details.get("propertyname") or details["skipreason"])
    return ""


def _reportable(record: Mapping[str, Any]) -> str:
    for step in _steps(record):
        if name := _folded(_object(step.get("details")) or {}).get("reportableidentifier"):
            return str(name)
    return ""


def _steps(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    inner = _object(record.get("properties"))
    steps = _object(record.get("provisioningsteps"))
    if steps is None and isinstance(inner, dict):
        steps = _object(_folded(inner).get("provisioningsteps"))
    return [_folded(step) for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []


def _object(value: Any) -> Any:
    """Return JSON that is held in a text; None for a text that was cut."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def _folded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key).lower(): value for key, value in row.items()} if isinstance(row, dict) else {}
