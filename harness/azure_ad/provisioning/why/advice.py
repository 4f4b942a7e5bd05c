"""The end of `why`: an object's latest failure, in the words of the table of remedies, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from harness.azure_ad.mappings.schema import object_mappings
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.job.records import Job
from harness.azure_ad.provisioning.log.digest import digest
from harness.azure_ad.provisioning.why.foreign import AccountOf
from harness.azure_ad.provisioning.why.members import FAILED
from harness.azure_ad.provisioning.why.why import why
from harness.base.store import Document
from harness.remedies.advice import Advice, Mapping, advice
from harness.remedies.target import TargetEvent

# Returns the target's own log entry of a request by its id there; None without one.
EventOf = Callable[[str], TargetEvent | None]
# Statuses without a remedy: the object succeeded, or nothing had to be sent.
_FINE = ("success", "warning")


def why_with_advice(
    session: Session,
    job: Job,
    kind: str,
    name: str,
    *,
    schema: Document,
    event_of: EventOf,
    account_of: AccountOf,
    most_members: int | None = None,
) -> Document:
    """Return the document of `why` with a last member `advice`: an `Advice` as a document, or None. Raises UnknownNameError."""
    account = why(session, job, kind, name, most_members=most_members, account_of=account_of)
    words = advice_on_account(account, kind, schema, event_of)
    return {**account, "advice": None if words is None else words.document()}


def advice_on_account(account: Document, kind: str, schema: Document, event_of: EventOf) -> Advice | None:
    """Return the advice for a document of `why`; None for an object without trouble, or where no table has advice."""
    last, quarantine = account["last"], account["job"]["quarantine"]
    if (
        last is not None
        and last["status"] not in _FINE
        and account["scope"]["provisioned"]
        and not quarantine
    ):
        refusal = advice_on_digest(last, kind, schema, event_of)
        if refusal is not None:
            return refusal
    return advice(_states(account, quarantine), [])


def advice_on_entry(entry: Document, schema: Document, event_of: EventOf) -> Advice | None:
    """Return the advice on an entry of the provisioning log; None for one without a failure, or where no table has advice."""
    kind = entry["sourceIdentity"]["identityType"]
    return advice_on_digest(digest(entry), kind, schema, event_of, *_scoping(entry))


def _scoping(entry: Document) -> Iterator[str]:
    """Yield, in the words of `why`, the reason that keeps an assigned object out of scope, for which the log has one code."""
    details: Document = next(
        (s["details"] for s in entry["provisioningSteps"] if "SkipReason" in s["details"]), {}
    )
    if details.get("Assigned") != "True":
        return
    if details.get("IsActive") == "False":
        yield "the account is disabled"
    clauses = json.loads(details.get("ScopeEvaluationResult") or "{}")
    yield from (
        f"a scoping filter keeps it out: {name.partition('.')[2]};"
        for name, passed in clauses.items()
        if passed is False and details.get("IsInProvisioningScopeDisplayName") == "False"
    )


def advice_on_digest(
    last: Document, kind: str, schema: Document, event_of: EventOf, *states: str
) -> Advice | None:
    """Return the advice on a digest, as `advice_on_entry` does; `states` are sentences with more detail than its code."""
    if last["status"] in _FINE:
        return None
    event = event_of(last["targetRequest"]) if last["targetRequest"] else None
    texts = [text for text in (*states, last["cause"], last["code"]) if text]
    return advice(texts, mappings_of(schema, kind), event, {name for name, _, new in last["sent"] if new})


def mappings_of(schema: Document, kind: str) -> list[Mapping]:
    """Return the attribute mappings of a schema for `User` or `Group`, in the portal's words."""
    return [
        Mapping(_source(entry), entry["targetAttributeName"])
        for each in object_mappings(schema)
        if each.get("sourceObjectName") == kind
        for entry in each["attributeMappings"]
    ]


def _source(entry: Document) -> str:
    source = entry.get("source") or {}
    if source.get("type") == "Attribute":
        return str(source.get("name"))
    return str(source.get("expression") or entry.get("defaultValue") or "nothing")


def _states(account: Document, quarantine: Document | None) -> Iterator[str]:
    """Yield the reasons, other than its own failure, why an object does not arrive. A failed member has its own reason."""
    if quarantine:
        yield from (quarantine["code"], quarantine["message"])
    wrong = account["members"]["wrong"] if "members" in account else []
    if not any(each["reason"] == FAILED for each in wrong):
        yield account["summary"]
    manager = (account["waiting"] or {}).get("manager")
    if manager and not manager["sent"]:
        yield f"its manager {manager['userPrincipalName']} is not sent"
