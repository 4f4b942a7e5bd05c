"""Telling what happened in a world, for the report: every exchange and log line in a sentence, in order.

The timeline is what the world's journal was told (it must miss nothing); expectations never look at it, they only
learn from here how many entries are new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.aws_sso.cloudtrail import LOG as CLOUDTRAIL
from harness.aws_sso.cloudtrail import event_of
from harness.azure_ad.mail import MAIL
from harness.azure_ad.provisioning.log import audit_log as audit
from harness.azure_ad.provisioning.log import provisioning_log as provisioning
from harness.journal import Journal
from harness.scenario.events import Observation
from harness.wire.recording.exchanges import Exchange
from harness.world import AWS_SSO, AZURE_AD


@dataclass(frozen=True, slots=True)
class Since:
    """How many entries each log gained since the step began."""

    provisioning: int
    audit: int
    cloudtrail: int
    mails: int


def since(journal: Journal) -> Since:
    """Count what the journal was told; the audit log shows a line for each step of a provisioning entry."""
    bodies = {name: [body for _, log, body in journal.lines if log == name] for name in _TELLERS}
    steps = sum(provisioning.number_of_steps(body) for body in bodies[provisioning.LOG])
    return Since(
        provisioning=len(bodies[provisioning.LOG]),
        audit=len(bodies[audit.LOG]) + steps,
        cloudtrail=len(bodies[CLOUDTRAIL]),
        mails=len(bodies[MAIL]),
    )


def observations(journal: Journal) -> list[Observation]:
    """Tell exchanges and log lines in the order they began."""
    observed = [(exchange.order, _exchange(exchange)) for exchange in journal.exchanges]
    observed += [(place, _TELLERS[log](body)) for place, log, body in journal.lines if log in _TELLERS]
    return [observation for _, observation in sorted(observed, key=lambda pair: pair[0])]


def _exchange(exchange: Exchange) -> Observation:
    """Write `POST /Users → 201`."""
    answer = str(exchange.response.status) if exchange.response else exchange.error or "no answer"
    path = exchange.request.url.partition("://")[2].partition("/")[2]
    good = exchange.response is not None and exchange.response.status < 400
    summary = f"{exchange.request.method} /{path.partition('/scim/v2/')[2] or path} → {answer}"
    return Observation("exchange", exchange.at, exchange.source, summary, good, None, exchange)


def _provisioning(line: dict[str, Any]) -> Observation:
    body = provisioning.entry_of(line)
    status = body["provisioningStatusInfo"]
    error = status["errorInformation"] or {}
    name = f"{body['sourceIdentity']['identityType']} {body['sourceIdentity']['displayName']}"
    summary = f"{body['provisioningAction']} {name}: {status['status']}"
    if error.get("errorCode"):
        summary += f" ({error['errorCode']})"
    return Observation(
        "provisioning log", body["activityDateTime"], AZURE_AD, summary, status["status"] != "failure", body
    )


def _audit(body: dict[str, Any]) -> Observation:
    good = body["result"] == "success"
    return Observation(
        "audit log", body["activityDateTime"], AZURE_AD, body["activityDisplayName"], good, body
    )


def _mail(body: dict[str, Any]) -> Observation:
    return Observation("mail", body["at"], AZURE_AD, f"mail to {body['to']}: {body['subject']}", detail=body)


def _cloudtrail(body: dict[str, Any]) -> Observation:
    event = event_of(body)
    code = event.get("errorCode")
    summary = f"{event['eventName']}" + (f": {code}: {event.get('errorMessage')}" if code else "")
    return Observation("cloudtrail", str(event["eventTime"]), AWS_SSO, summary, not code, event)


_TELLERS = {provisioning.LOG: _provisioning, audit.LOG: _audit, MAIL: _mail, CLOUDTRAIL: _cloudtrail}
