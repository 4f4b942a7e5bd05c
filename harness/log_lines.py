"""The lines of both sides' logs in a sentence each: provisioning, audit, CloudTrail, mails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from harness.aws_sso.cloudtrail import LOG as CLOUDTRAIL
from harness.aws_sso.cloudtrail import event_of, outcome_of
from harness.azure_ad.mail import MAIL
from harness.azure_ad.provisioning.log import audit_log as audit
from harness.azure_ad.provisioning.log import provisioning_log as provisioning
from harness.base.clock import iso
from harness.base.store import Document
from harness.world import AWS_SSO, AZURE_AD

FAULT = "fault"  # no log of either side, but told like one


class LogLine(Struct, frozen=True):
    """One line: its log's name, moment, side and sentence; `good` is False for a failure."""

    kind: str
    at: str
    lane: str
    summary: str
    good: bool


def log_line(log: str, body: Document) -> LogLine | None:
    """Return a line as people read it; None for a log that is not for people."""
    read = _READERS.get(log)
    return None if read is None else read(body)


def shown_line(log: str, body: Document) -> Mapping[str, Any]:
    """Return all of a line that surfaces show."""
    if log == provisioning.LOG:
        return provisioning.entry_of(body)
    return event_of(body) if log == CLOUDTRAIL else body


def fault_line(at: datetime, sentence: str) -> Document:
    """Return the line that `FAULT` has of a fault that was put on, met or ended."""
    return {"at": iso(at, 3), "summary": sentence}


def _fault(body: Document) -> LogLine:
    """A fault lies between both sides; it is of the side whose requests it meets."""
    return LogLine(FAULT, body["at"], AZURE_AD, body["summary"], good=True)


def _provisioning(line: Document) -> LogLine:
    body = provisioning.entry_of(line)
    status = body["provisioningStatusInfo"]
    error = status["errorInformation"] or {}
    name = f"{body['sourceIdentity']['identityType']} {body['sourceIdentity']['displayName']}"
    summary = f"{body['provisioningAction']} {name}: {status['status']}"
    if error.get("errorCode"):
        summary += f" ({error['errorCode']})"
    good = status["status"] != "failure"
    return LogLine("provisioning log", body["activityDateTime"], AZURE_AD, summary, good)


def _audit(body: Document) -> LogLine:
    good = body["result"] == "success"
    return LogLine("audit log", body["activityDateTime"], AZURE_AD, body["activityDisplayName"], good)


def _mail(body: Document) -> LogLine:
    summary = f"mail to {body['to']}: {body['subject']}"
    return LogLine("mail", body["at"], AZURE_AD, summary, good=True)


def _cloudtrail(body: Document) -> LogLine:
    outcome = outcome_of(body)
    failure = f": {outcome.error_code}: {outcome.error_message}" if outcome.error_code else ""
    good = not outcome.error_code
    return LogLine("cloudtrail", outcome.time, AWS_SSO, f"{outcome.name}{failure}", good)


_READERS = {
    provisioning.LOG: _provisioning,
    audit.LOG: _audit,
    MAIL: _mail,
    CLOUDTRAIL: _cloudtrail,
    FAULT: _fault,
}
LOGS = frozenset(_READERS)
