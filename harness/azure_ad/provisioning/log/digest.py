"""A provisioning log entry in short: action, object, outcome and failed request.

Pure functions over entries as Microsoft Graph shows them (provisioningObjectSummary), for people at a terminal.

Source: https://learn.microsoft.com/en-us/graph/api/resources/provisioningobjectsummary (read 2026-11-29).
"""

from __future__ import annotations

import json
import re
from typing import Any

from harness.base.store import Document

# How `trace.retried` ends a failure's reason.
_RETRIED = re.compile(
    r"\. This operation was retried (?P<retries>\d+) times\. It will be retried again after this date: (?P<next>\S+) UTC\Z",
)
_STATUS = re.compile(r"StatusCode: (\w+)")
# In the body of every refusal since 2022; CloudTrail has it as the event's requestID.
_REQUEST_ID = re.compile(r'"exceptionRequestId"\s*:\s*"([0-9a-fA-F-]{36})"')
_ANSWER = "Web Response:"


def digest(entry: Document) -> Document:
    """Return `at, action, who, name, kind, targetId, status, code, cause, retries, nextAttempt, request, targetRequest, sent`.

    `request` is the request that failed, and its status, `targetRequest` the id under which the target knows it; like
    `code`, `cause`, `retries` and `nextAttempt` it is None where there is nothing to tell. `sent` lists attribute, old and
    new value.
    """
    status, source = entry["provisioningStatusInfo"], entry["sourceIdentity"]
    error = status["errorInformation"] or {}
    reason = error.get("reason") or ""
    tail = _RETRIED.search(reason)
    return {
        "at": entry["activityDateTime"],
        "action": entry["provisioningAction"],
        "who": source["details"].get("UserPrincipalName") or source["displayName"],
        "name": source["displayName"],
        "kind": source["identityType"],
        "targetId": entry["targetIdentity"]["id"] or None,
        "status": status["status"],
        "code": error.get("errorCode"),
        "cause": _cause(reason[: tail.start()] if tail else reason) or None,
        "retries": int(tail["retries"]) if tail else None,
        "nextAttempt": f"{tail['next'].partition('.')[0]}Z" if tail else None,
        "request": error.get("additionalDetails"),
        "targetRequest": target_request(entry),
        "sent": [
            [change["displayName"], change["oldValue"], change["newValue"]]
            for change in entry["modifiedProperties"]
        ],
    }


def target_request(entry: Document) -> str | None:
    """Return the target's id of the failed request, if its answer has one."""
    reason = (entry["provisioningStatusInfo"]["errorInformation"] or {}).get("reason") or ""
    stated = _REQUEST_ID.search(reason)
    return stated[1] if stated else None


def was_sent(entry_digest: Document) -> bool:
    """Return whether a digest is of a request that was sent, with or without success."""
    return entry_digest["action"] != "other" and entry_digest["status"] in ("success", "failure")


def _cause(reason: str) -> str:
    """Shorten a reason to the status and what the server itself said."""
    if _ANSWER not in reason:
        return " ".join(reason.removeprefix("Message: ").split())
    status = _STATUS.search(reason)
    sentence = _sentence(reason.partition(_ANSWER)[2].strip())
    return ": ".join(part for part in (status[1] if status else "", sentence) if part)


def _sentence(answer: str) -> str:
    """Return the sentence of an error answer: SCIM's `detail`, others' `message`, or the answer itself."""
    try:
        document: Any = json.loads(answer)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        for name in ("detail", "message", "Message"):
            if isinstance(document.get(name), str):
                return str(document[name])
    return " ".join(answer.split())
