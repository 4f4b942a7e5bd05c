"""The summary of `why`: the most important fact about an object, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from harness.azure_ad.provisioning.cycle.facts import Facts, purged_at
from harness.azure_ad.provisioning.cycle.records import Connection
from harness.azure_ad.provisioning.job.records import Job
from harness.azure_ad.provisioning.why.entitlement import outside
from harness.azure_ad.provisioning.why.outlook import Outlook
from harness.base.clock import iso
from harness.base.store import Document
from harness.base.wording import moment

_CALLED = {"User": "account", "Group": "group"}
_REFERENCES = {"User": "its manager", "Group": "sending its members"}


def summary(
    outlook: Outlook,
    job: Job,
    facts: Facts,
    last: Document | None,
    members: Document | None,
    foreign: Document | None,
) -> str:
    """Return the sentence after the object's name: `last` is the newest digest of the log, `members` the document of a group's members.

    `foreign` is a foreign account (`foreign.py`).
    """
    connection, target = facts.connection, outlook.session.frame.app_name
    if connection is None:
        reason = next(_reasons(outlook, job, facts, last))
        if foreign is None:
            return f"is not in {target}: {reason}"
        return f"is in {target} with {_there(facts, foreign)}; this job has not brought it: {reason}"
    return next(_states(outlook, job, facts, connection, members))


def _there(facts: Facts, foreign: Document) -> str:
    maker = "by hand" if foreign["createdBy"] == "Manual" else "by another client"
    called = {"User": "an account", "Group": "a group"}[facts.kind]
    return f"{called} '{foreign['name']}' made {maker}"


def _reasons(outlook: Outlook, job: Job, facts: Facts, last: Document | None) -> Iterator[str]:
    """Yield the reasons why an object is not in the target, the most important first."""
    if facts.document is None:
        yield _departure(facts)
    if facts.mapping is None:
        yield "provisioning of groups is turned off in the mappings"
    if facts.scope is None or not facts.scope.provisioned:
        yield outside(outlook.session, facts)
    if job.status.quarantine is not None:
        yield f"the job is in quarantine ({job.status.quarantine.problem.code})"
    if facts.escrow is not None:
        code = last and last["code"]
        yield f"provisioning failed ({code}) and waits for a retry" if code else "provisioning failed"
    if not job.is_on:
        yield "in scope, but the job's schedule is off"
    if last is not None and last["status"] != "success":
        yield f"the last attempt ended with {last['code']}"
    yield "in scope, and waiting for its cycle"


def _states(
    outlook: Outlook, job: Job, facts: Facts, connection: Connection, members: Document | None
) -> Iterator[str]:
    """Yield the states of an object in the target, the most important first."""
    target = outlook.session.frame.app_name
    has = f"{_CALLED[facts.kind]} '{connection.target_id}'"
    if facts.mapping is None:
        yield f"has the {has} in {target}, but provisioning of groups is turned off in the mappings"
    fate = "is still managed" if connection.managed else "is no longer managed"
    if outlook.held_back(facts):
        fate = "waits to be disabled or deleted: the change is held back"
    if facts.scope is None:
        yield f"was {_departure(facts)}; the {has} in {target} {fate}"
    if job.status.quarantine is not None:
        yield f"has the {has} in {target}, but the job is in quarantine: changes wait"
    if facts.scope is not None and not facts.scope.provisioned:
        yield f"is out ({outside(outlook.session, facts)}); the {has} in {target} {fate}"
    if facts.escrow is not None:
        what = _REFERENCES[facts.kind] if facts.escrow.references else "the last change"
        yield f"has the {has} in {target}, but {what} failed and waits for a retry"
    yield f"is in {target} with the {has}{'' if members is None else _of_members(members)}"


def _departure(facts: Facts) -> str:
    if facts.deleted is None:
        return "deleted from the directory for good"
    return (
        f"deleted from the directory, where it can be restored until {moment(iso(purged_at(facts.deleted)))}"
    )


def _of_members(members: Document) -> str:
    wrong, count = members["wrong"], members["inDirectory"]
    all_of_them = "1 member" if count == 1 else f"{count} members"
    if not wrong:
        return f" and {all_of_them}"
    missing, surplus = members["missing"], members["surplus"]
    if missing + surplus == 1:
        (one,) = wrong
        return f", but {one['name']} {'is missing there' if missing else 'is still in it'}: {one['says']}"
    parts = [f"{missing} of {all_of_them} {_is(missing)} missing there"] if missing else []
    parts += [f"{surplus} who left {_is(surplus)} still in it"] if surplus else []
    return f", but {' and '.join(parts)}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
