"""The synchronization job as records; `document.py` alone knows how they are written.

Moments are in UTC.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjob and
…/synchronization-synchronizationstatus (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import ceil

from msgspec import Struct, field

DELETES_THRESHOLD = "QuarantineTooManyDeletesThreshold"


class Problem(Struct, frozen=True):
    """What stands between a job and its work: Graph's synchronizationError."""

    code: str
    message: str


class Execution(Struct, frozen=True):
    """One cycle that ended: how many objects it looked at, exported, and put into escrow.

    `state` is one of Graph's synchronizationTaskExecutionResult.
    """

    cycle_id: str
    incremental: bool
    imported: int
    exported: int
    escrowed: int
    state: str
    began: datetime
    ended: datetime
    problem: Problem | None = None


class Quarantine(Struct, frozen=True):
    """`reason` is one of Graph's quarantineReason, `attempts` the cycles that failed in it."""

    began: datetime
    next_attempt: datetime
    reason: str
    series_began: datetime
    attempts: int
    problem: Problem


class Pages(Struct, frozen=True):
    """How far the cycle under way was when somebody looked; a page is as many objects as a quirk says."""

    done: int
    total: int
    observed: datetime

    @classmethod
    def of(cls, looked_at: int, total: int, observed: datetime, *, objects_per_page: int) -> Pages:
        """Return so many of about `total` objects in pages."""
        done = looked_at // objects_per_page
        return cls(done, max(ceil(total / objects_per_page), done), observed)


class Status(Struct, frozen=True):
    """`code` is one of Graph's synchronizationStatusCode, `failures` the complete ones behind each other.

    `linked` counts what was ever linked by source type; `pages` are there only where somebody looks at a cycle under way.
    """

    code: str = "Paused"
    failures: int = 0
    escrows_pruned: bool = False
    last: Execution | None = None
    last_successful: Execution | None = None
    last_with_exports: Execution | None = None
    quarantine: Quarantine | None = None
    steady_first: datetime | None = None
    steady_last: datetime | None = None
    pages: Pages | None = None
    synchronized: Mapping[str, int] = field(default_factory=dict)


class Job(Struct, frozen=True):
    """The job `id` of the application with the service principal `app`.

    `is_on` says whether its schedule is. `settings` are its synchronizationJobSettings. `watermark` is where the change log
    ended for the last cycle, None before the first; `next` is when a cycle is due. `linked` counts by source type what was
    ever linked, `deletes_allowed` holds for one cycle.
    """

    id: str
    template_id: str
    app: str
    interval_minutes: int
    is_on: bool = False
    status: Status = field(default_factory=Status)
    settings: Mapping[str, str] = field(
        default_factory=lambda: {"AzureIngestionAttributeOptimization": "False"}
    )
    watermark: int | None = None
    next: datetime | None = None
    linked: Mapping[str, int] = field(default_factory=dict)
    deletes_allowed: bool = False
