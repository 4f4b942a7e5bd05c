"""When the cycle under way, or the next one, looks at an object.

`cycle/agenda.py` lists the objects of a cycle; here it is searched for single objects. Nothing is sent or written.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from harness.azure_ad.provisioning.cycle.agenda import INITIAL, Visit, next_cycle, to_come
from harness.azure_ad.provisioning.cycle.facts import Facts, gather
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.cycle.shelves import progress
from harness.azure_ad.provisioning.job.records import Job

_UNDER_WAY = "the cycle under way has not come to it yet"


class Turn(NamedTuple):
    """When and why a cycle looks at an object: `because` None if it does not; `at` None while the schedule is off."""

    because: str | None
    at: datetime | None
    under_way: bool = False


class _Agenda:
    """The visits of a cycle, read no further than needed; `first` returns an object's first visit."""

    def __init__(self, visits: Iterator[Visit]) -> None:
        self._visits = visits
        self._first: dict[str, Visit] = {}

    def first(self, key: str) -> Visit | None:
        while key not in self._first:
            visit = next(self._visits, None)
            if visit is None:
                return None
            self._first.setdefault(visit.key, visit)
        return self._first[key]


class Outlook:
    """The cycle under way and the next one of a job, read once for any number of objects."""

    def __init__(self, session: Session, job: Job) -> None:
        self.session, self.now = session, session.clock.now()
        self.progress = progress(session.store).get(job.id)
        self._quarantined = job.status.quarantine is not None
        self._next = job.next if job.is_on else None
        since = job.watermark if self.progress is None else self.progress.until
        self._begins_anew = since is None
        begins = self.moment(under_way=False) or self.now
        self._after = _Agenda(next_cycle(session, since, begins))
        self._present = _Agenda(
            iter(()) if self.progress is None else to_come(session, self.progress, self.now)
        )
        self._held = frozenset(session.held_back())
        self._awaiting = frozenset(session.pending_references())

    def moment(self, *, under_way: bool) -> datetime | None:
        """Return when the cycle under way goes on, or the next one begins; None while the schedule is off.

        A cycle that was cut off by a quarantine continues with the next attempt.
        """
        if self._next is None or self._quarantined:
            return self._next
        if under_way:
            return self.now
        if self.progress is None:
            return self._next
        interval = timedelta(minutes=self.session.quirks["cycle-interval-minutes"])
        return max(self.progress.began + interval, self.now)

    def turn(self, key: str) -> Turn:
        """Return when a cycle looks at the object itself, its references aside."""
        if self._present.first(key) is not None:
            return Turn(_UNDER_WAY, self.moment(under_way=True), under_way=True)
        return Turn(self._because(key), self.moment(under_way=False))

    def _because(self, key: str) -> str | None:
        """Return why the next cycle looks at an object, None if it does not; an initial cycle looks at all."""
        if self._begins_anew and any(self.session.directory.get(kind, key) for kind in self.session.mappings):
            return INITIAL
        visit = self._after.first(key)
        return None if visit is None else visit.because

    def facts(self, kind: str, key: str) -> Facts:
        """Return the facts of an object at the moment when a cycle looks at it."""
        at = self.turn(key).at or self.now
        return gather(self.session, kind, key, self.session.directory.get(kind, key), at)

    def held_back(self, facts: Facts) -> bool:
        return (facts.kind, facts.key) in self._held

    def awaits_references(self, key: str) -> bool:
        return key in self._awaiting
