"""The objects that a cycle looks at, in which phase, and why.

The cycle goes through the phases in turn; `why` looks for one object in those to come.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works, "Initial cycle" and
"Incremental cycles" (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from harness.azure_ad.provisioning.cycle.facts import DELETED, purged_at
from harness.azure_ad.provisioning.cycle.records import Progress
from harness.azure_ad.provisioning.cycle.session import Session
from harness.base.store import Document

LEFT, ESCROW, HELD_BACK, REFERENCES = "left", "escrow", "held back", "references"
PHASES = ("User", "Group", LEFT, ESCROW, HELD_BACK, REFERENCES)

INITIAL = "the next cycle is an initial one and looks at everybody"
_CHANGED = {
    "User": "something about the person changed since the last cycle",
    "Group": "something about the group changed since the last cycle",
}
_PURGED = "thirty days in the deleted items are over by then"
_DUE = "its retry is due"
_HELD = "its disable or delete is held back"


class Visit(Struct, frozen=True):
    """A cycle's turn at one object; `document` is the directory's, None where that was not looked up."""

    kind: str
    key: str
    because: str
    document: Document | None = None


def visits(session: Session, progress: Progress, phase: str, at: datetime) -> Iterator[Visit]:
    """Yield the objects of a phase (not the last) at that moment, those after its present place in a phase under way."""
    after = progress.after if progress.phase == phase else None
    if phase == LEFT:
        yield from _left(session, progress)
    elif phase == ESCROW:
        cycle_id, most_days = progress.id, session.quirks["escrow-days"]
        for key, escrow in list(session.escrows()):
            if escrow.due(at, cycle_id=cycle_id, most_days=most_days):
                yield Visit(escrow.kind, key, _DUE)
    elif phase == HELD_BACK:
        for kind, key in session.held_back():
            yield Visit(kind, key, _HELD)
    elif phase in session.mappings:
        yield from _walked(session, progress, phase, after)


def to_come(session: Session, progress: Progress, at: datetime) -> Iterator[Visit]:
    """Yield the objects that a cycle under way has still to look at, in order; one may come twice."""
    for phase in PHASES[PHASES.index(progress.phase) : PHASES.index(REFERENCES)]:
        yield from visits(session, progress, phase, at)


def next_cycle(session: Session, since: int | None, at: datetime) -> Iterator[Visit]:
    """Yield the objects of a cycle that begins at that moment; deleted items purged by then are left out."""
    until = session.directory.changes.last()
    progress = planned(session, since, until, cycle_id="", began=at)
    for phase in PHASES[: PHASES.index(REFERENCES)]:
        yield from visits(session, progress, phase, at)
        if phase in DELETED and since is not None:
            for key, deleted in session.store.scan(DELETED[phase]):
                if purged_at(deleted) <= at:
                    yield Visit(phase, key, _PURGED)


def planned(session: Session, since: int | None, until: int, *, cycle_id: str, began: datetime) -> Progress:
    """Return the progress of a cycle not yet begun; `since` None makes it an initial one.

    `until` is where the change log ends.
    """
    return Progress(
        id=cycle_id,
        kind="initial" if since is None else "incremental",
        since=since,
        until=until,
        phase=PHASES[0],
        after=None,
        done=0,
        total=0,
        first=since is None and not session.has_connections(),
        began=began,
    )


def _walked(session: Session, progress: Progress, kind: str, after: str | None) -> Iterator[Visit]:
    """Yield the directory's objects of a type, or in an incremental cycle those that changed."""
    directory = session.directory
    if progress.since is None:
        for document in directory.scan(kind, after):
            yield Visit(kind, document["id"], INITIAL, document)
        return
    changed = directory.changed_since(progress.since, progress.until)[kind]
    for key in changed[changed.index(after) + 1 :] if after in changed else changed:
        yield Visit(kind, key, _CHANGED[kind])


def _left(session: Session, progress: Progress) -> Iterator[Visit]:
    """Yield the connected objects that left the directory; an incremental cycle has met them among the changes."""
    if progress.since is not None or progress.first:
        return
    directory = session.directory
    gone = [(entry.kind, key) for key, entry in session.connections() if not directory.get(entry.kind, key)]
    for kind, key in gone:
        yield Visit(kind, key, INITIAL)
