"""The effects of an object's turn, as data, and the one place that writes them.

They are written in order, in one transaction with the object's log entry and the cycle's progress.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec import Struct

from harness.azure_ad.provisioning.cycle.records import Connection, Failure
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.log.trace import Trace
from harness.azure_ad.provisioning.target.target import TargetError
from harness.base.store import TakenError

# The log's step and sentence for a failure, by the action of the turn.
_ATTEMPTS = {
    # https://github.com/Budibase/budibase/issues/15369, opening post (read 2026-11-30)
    "other": (
        "EntryImport",
        "Failed to match an entry in the source and target systems {kind} '{identifier}'",
    ),
    "create": ("EntryExportAdd", "Failed to create {kind} '{identifier}' in {target}"),
    "update": ("EntryExportUpdate", "Failed to update {kind} '{identifier}' in {target}"),
    "disable": ("EntryExportUpdate", "Failed to update {kind} '{identifier}' in {target}"),
    "delete": ("EntryExportDelete", "Failed to delete {kind} '{identifier}' in {target}"),
}


class Connect(Struct, frozen=True):
    """Save a changed connection."""

    connection: Connection


class Fail(Struct, frozen=True):
    """Put the object into escrow, and close its log entry with the failed step.

    `references`: its manager or members failed, not the object itself.
    """

    failure: Failure
    step: str
    description: str
    references: bool = False


class Join(Struct, frozen=True):
    """Connect the object to a target's object for the first time; groups that waited for this member are due.

    `references`: so are its own manager or members. `holder` had the target's object, by the connection `former`, and
    loses it. If the target's object has another connection, the turn fails with `taken`, without later effects; else the log gets `step`.
    """

    connection: Connection
    taken: Failure
    references: bool
    step: str = ""
    holder: str | None = None
    former: Connection | None = None


class Disconnect(Struct, frozen=True):
    """Remove the connection; the target's object stays."""

    connection: Connection


class Settle(Struct, frozen=True):
    """Remove the escrow; with `references_due` only that of the object itself, not of its references."""

    references_due: bool = False


class HoldBack(Struct, frozen=True):
    """A disable or delete waits for the end of the cycle, when all are counted."""


class AwaitReferences(Struct, frozen=True):
    """Manager or members are to be sent in the phase of references."""


class ComeAgain(Struct, frozen=True):
    """The next cycle has something to send that this one could not."""


class ForgetReferences(Struct, frozen=True):
    """Manager or members need no further look."""


class MarkMembers(Struct, frozen=True):
    """These members were added to the target's group, or removed from it."""

    members: tuple[str, ...]
    present: bool


_Single: TypeAlias = (
    Connect
    | Fail
    | Disconnect
    | Settle
    | HoldBack
    | ComeAgain
    | AwaitReferences
    | ForgetReferences
    | MarkMembers
)
Effect: TypeAlias = _Single | Join


class Outcome(Struct, frozen=True):
    """The outcome of a decision. `fatal` is a failure of the whole connection; without `logged` there is no log entry."""

    effects: tuple[Effect, ...]
    fatal: TargetError | None = None
    logged: bool = True


def failing(session: Session, trace: Trace, failure: Failure) -> Fail:
    """Return the effect of a failure: an escrow, and the log's step and sentence for the turn's action."""
    step, words = _ATTEMPTS[trace.action]
    target = session.frame.target_name
    return Fail(failure, step, words.format(kind=trace.kind, identifier=trace.identifier, target=target))


def write_down(session: Session, trace: Trace, outcome: Outcome, finish: Callable[[], None]) -> None:
    """Write an object's outcome in one transaction, with `finish` inside it."""
    with session.store.transaction():
        apply(session, trace, outcome.effects)
        session.create_over(trace.source_id)
        if outcome.logged or trace.status == "failure":
            session.log(trace)
        finish()


def apply(session: Session, trace: Trace, effects: Sequence[Effect]) -> None:
    """Apply effects to the trace's object; the caller opened the transaction."""
    for effect in effects:
        if isinstance(effect, Join):
            if not _tied(session, trace, effect):
                apply(session, trace, (failing(session, trace, effect.taken),))
                return
        else:
            _apply(session, trace, effect)


def _apply(session: Session, trace: Trace, effect: _Single) -> None:
    key = trace.source_id
    match effect:
        case Connect(connection):
            session.connect(key, connection)
        case Disconnect(connection):
            session.disconnect(key, connection)
        case Settle(references_due=True):
            session.settle_object(key)
        case Settle():
            session.settle(key)
        case HoldBack():
            session.hold_back(key, trace.kind)
        case ComeAgain():
            session.directory.note(trace.kind, key)
        case Fail(failure, step, description, references):
            session.fail(trace, failure, step=step, description=description, references=references)
        case AwaitReferences() | ForgetReferences() | MarkMembers():
            _apply_to_references(session, key, effect)


def _apply_to_references(
    session: Session, key: str, effect: AwaitReferences | ForgetReferences | MarkMembers
) -> None:
    match effect:
        case AwaitReferences():
            session.await_references(key)
        case ForgetReferences():
            session.references_done(key)
        case MarkMembers(members, present):
            for member in members:
                session.mark_member(key, member, present=present)


def _tied(session: Session, trace: Trace, effect: Join) -> bool:
    """Connect the object; return False if another object has got the connection in the meantime."""
    key, connection = trace.source_id, effect.connection
    if effect.holder is not None:
        if session.source_of(connection.target_id) != effect.holder:
            return False
        if effect.former is not None:
            session.disconnect(effect.holder, effect.former)
    try:
        session.join(key, connection)
    except TakenError:
        return False
    if effect.step:
        trace.target_id = connection.target_id
        trace.step(effect.step)
    if effect.references:
        session.await_references(key)
    for group in session.directory.groups_of(key) if connection.kind == "User" else ():
        if session.connection(group) and (session.escrow(key) or session.quirks["late-members"] == "added"):
            session.await_references(group)
    session.settle(key)
    return True
