"""The newest entry about each user of one job; entries of other jobs and tenants are kept apart and not used.

The id of a job names template, tenant and application: `aWSSingleSignon.<tenant>.<application>`. Moments in the forms that
logs have them: https://github.com/elastic/integrations/tree/main/packages/azure/data_stream/provisioning,
_dev/test/pipeline/test-time-formats-corner-cases.log and sample_event.json (read 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime

from harness.base.errors import HarnessError
from harness.exports.evidence import LogEntry

_FORMS = (
    "%m/%d/%Y, %I:%M:%S.%f %p",
    "%m/%d/%Y, %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y, %H:%M:%S.%f",
    "%m/%d/%Y, %H:%M:%S",
    "%m/%d/%Y, %H:%M",
    "%m/%d/%Y %H:%M",
    # As Excel shows them in Germany.
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
)
# A date with slashes and what follows it; in Britain the day stands first.
_SLASHED = re.compile(r"\s*(\d{1,2})/(\d{1,2})(/\d{4}\b.*)", re.DOTALL)
_MONTHS = 12
# Stands for a moment that no form can read: older than every other.
_NEVER = datetime.min.replace(tzinfo=UTC)
TAGS = ("awssinglesignon", "scim", "customappsso")


@dataclass(slots=True)
class LogBook:
    """Entries by job, of each the newest about a user; `superseded` are the changes of users with several."""

    jobs: dict[str, dict[str, LogEntry]] = field(default_factory=dict)
    superseded: set[str] = field(default_factory=set)

    def add(self, entry: LogEntry) -> None:
        """Save an entry if it is the newest about its user; of two of one moment, the one with more in it."""
        entries = self.jobs.setdefault(entry.job, {})
        for key in (entry.object_id.lower(), entry.user_principal_name.casefold()):
            before = entries.get(key)
            if key and before is not None and before.change_id != entry.change_id:
                self.superseded |= {before.change_id, entry.change_id}
            if key and (before is None or _rank(before) < _rank(entry)):
                entries[key] = entry

    def changes(self) -> set[str]:
        """Return the change ids of all entries, also of those that were not saved."""
        present = (entry.change_id for entries in self.jobs.values() for entry in entries.values())
        return self.superseded.union(present)

    def choose(self, schema_id: str) -> tuple[dict[str, LogEntry], list[str]]:
        """Return the entries of one job, with notes on the others.

        The job is the schema's, else the only one, else the only one that provisions AWS or a custom application.
        """
        named = sorted(job for job in self.jobs if job)
        meant = [job for job in named if job == schema_id]
        if not meant:
            meant = (
                [job for job in named if job.partition(".")[0].lower() in TAGS] if len(named) > 1 else named
            )
        if len(meant) > 1:
            tenants = len({_tenant(job) for job in meant} - {""})
            several = f" in {tenants} tenants" if tenants > 1 else ""
            note = (
                f"the log has entries of {len(meant)} jobs{several} ({', '.join(meant)}): none is used; give the schema of the one "
                "that is meant, or filter the log by its application"
            )
            return {}, [note]
        entries = dict(self.jobs.get("", {}))
        for job in meant:
            for entry in self.jobs[job].values():
                for key in (entry.object_id.lower(), entry.user_principal_name.casefold()):
                    if key and (key not in entries or _rank(entries[key]) < _rank(entry)):
                        entries[key] = entry
        return entries, list(self._others([job for job in named if job not in meant], schema_id, meant))

    @staticmethod
    def _others(others: list[str], schema_id: str, meant: list[str]) -> Iterator[str]:
        tenants = {_tenant(job) for job in (*others, *meant)} - {""}
        several = f", of {len(tenants)} tenants" if len(tenants) > 1 else ""
        if others:
            yield f"entries of other jobs are not used ({', '.join(others)}){several}"
        if meant and schema_id and schema_id not in meant and _tenant(schema_id) and _tenant(meant[0]):
            which = "tenant" if _tenant(schema_id) != _tenant(meant[0]) else "job"
            yield (
                f"the schema and the log are not of one {which} ({schema_id}, {meant[0]}): export both of the job that is meant"
            )


def _tenant(job: str) -> str:
    parts = job.split(".")
    return parts[1] if len(parts) == 3 and set(parts[1]) != {"0"} else ""


def _rank(entry: LogEntry) -> tuple[datetime, int, str]:
    whole = astuple(entry)
    return moment(entry.moment), sum(map(bool, whole)), repr(sorted(map(str, whole)))


def moment(text: str) -> datetime:
    """Read a moment in any form that logs have, as UTC where it names no zone; the oldest moment if it cannot be read."""
    try:
        read = datetime.fromisoformat(_shortened(text.strip()))
    except ValueError:
        read = next(
            filter(None, (_parsed(text.strip() + zone, form) for form in _FORMS for zone in ("", " +0000"))),
            _NEVER,
        )
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def is_day_first(file: str, moments: Iterable[str], *, chosen: bool | None) -> bool:
    """Return whether a file's dates with slashes have the day first: by a number above 12, else as `chosen`.

    Dates with AM or PM are the portal's, which has the month first. Raises HarnessError where nothing decides, or where
    numbers above 12 are in both places. Only a file whose first moment has a slash is read for this.
    """
    dates: set[str] = set()
    first = second = portal = False
    for text in filter(None, moments):
        match = _SLASHED.match(text)
        if match is None:
            if not dates:
                return False
            continue
        dates.add(f"{match[1]}/{match[2]}{match[3][:5]}")
        first, second = first or int(match[1]) > _MONTHS, second or int(match[2]) > _MONTHS
        portal = portal or match[3].rstrip().endswith(("AM", "PM"))
    if first and second:
        raise HarnessError(
            f"{file}: some of its dates have the day first and others the month; export it anew"
        )
    if first or second:
        return first
    if chosen is not None:
        return chosen
    if portal or len(dates) <= 1:
        return False
    raise HarnessError(
        f"{file}: nothing tells day and month of its dates apart, such as {min(dates)}: none has a number above 12. "
        "Say --dates day-first or --dates month-first"
    )


def month_first(text: str) -> str:
    """Return a moment whose date has slashes and the day first, as `moment` reads it."""
    return _SLASHED.sub(r"\2/\1\3", text)


def _shortened(text: str) -> str:
    """Cut a fraction of a second to the six digits that Python reads: .NET writes seven."""
    start, dot, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return f"{start}{dot}{digits[:6]}{rest[len(digits) :]}" if dot else text


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, f"{form} %z")
    except ValueError:
        return None
