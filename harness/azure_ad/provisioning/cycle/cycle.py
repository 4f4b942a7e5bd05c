"""A cycle, initial or incremental, as a generator: it may be stopped between any two objects and taken up again.

    probe ─► users ─► groups ─► objects that left ─► due escrows ─► deletions held back ─► references ─► watermark

An initial cycle walks the directory, an incremental one the change log behind the watermark. Progress is kept in the
store with every object, so taking up a cycle continues behind the last object that was settled.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works, "Initial cycle" and
"Incremental cycles" (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeAlias

from harness.azure_ad.provisioning.cycle.references import synchronize_references
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.cycle.synchronize import log_staged, synchronize
from harness.base.store import Document

_Item: TypeAlias = tuple[str, str, Document | None]  # type, source id, and what the directory holds
_Save: TypeAlias = Callable[[Document], None]
PHASES = ("User", "Group", "left", "escrow", "held back", "references")


@dataclass(slots=True)
class TooManyDeletes(Exception):
    """A cycle would disable or delete more objects than the job's accidental deletion prevention allows."""

    count: int
    most: int


def begin(session: Session, since: int | None, cycle_id: str) -> Document:
    """Return the progress of a cycle not yet begun; `since` None makes it an initial one.

    `first` says that nothing was connected before, so that nothing can have left.
    """
    return {
        "id": cycle_id,
        "kind": "initial" if since is None else "incremental",
        "since": since,
        "until": session.directory.watermark(),
        "phase": PHASES[0],
        "after": None,
        "done": 0,
        "total": _total(session, since),
        "first": next(session.connections(), None) is None,
    }


def run(
    session: Session, progress: Document | None, start: Callable[[], Document], save: _Save
) -> Iterator[None]:
    """Do what is left of a cycle, yielding after each object (or handful, see `Session.in_flight`).

    Without progress a new one starts, once the probes came back well. `save` keeps the progress.

    Raises TargetError when the connection itself is bad, TooManyDeletes when deletions must be allowed first. The caller
    stores the watermark when the generator ends.
    """
    if session.quirks["probe-before-cycle"]:
        for mapping in session.mappings.values():
            session.target.probe(mapping)
    if progress is None:
        progress = start()
    taken_up = progress["phase"]
    for phase in PHASES[PHASES.index(taken_up) :]:
        if phase != progress["phase"]:
            progress = {**progress, "phase": phase, "after": None}
        if phase == "references":
            save(progress)
            yield from synchronize_references(session)
            return
        if phase == "held back":
            yield from _held_back(session, partial(save, progress), again=phase == taken_up)
            continue
        work = _work(session, progress, phase)
        advance = _several_at_once if session.in_flight > 1 else _one_by_one
        for progress in advance(session, progress, work, save):  # noqa: B007, B020 - where the next phase begins
            yield


def _one_by_one(
    session: Session, progress: Document, work: Iterator[_Item], save: _Save
) -> Iterator[Document]:
    """Yield the progress after each object, which is saved together with what the object came to."""
    for kind, source_id, document in work:
        progress = {**progress, "after": source_id, "done": progress["done"] + 1}
        synchronize(session, kind, source_id, document, partial(save, progress))
        yield progress


def _several_at_once(
    session: Session, progress: Document, work: Iterator[_Item], save: _Save
) -> Iterator[Document]:
    """Yield the progress after each handful of objects that went out together, one thread each.

    Cut off in a handful, the next run does it again: who was created is connected by then, and only compared.
    """
    with ThreadPoolExecutor(session.in_flight) as threads:
        while handful := list(islice(work, session.in_flight)):
            unmoved = partial(save, progress)
            runs = [threads.submit(synchronize, session, *item, unmoved) for item in handful]
            wait(runs)
            for run in runs:
                run.result()
            progress = {**progress, "after": handful[-1][1], "done": progress["done"] + len(handful)}
            with session.store.transaction():
                save(progress)
            yield progress


def _held_back(session: Session, save: Callable[[], None], *, again: bool) -> Iterator[None]:
    """Send the disables and deletes that waited for their number to be known; with too many of them, send none.

    A job in quarantine comes back here until the cause is gone; it asks `again` what the directory says.
    Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/accidental-deletions (read 2026-11).
    """
    waiting, most = session.held_back(), session.most_deletes
    if not waiting:
        return
    save()
    if again:
        yield from _synchronize_held(session, waiting, save)
        waiting = session.held_back()
    if most is not None and len(waiting) > most:
        for kind, key in waiting:
            log_staged(session, kind, key)
        raise TooManyDeletes(len(waiting), most)
    session.most_deletes = None
    yield from _synchronize_held(session, waiting, save)


def _synchronize_held(
    session: Session, waiting: list[tuple[str, str]], save: Callable[[], None]
) -> Iterator[None]:
    """Give each object its turn; one that is held back once more stays where it is."""
    for kind, key in waiting:
        session.holding.discard(key)

        def finish(key: str = key) -> None:
            if key not in session.holding:
                session.let_go(key)
            save()

        synchronize(session, kind, key, session.directory.get(kind, key), finish)
        yield


def _work(session: Session, progress: Document, phase: str) -> Iterator[_Item]:
    """Yield the objects of a phase that are still to do, each with its document when the directory has it."""
    after, directory = progress["after"], session.directory
    if phase == "left":
        if progress["kind"] == "initial" and not progress["first"]:
            gone = [
                (entry.kind, key)
                for key, entry in session.connections()
                if not directory.get(entry.kind, key)
            ]
            yield from ((kind, key, None) for kind, key in gone)
    elif phase == "escrow":
        due = [(escrow["type"], key) for key, escrow in session.due_escrows()]
        yield from ((kind, key, directory.get(kind, key)) for kind, key in due)
    elif phase not in session.mappings:
        return
    elif progress["kind"] == "initial":
        yield from ((phase, document["id"], document) for document in directory.scan(phase, after))
    else:
        changed = directory.changed_since(progress["since"], progress["until"])[phase]
        rest = changed[changed.index(after) + 1 :] if after in changed else changed
        yield from ((phase, key, directory.get(phase, key)) for key in rest)


def _total(session: Session, since: int | None) -> int:
    if since is None:
        return session.store.count("User") + session.store.count("Group")
    changed = session.directory.changed_since(since, session.directory.watermark())
    return len(changed["User"]) + len(changed["Group"])
