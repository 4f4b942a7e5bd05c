"""A cycle, initial or incremental, as a generator: it may be stopped between any two objects and taken up again.

    probe ─► users ─► groups ─► objects that left ─► due escrows ─► deletions held back ─► references ─► watermark

An initial cycle reads the directory, an incremental one the change log after the watermark. Progress is saved with every
object, so a cycle that was stopped continues after its last finished object.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works, "Initial cycle" and
"Incremental cycles" (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TypeAlias

from msgspec.structs import replace

from harness.azure_ad.provisioning.cycle.agenda import (
    ESCROW,
    HELD_BACK,
    PHASES,
    REFERENCES,
    Visit,
    planned,
    visits,
)
from harness.azure_ad.provisioning.cycle.records import Progress
from harness.azure_ad.provisioning.cycle.references import synchronize_references
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.cycle.synchronize import synchronize
from harness.azure_ad.provisioning.log.trace import Trace

_Save: TypeAlias = Callable[[Progress], None]


@dataclass(slots=True)
class TooManyDeletes(Exception):
    """A cycle would disable or delete more objects than the job's accidental deletion prevention allows."""

    count: int
    most: int


def begin(session: Session, since: int | None, began: datetime) -> Progress:
    """Return the progress of the session's cycle not yet begun; `since` None makes it an initial one."""
    until = session.directory.watermark()
    progress = planned(session, since, until, cycle_id=session.frame.cycle_id, began=began)
    return replace(progress, total=_total(session, since, until))


def has_work(session: Session, progress: Progress) -> bool:
    """Return whether a cycle that is about to begin has an object to look at."""
    due = visits(session, progress, ESCROW, session.clock.now())
    return progress.total > 0 or next(due, None) is not None


def is_idle(session: Session, progress: Progress) -> bool:
    """Return whether an incremental cycle has nothing to do: nothing changed, is due, given up, held back or waits."""
    return (
        progress.since is not None
        and not has_work(session, progress)
        and not session.held_back()
        and not session.pending_references()
        and not session.gives_up()
    )


def run(
    session: Session, progress: Progress | None, start: Callable[[], Progress | None], save: _Save
) -> Iterator[None]:
    """Carry out the rest of a cycle, yielding after each object (or handful, see `Session.in_flight`).

    Without progress a new cycle starts, after successful probes; None when it has nothing to do. `save` saves progress.

    Raises TargetError when the connection itself is bad, TooManyDeletes when deletions must be allowed first. The caller
    stores the watermark when the generator ends.
    """
    if session.quirks["probe-before-cycle"]:
        for mapping in session.mappings.values():
            session.target.probe(mapping)
    if progress is None:
        progress = start()
    if progress is None:
        return
    taken_up = progress.phase
    for phase in PHASES[PHASES.index(taken_up) :]:
        progress = progress.entered(phase)
        if phase == REFERENCES:
            save(progress)
            yield from synchronize_references(session)
            return
        if phase == HELD_BACK:
            yield from _held_back(session, progress, save, again=phase == taken_up)
            continue
        if phase == ESCROW:
            session.give_up()
        work = visits(session, progress, phase, session.clock.now())
        advance = _several_at_once if session.in_flight > 1 else _one_by_one
        for progress in advance(session, progress, work, save):  # noqa: B007, B020 - where the next phase begins
            yield


def _one_by_one(
    session: Session, progress: Progress, work: Iterator[Visit], save: _Save
) -> Iterator[Progress]:
    """Yield the progress after each object, saved together with the object's outcome."""
    for visit in work:
        progress = progress.behind(visit.key)
        _visit(session, visit, partial(save, progress))
        yield progress


def _several_at_once(
    session: Session, progress: Progress, work: Iterator[Visit], save: _Save
) -> Iterator[Progress]:
    """Yield the progress after each handful of objects, which are sent together, one thread each.

    After a stop within a handful, the next run repeats it: created objects are connected by then, and only compared.
    """
    from concurrent.futures import (  # imported here: a scenario sends one at a time
        ThreadPoolExecutor,
        wait,
    )

    with ThreadPoolExecutor(session.in_flight) as threads:
        while handful := list(islice(work, session.in_flight)):
            unmoved = partial(save, progress)
            # In this thread's context, for the store may tie what is written to the turn of this process.
            runs = [threads.submit(copy_context().run, _visit, session, visit, unmoved) for visit in handful]
            wait(runs)
            for run in runs:
                run.result()
            progress = progress.behind(handful[-1].key, len(handful))
            with session.store.transaction():
                save(progress)
            yield progress


def _visit(session: Session, visit: Visit, finish: Callable[[], None]) -> None:
    document = visit.document or session.directory.get(visit.kind, visit.key)
    synchronize(session, visit.kind, visit.key, document, finish)


def _held_back(session: Session, progress: Progress, save: _Save, *, again: bool) -> Iterator[None]:
    """Send the disables and deletes that waited until all were counted; if there are too many, send none.

    A job in quarantine comes back here until the cause is gone; it decides `again` from the directory.
    Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/accidental-deletions (read 2026-11-29).
    """
    most = session.most_deletes
    if not session.held_back():
        return
    save(progress)
    if again:
        yield from _visit_held_back(session, progress, save)
    waiting = session.held_back()
    if most is not None and len(waiting) > most:
        for kind, key in waiting:
            _log_staged(session, kind, key)
        raise TooManyDeletes(len(waiting), most)
    session.most_deletes = None
    yield from _visit_held_back(session, progress, save)


def _visit_held_back(session: Session, progress: Progress, save: _Save) -> Iterator[None]:
    """Give each object its turn; one that is held back again stays among them."""

    def finish(key: str) -> None:
        if key not in session.holding:
            session.let_go(key)
        save(progress)

    for visit in list(visits(session, progress, HELD_BACK, session.clock.now())):
        session.holding.discard(visit.key)
        _visit(session, visit, partial(finish, visit.key))
        yield


def _total(session: Session, since: int | None, until: int) -> int:
    if since is None:
        return session.store.count("User") + session.store.count("Group")
    changed = session.directory.changed_since(since, until)
    return len(changed["User"]) + len(changed["Group"])


def _log_staged(session: Session, kind: str, source_id: str) -> None:
    """Log, once a cycle, that an object's disable or delete waits for an administrator."""
    connection = session.connection(source_id)
    if connection is None:
        return
    trace = Trace(kind, source_id, connection.identifier, connection.display_name)
    trace.action, trace.target_id = "stagedDelete", connection.target_id
    trace.step("EntryImportDelete")
    trace.step("EntrySynchronizationDelete")
    with session.store.transaction():
        if session.log_held_back(source_id):
            session.log(trace)
