"""A job's records of single objects and of its cycle under way, and their documents in the store.

A *connection* has the target's id of a source object (the connector data store). An *escrow* is a failed object that waits for
its next attempt; *held* is a disable or delete that waits. *Progress* is how far a cycle has come. Moments are in UTC.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjobrestartcriteria and
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from harness.azure_ad.provisioning.log.trace import cause_of
from harness.azure_ad.provisioning.target.target import TargetError
from harness.base.clock import from_iso, iso
from harness.base.store import Document


class Connection(Struct, frozen=True):
    """The connection of a source object with the target's object `target_id`.

    `managed` ends when the object leaves the scope; `manager` is the target id that was sent as its manager;
    `identifier` and `display_name` name an object that has left the directory.
    """

    kind: str
    target_id: str
    managed: bool
    manager: str | None
    identifier: str
    display_name: str

    def document(self) -> Document:
        # Written out, for `astuple` copies every field, which took a fiftieth of a cycle.
        fields = (self.kind, self.target_id, self.managed, self.manager, self.identifier, self.display_name)
        return {"connection": fields}

    @classmethod
    def of(cls, document: Document) -> Connection:
        return cls(*document["connection"])


class Escrow(Struct, frozen=True):
    """One object that failed: `cycle` is the id of the cycle that failed last, `tried` of one that came by and left it due.

    `references` says that the object itself came through and its manager or members did not. `attempts` counts retries;
    `began` is the first failure, `next` the earliest moment of the next attempt.
    """

    kind: str
    cycle: str
    tried: str | None
    references: bool
    attempts: int
    began: datetime
    next: datetime

    def due(self, at: datetime, *, cycle_id: str | None, most_days: int) -> bool:
        """Return whether a cycle at that moment tries again; an object that failed in a cycle waits for another one."""
        return (
            (cycle_id is None or cycle_id not in (self.cycle, self.tried))
            and self.next <= at
            and not self.given_up(at, most_days)
        )

    def given_up(self, at: datetime, most_days: int) -> bool:
        return self.began < at - timedelta(days=most_days)

    def document(self) -> Document:
        return {
            "type": self.kind,
            "cycle": self.cycle,
            "tried": self.tried,
            "references": self.references,
            "attempts": self.attempts,
            "began": iso(self.began, 6),
            "next": iso(self.next, 6),
        }

    @classmethod
    def of(cls, document: Document) -> Escrow:
        fields = {**document, "began": from_iso(document["began"]), "next": from_iso(document["next"])}
        return cls(kind=fields.pop("type"), **fields)


class Held(Struct, frozen=True):
    """A disable or delete that waits until all are counted; `logged` is the id of the last cycle that logged it."""

    kind: str
    logged: str | None = None

    def document(self) -> Document:
        return {"type": self.kind, "told": self.logged}

    @classmethod
    def of(cls, document: Document) -> Held:
        return cls(document["type"], document["told"])


class Progress(Struct, frozen=True):
    """How far a cycle came: it is in `phase`, and behind the object with the source id `after` there.

    `kind` is `initial` or `incremental`; `since` and `until` are watermarks, the ends of the change log that it walks. Of
    about `total` objects `done` were looked at. `first` says of an initial one that nothing was connected before, so that
    nothing can have left. `counts` are the session's.
    """

    id: str
    kind: str
    since: int | None
    until: int
    phase: str
    after: str | None
    done: int
    total: int
    first: bool
    began: datetime
    counts: Mapping[str, int] = field(default_factory=dict)

    def entered(self, phase: str) -> Progress:
        """Return the progress at the beginning of a phase."""
        return self if phase == self.phase else replace(self, phase=phase, after=None)

    def behind(self, source_id: str, count: int = 1) -> Progress:
        """Return the progress after `count` more objects, the last of which is given."""
        return replace(self, after=source_id, done=self.done + count)

    def counted(self, counts: Mapping[str, int]) -> Progress:
        return replace(self, counts=dict(counts))

    def document(self) -> Document:
        return {
            "id": self.id,
            "kind": self.kind,
            "since": self.since,
            "until": self.until,
            "phase": self.phase,
            "after": self.after,
            "done": self.done,
            "total": self.total,
            "first": self.first,
            "began": _moment(self.began),
            "counts": dict(self.counts),
        }

    @classmethod
    def of(cls, document: Document) -> Progress:
        return cls(**{**document, "began": from_iso(document["began"])})


@lru_cache(maxsize=16)
def _moment(began: datetime) -> str:
    """Write when a cycle began, which its progress says with each object."""
    return iso(began, 6)


class Failure(NamedTuple):
    """Why an object failed: the log's error code, cause and category, and the failed request."""

    code: str
    cause: str
    category: str = "nonServiceFailure"
    request: str | None = None

    @classmethod
    def of(cls, error: TargetError) -> Failure:
        return cls(error.code, cause_of(error), error.category, error.guilty)
