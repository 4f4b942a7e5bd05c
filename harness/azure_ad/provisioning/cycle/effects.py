"""What an object's turn leaves behind, as data, and the one place where it is written down.

Effects are applied in order, inside one transaction with the object's log entry and the cycle's progress.
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


class Connect(Struct, frozen=True):
    """Save a connection that is there already, with what is new about it."""

    connection: Connection


class Fail(Struct, frozen=True):
    """Put the object into escrow, and close its log entry with the step that failed.

    `references`: not the object itself failed, but its manager or members.
    """

    failure: Failure
    step: str
    description: str
    references: bool = False


class Join(Struct, frozen=True):
    """Tie the object to a target's object for the first time: groups that waited for who failed at first are due.

    `references`: so are its own manager or members. `holder` had the target's object before, by the tie `former`, and
    loses it. Where it is somebody else's, `taken` happens instead, and nothing of what follows; else the log has `step`.
    """

    connection: Connection
    taken: Fail
    references: bool
    step: str = ""
    holder: str | None = None
    former: Connection | None = None


class Disconnect(Struct, frozen=True):
    """Break the tie; what is in the target stays there."""

    connection: Connection


class Settle(Struct, frozen=True):
    """Forget the escrow; with `references_due` only as far as the object itself is concerned."""

    references_due: bool = False


class HoldBack(Struct, frozen=True):
    """A disable or delete waits for the end of the cycle, when it is known how many there are."""


class AwaitReferences(Struct, frozen=True):
    """Manager or members are to be looked at when the cycle comes to the references."""


class ComeAgain(Struct, frozen=True):
    """The next cycle has something to send that this one could not."""


class ForgetReferences(Struct, frozen=True):
    """Manager or members need no look any more."""


class MarkMembers(Struct, frozen=True):
    """The target's group was given these members, or they were taken out of it."""

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
    """What came of a decision. `fatal` is a refusal that concerns the connection; a turn that is not `logged` leaves no entry."""

    effects: tuple[Effect, ...]
    fatal: TargetError | None = None
    logged: bool = True


def write_down(session: Session, trace: Trace, outcome: Outcome, finish: Callable[[], None]) -> None:
    """Keep what came of an object in one transaction, in which `finish` takes part."""
    with session.store.transaction():
        apply(session, trace, outcome.effects)
        session.create_over(trace.source_id)
        if outcome.logged or trace.status == "failure":
            session.log(trace)
        finish()


def apply(session: Session, trace: Trace, effects: Sequence[Effect]) -> None:
    """Apply effects to the object that a trace is about; the caller holds the transaction."""
    for effect in effects:
        if isinstance(effect, Join):
            if not _tied(session, trace, effect):
                apply(session, trace, (effect.taken,))
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
    """Tie the object; False where another one, at work at the same time, was quicker."""
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
