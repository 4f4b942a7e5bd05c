"""What the store knows of one user or group, and when a cycle comes to it: what `why` and foresight look at.

Nothing here sends, writes or draws an id. Mirrors `cycle.py`: who is looked at, and in which phase.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from harness.azure_ad.directory.deleted_items import KEPT
from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.provisioning.cycle.cycle import PHASES
from harness.azure_ad.provisioning.cycle.scoping import Scope, look_at
from harness.azure_ad.provisioning.cycle.session import Connection, Session
from harness.base.clock import from_iso
from harness.base.store import Document

_CALLED = {"User": "person", "Group": "group"}
DELETED = {"User": "deletedUser", "Group": "deletedGroup"}  # shelves of the deleted items


@dataclass(frozen=True, slots=True)
class Known:
    """What the store says of one object. `document` None: not in the directory; `deleted`: waits in the deleted items.

    `attributes` are what mappings read; `mapping` is None where that of groups is disabled, `scope` there and where
    there is no document.
    """

    kind: str
    key: str
    document: Document | None
    deleted: Document | None
    attributes: Document
    connection: Connection | None
    mapping: ObjectMapping | None
    scope: Scope | None
    escrow: Document | None
    held_back: bool
    awaits_references: bool

    def purged(self, at: datetime) -> bool:
        """Tell whether the deleted items have let go of it by then."""
        return self.deleted is not None and from_iso(self.deleted["deletedDateTime"]) + KEPT <= at


class Turn(NamedTuple):
    """When a cycle comes to an object: `because` None when it passes by; `at` None while the schedule is off."""

    because: str | None
    at: datetime | None
    under_way: bool = False


class Outlook:
    """The cycle under way and the next one, with all that they go by, read once for any number of objects.

    `record` is the job's.
    """

    def __init__(self, session: Session, record: Document) -> None:
        self.session, self.now = session, session.clock.now()
        self.progress = session.store.get("progress", session.frame.job_id)
        self._since = self.progress["until"] if self.progress is not None else record["watermark"]
        self._quarantined = record["job"]["status"]["quarantine"] is not None
        on = record["job"]["schedule"]["state"] == "Active"
        self._next = from_iso(record["next"]) if on and record["next"] else None
        self._held = frozenset(session.held_back())
        self._awaiting = frozenset(session.pending_references())

    def known(self, kind: str, key: str) -> Known:
        session, mapping = self.session, self.session.mappings.get(kind)
        document = session.directory.get(kind, key)
        deleted = None if document else session.store.get(DELETED[kind], key)
        scope, attributes = (
            (None, {}) if document is None or mapping is None else look_at(session, mapping, document)
        )
        return Known(
            kind=kind,
            key=key,
            document=document,
            deleted=deleted,
            attributes=attributes,
            connection=session.connection(key),
            mapping=mapping,
            scope=scope,
            escrow=session.escrow(key),
            held_back=(kind, key) in self._held,
            awaits_references=key in self._awaiting,
        )

    def moment(self, *, under_way: bool) -> datetime | None:
        """Return when the cycle under way goes on, or the next one begins; None while the schedule is off.

        A cycle that a quarantine cut off goes on with the next attempt.
        """
        if self._next is None or self._quarantined:
            return self._next
        if under_way:
            return self.now
        if self.progress is None:
            return self._next
        interval = timedelta(minutes=self.session.quirks["cycle-interval-minutes"])
        return max(from_iso(self.progress["began"]) + interval, self.now)

    def turn(self, known: Known) -> Turn:
        """Tell when a cycle looks at the object itself; its references alone are another matter."""
        if self.progress is not None and self._to_come(known, self.progress):
            return Turn(
                "the cycle under way has not come to it yet", self.moment(under_way=True), under_way=True
            )
        at = self.moment(under_way=False)
        return Turn(self._reason(known, at or self.now), at)

    def _to_come(self, known: Known, progress: Document) -> bool:
        """Tell whether the cycle under way still has the object before it, in whichever of its phases."""
        if known.key in self._ahead[known.kind]:
            return True
        reached, escrow = PHASES.index(progress["phase"]), known.escrow
        walks_those_who_left = progress["kind"] == "initial" and not progress["first"]
        left = known.connection is not None and known.document is None
        due = (
            escrow is not None
            and progress["id"] not in (escrow["cycle"], escrow["tried"])
            and self._retried(escrow, self.now)
        )
        return (
            (reached <= PHASES.index("left") and walks_those_who_left and left)
            or (reached <= PHASES.index("escrow") and due)
            or (reached <= PHASES.index("held back") and known.held_back)
        )

    @cached_property
    def _ahead(self) -> dict[str, frozenset[str]]:
        """The ids that the cycle under way has still to walk past, by type."""
        assert self.progress is not None
        reached = PHASES.index(self.progress["phase"])
        ahead = {}
        for kind in ("User", "Group"):
            place = PHASES.index(kind)
            after = self.progress["after"] if place == reached else None
            ahead[kind] = frozenset(self._walk(kind, after) if place >= reached else ())
        return ahead

    def _walk(self, kind: str, after: str | None) -> list[str]:
        assert self.progress is not None
        directory = self.session.directory
        if self.progress["kind"] == "initial":
            return [document["id"] for document in directory.scan(kind, after)]
        changed = directory.changed_since(self.progress["since"], self.progress["until"])[kind]
        return changed[changed.index(after) + 1 :] if after in changed else changed

    @cached_property
    def _changed(self) -> dict[str, frozenset[str]] | None:
        """The ids that changed behind the watermark, by type; None where the next cycle is an initial one."""
        if self._since is None:
            return None
        changes = self.session.directory.changes
        return {kind: frozenset(keys) for kind, keys in changes.changed(self._since, changes.last()).items()}

    def _reason(self, known: Known, at: datetime) -> str | None:
        if self._changed is None:
            there = known.document is not None or known.connection is not None
            return "the next cycle is an initial one and looks at everybody" if there else None
        if known.key in self._changed[known.kind]:
            return f"something about the {_CALLED[known.kind]} changed since the last cycle"
        if known.purged(at):
            return "thirty days in the deleted items are over by then"
        if known.held_back:
            return "its disable or delete is held back"
        return "its retry is due" if known.escrow is not None and self._retried(known.escrow, at) else None

    def _retried(self, escrow: Document, at: datetime) -> bool:
        """Tell whether what failed is tried again in a cycle of that moment; after too many days it is given up."""
        given_up = from_iso(escrow["began"]) + timedelta(days=self.session.quirks["escrow-days"])
        return from_iso(escrow["next"]) <= at <= given_up
