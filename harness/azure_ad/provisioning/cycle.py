"""A cycle, initial or incremental, as a generator: it may be stopped between any two objects and taken up again.

    probe ─► users ─► groups ─► objects that left ─► escrows that are due ─► references ─► watermark

An initial cycle walks the directory, an incremental one the change log behind the watermark. Progress is kept in the
store with every object, so taking up a cycle continues behind the last object that was settled.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works, "Initial cycle" and
"Incremental cycles" (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.azure_ad.provisioning.references import synchronize_references
from harness.azure_ad.provisioning.session import Session
from harness.azure_ad.provisioning.synchronize import synchronize
from harness.base.store import Document

PHASES = ("User", "Group", "left", "escrow", "references")


def begin(session: Session, since: int | None, cycle_id: str) -> Document:
    """Return the progress of a cycle not yet begun; `since` None makes it an initial one."""
    return {
        "id": cycle_id,
        "kind": "initial" if since is None else "incremental",
        "since": since,
        "until": session.directory.watermark(),
        "phase": PHASES[0],
        "after": None,
        "done": 0,
        "total": _total(session, since),
    }


def run(session: Session, progress: Document, save: Callable[[Document], None]) -> Iterator[None]:
    """Do what is left of a cycle, yielding after each object; `save` keeps the progress.

    Raises TargetError when the connection itself is bad. The caller stores the watermark when the generator ends.
    """
    if session.quirks["probe-before-cycle"]:
        for mapping in session.mappings.values():
            session.target.probe(mapping)
    for phase in PHASES[PHASES.index(progress["phase"]) :]:
        if phase != progress["phase"]:
            progress = {**progress, "phase": phase, "after": None}
        if phase == "references":
            save(progress)
            yield from synchronize_references(session)
            return
        for kind, source_id, document in _work(session, progress, phase):
            progress = {**progress, "after": source_id, "done": progress["done"] + 1}
            step = progress

            def finish(step: Document = step) -> None:
                save(step)

            synchronize(session, kind, source_id, document, finish)
            yield


def _work(session: Session, progress: Document, phase: str) -> Iterator[tuple[str, str, Document | None]]:
    """Yield the objects of a phase that are still to do, each with its document when the directory has it."""
    after, directory = progress["after"], session.directory
    if phase == "left":
        if progress["kind"] == "initial":
            gone = [
                (entry["type"], key)
                for key, entry in session.connections()
                if not directory.get(entry["type"], key)
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
