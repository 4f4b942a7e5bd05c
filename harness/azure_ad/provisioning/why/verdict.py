"""What a cycle will decide about one object when it comes to it, told without asking the target anything.

Mirrors `synchronize.py`. Whether the target's account differs already is known to the target alone, so an update is
announced as a comparison.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.mappings.expression import EvaluationError
from harness.azure_ad.provisioning.cycle.session import Connection, Session
from harness.azure_ad.provisioning.why.known import Known, Outlook, Turn

NOTHING = "nothing"
NOT_LOOKED_AT = "Not looked at: nothing changed since the last cycle, and nothing waits."
_CALLED = {"User": "account", "Group": "group"}
_ANY = {"User": "an account", "Group": "a group"}


class Verdict(NamedTuple):
    """`action` is `create`, `compare`, `disable`, `delete`, `fail` or `nothing`.

    `references` says that those of the object are looked at afterwards.
    """

    action: str
    says: str
    references: bool = False


def judge(outlook: Outlook, known: Known, turn: Turn) -> Verdict:
    """Decide as `synchronize` does when a cycle comes to the object itself."""
    if turn.because is None:
        return Verdict(NOTHING, NOT_LOOKED_AT)
    if known.mapping is None:
        return Verdict(NOTHING, "Nothing is sent: provisioning of groups is turned off.")
    return _decide(outlook.session, known, known.mapping, turn.at or outlook.now)


def _decide(session: Session, known: Known, mapping: ObjectMapping, at: datetime) -> Verdict:
    connection, scope, target = known.connection, known.scope, session.frame.target_name
    if scope is None:
        return _departed(session, known, mapping, at)
    if connection is None:
        if not scope.provisioned:
            return Verdict(NOTHING, "Nothing is sent: not entitled.")
        return _joining(known, mapping, target)
    if scope.left_alone(skip_out_of_scope_deletions=session.skip_out_of_scope_deletions):
        return Verdict(NOTHING, "Nothing is sent: outside of the scope, and what is there is left alone.")
    if not (connection.managed or scope.entitled):
        return Verdict(NOTHING, "Nothing is sent: it left the scope earlier and is no longer managed.")
    # Whom nothing can disable is deleted, but not before being managed again.
    if scope.provisioned or not (connection.managed or mapping.disables):
        return _comparing(known, mapping, connection, target)
    return _leaving(session, mapping, connection)


def _comparing(known: Known, mapping: ObjectMapping, connection: Connection, target: str) -> Verdict:
    try:
        mapping.values(known.attributes, creating=False)
    except EvaluationError as error:
        return Verdict("fail", f"It fails before anything is sent: {error}.")
    read = (
        f"The {_CALLED[mapping.kind]} '{connection.target_id}' is read from {target}; what differs is sent."
    )
    return _allowed(mapping, "Update", "compare", read)._replace(references=mapping.reference is not None)


def _departed(session: Session, known: Known, mapping: ObjectMapping, at: datetime) -> Verdict:
    connection = known.connection
    if connection is None or not connection.managed:
        return Verdict(
            NOTHING, f"Nothing is sent: it is not connected to {_ANY[mapping.kind]}, or no longer managed."
        )
    if known.deleted is not None and not known.purged(at):
        return _leaving(session, mapping, connection)
    return _removal(session, mapping, connection)


def _joining(known: Known, mapping: ObjectMapping, target: str) -> Verdict:
    try:
        values = mapping.values(known.attributes, creating=True)
    except EvaluationError as error:
        return Verdict("fail", f"It fails before anything is sent: {error}.")
    names = [flow.target for flow in mapping.matching if values.get(flow.target)]
    if not names:
        lacking = f"no value for the matching attribute '{mapping.matching[0].target}'"
        return Verdict("fail", f"It fails before anything is sent: {lacking}.")
    called = _ANY[mapping.kind]
    search = f"{target} is searched by {', then by '.join(names)}; {called} that matches is taken over"
    if "Add" not in mapping.allowed:
        return Verdict(NOTHING, f"{search}. Creating is turned off, so without a match nothing is sent.")
    return Verdict(
        "create", f"{search}, without one {called} is created.", references=mapping.reference is not None
    )


def _leaving(session: Session, mapping: ObjectMapping, connection: Connection) -> Verdict:
    """Groups are deleted, and so is everybody where nothing says that an account is disabled."""
    if mapping.kind == "Group" or not mapping.disables:
        return _removal(session, mapping, connection)
    account = (
        f"What differs is sent, and the account '{connection.target_id}' is disabled, unless it is already"
    )
    return _allowed(mapping, "Update", "disable", _counted(session, account))


def _removal(session: Session, mapping: ObjectMapping, connection: Connection) -> Verdict:
    deleted = f"The {_CALLED[mapping.kind]} '{connection.target_id}' is deleted"
    return _allowed(mapping, "Delete", "delete", _counted(session, deleted))


def _allowed(mapping: ObjectMapping, kind: str, action: str, says: str) -> Verdict:
    if kind in mapping.allowed:
        return Verdict(action, says)
    return Verdict(NOTHING, f"Nothing is sent: the action {kind} is turned off for {mapping.kind.lower()}s.")


def _counted(session: Session, says: str) -> str:
    if session.most_deletes is None:
        return f"{says}."
    return f"{says}; not if the cycle would disable or delete more than {session.most_deletes} objects."
