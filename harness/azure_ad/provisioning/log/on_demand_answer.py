"""Microsoft Graph's answer to provisionOnDemand, written and read: a pair of texts, in today's form or that of 2020.

Sources: https://learn.microsoft.com/en-us/entra/identity/multi-tenant-organizations/cross-tenant-synchronization-configure-graph,
the output of New-MgServicePrincipalSynchronizationJobOnDemand of 31 July 2023 (today's form: a constant key, and a list of
entries without blanks), and https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationjob-provisionondemand
(that of 2020: the result is the key) (read 2026-11-29).
"""

from __future__ import annotations

import json

from msgspec import Struct

from harness.base.quirks import Quirks
from harness.base.store import Document

STATUS_INFO = "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo"


class OnDemandAnswer(Struct, frozen=True):
    """`result` is Success, Skipped or Failure; `reason` says why not Success; `key` and `value` are read as far as JSON goes."""

    result: str
    reason: str | None
    key: Document | str
    value: Document | list[Document]


def written(quirks: Quirks, result: Document, report: Document | list[Document]) -> dict[str, str]:
    """Write `{"result", "details"}` and the entry, or several with members of a group, as `key` and `value`."""
    if quirks["on-demand-answer"] != "status info":
        return {
            "key": json.dumps(result, ensure_ascii=False),
            "value": json.dumps(report, ensure_ascii=False),
        }
    entries = report if isinstance(report, list) else [report] if report else []
    # The steps come first, as in that output.
    ordered = [{"provisioningSteps": entry["provisioningSteps"], **entry} for entry in entries]
    return {"key": STATUS_INFO, "value": json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))}


def read(answer: Document) -> OnDemandAnswer:
    """Read an answer in either form."""
    value = json.loads(answer["value"])
    if answer["key"] == STATUS_INFO:
        states = [entry["statusInfo"] for entry in value]
        failed = next((each for each in states if each["status"] == "Failure"), None)
        first = failed or (states[0] if states else {"status": "Skipped", "reason": None})
        return OnDemandAnswer(first["status"], first["reason"], STATUS_INFO, value)
    key = json.loads(answer["key"])
    return OnDemandAnswer(key["result"], key["details"].get("errorMessage"), key, value)
