"""A cycle's session: what it works with, and its records: connections, escrows, pending references, held-back deletes.

`records.py` describes each. An object's outcome is written in one transaction with the cycle's progress, so a process that is
killed between two objects continues where it stopped.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjobrestartcriteria and
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status (read 2026-11-29).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from msgspec.structs import replace

from harness.azure_ad.applications.enterprise_applications import EnterpriseApps
from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.provisioning.cycle import shelves
from harness.azure_ad.provisioning.cycle.records import Connection, Escrow, Failure, Held
from harness.azure_ad.provisioning.cycle.shelves import Shelf
from harness.azure_ad.provisioning.log import provisioning_log as logs
from harness.azure_ad.provisioning.log.codes import failure_code, skipped_code
from harness.azure_ad.provisioning.log.trace import Frame, Trace, retried
from harness.azure_ad.provisioning.target.target import Target
from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.base.store import Store

# How many connections of a type a cycle added; the job's statistics grow by it, and never shrink:
# …/application-provisioning-when-will-provisioning-finish-specific-user
LINKED = "linked:"


# Further counts of a session: one for each log entry, by its outcome.
EXPORTED, ESCROWED, SKIPPED = "countExported", "countEscrowed", "countSkipped"


@dataclass(slots=True)
class Session:
    """One run of a job.

    `sync_all` and `skip_out_of_scope_deletions` are the scope settings, `flagged` is the PATCH dialect, `most_deletes` how
    many objects one cycle may disable or delete (None: any number), `in_flight` how many objects are at work together,
    `holding` what this run held back.
    """

    store: Store
    clock: Clock
    ids: Ids
    quirks: Quirks
    directory: Directory
    apps: EnterpriseApps
    target: Target
    mappings: Mapping[str, ObjectMapping]
    frame: Frame
    sync_all: bool
    skip_out_of_scope_deletions: bool
    flagged: bool
    most_deletes: int | None = None
    in_flight: int = 1
    counts: Counter[str] = field(default_factory=Counter)
    holding: set[str] = field(default_factory=set)
    _connections: Shelf[Connection] = field(init=False)
    _escrows: Shelf[Escrow] = field(init=False)
    _held: Shelf[Held] = field(init=False)
    _targets: str = field(init=False)
    _creating: str = field(init=False)

    def __post_init__(self) -> None:
        job = self.frame.job_id
        self._connections = shelves.connections(self.store, job)
        self._escrows = shelves.escrows(self.store, job)
        self._held = shelves.held_back(self.store, job)
        self._targets, self._creating = f"target:{job}", f"creating:{job}"

    def connection(self, source_id: str) -> Connection | None:
        return self._connections.get(source_id)

    def connections(self) -> Iterator[tuple[str, Connection]]:
        return self._connections.scan()

    def has_connections(self) -> bool:
        return not self._connections.is_empty()

    def connect(self, source_id: str, connection: Connection) -> None:
        """Save a changed connection."""
        self._connections.put(source_id, connection)

    def join(self, source_id: str, connection: Connection) -> None:
        """Save a new connection, and count it. Raises TakenError when the target's object is another source object's."""
        self.store.claim(self._targets, connection.target_id, source_id)
        self._connections.put(source_id, connection)
        self.counts[LINKED + connection.kind] += 1

    def disconnect(self, source_id: str, connection: Connection) -> None:
        self._connections.delete(source_id)
        self.store.release(self._targets, connection.target_id)
        for member in self.exported_members(source_id):
            self.store.unlink("exported-member", self._group_key(source_id), member)

    def forget_connections(self) -> None:
        """Delete all connections and pending references."""
        for source_id, connection in list(self.connections()):
            self.disconnect(source_id, connection)
        for source_id in self.pending_references():
            self.references_done(source_id)

    def begin_create(self, source_id: str) -> None:
        """Remember a create under way where data outlives the process: if it is killed, the next one logs the create."""
        if self.store.lasting:
            self.store.put(self._creating, source_id, {})

    def was_creating(self, source_id: str) -> bool:
        return self.store.lasting and self.store.get(self._creating, source_id) is not None

    def create_over(self, source_id: str) -> None:
        """Delete the mark of a create under way, in the transaction that saves its outcome."""
        if self.store.lasting:
            self.store.delete(self._creating, source_id)

    def source_of(self, target_id: str) -> str | None:
        """Return the source object that an object of the target is connected to."""
        return self.store.owner(self._targets, target_id)

    def hold_back(self, source_id: str, kind: str) -> None:
        """Let a disable or delete wait for the end of the cycle, when all are counted."""
        self.holding.add(source_id)
        if self._held.get(source_id) is None:
            self._held.put(source_id, Held(kind))

    def held_back(self) -> list[tuple[str, str]]:
        """Return type and source id of the objects that are held back."""
        return [(held.kind, key) for key, held in self._held.scan()]

    def let_go(self, source_id: str) -> None:
        self._held.delete(source_id)

    def log_held_back(self, source_id: str) -> bool:
        """Mark an object as logged in this cycle; return False if it was logged already."""
        held = self._held.get(source_id)
        if held is None or held.logged == self.frame.cycle_id:
            return False
        self._held.put(source_id, replace(held, logged=self.frame.cycle_id))
        return True

    def escrow(self, source_id: str) -> Escrow | None:
        return self._escrows.get(source_id)

    def escrows(self) -> Iterator[tuple[str, Escrow]]:
        return self._escrows.scan()

    def give_up(self) -> None:
        """Remove the escrows that have failed for too many days."""
        for key in self.gives_up():
            self.settle(key)

    def gives_up(self) -> list[str]:
        """Return the source ids of escrows that have failed for too many days."""
        now, most_days = self.clock.now(), self.quirks["escrow-days"]
        return [key for key, escrow in self.escrows() if escrow.given_up(now, most_days)]

    def exported_members(self, group: str) -> list[str]:
        """Return the source ids of the members that the target's group was given."""
        return self.store.rights("exported-member", self._group_key(group))

    def mark_member(self, group: str, member: str, *, present: bool) -> None:
        change = self.store.link if present else self.store.unlink
        change("exported-member", self._group_key(group), member)

    def pending_references(self) -> list[str]:
        return self.store.rights("pending-reference", self.frame.job_id)

    def await_references(self, source_id: str) -> None:
        self.store.link("pending-reference", self.frame.job_id, source_id)

    def references_done(self, source_id: str) -> None:
        self.store.unlink("pending-reference", self.frame.job_id, source_id)

    def log(self, trace: Trace) -> None:
        """Write the object's entry of this cycle, and count it."""
        if trace.status == "skipped" and trace.error is not None:
            trace.error = trace.error._replace(code=skipped_code(self.quirks, trace.error.code))
        sent = trace.status == "success" and trace.action != "other"
        self.counts[EXPORTED if sent else ESCROWED if trace.status == "failure" else SKIPPED] += 1
        logs.keep(self.store, trace, self.frame, self.ids, self.clock.now())

    def fail(
        self,
        trace: Trace,
        failure: Failure,
        *,
        step: str,
        description: str,
        references: bool = False,
    ) -> None:
        """Close a trace with the failure, and put the object into escrow until its next attempt."""
        escrow = self._escrowed(trace, references=references)
        trace.step(step, status="failure", description=description)
        reason = retried(failure.cause, escrow.attempts, escrow.next)
        code = failure_code(self.quirks, failure.code)
        trace.fail(code, reason, category=failure.category, details=failure.request)

    def settle(self, source_id: str) -> None:
        """Remove the escrow of an object that succeeded."""
        self._escrows.delete(source_id)

    def settle_object(self, source_id: str) -> None:
        """Remove the escrow of an object that succeeded itself; one of its references stays due."""
        escrow = self.escrow(source_id)
        if escrow is not None and escrow.references:
            self._escrows.put(source_id, replace(escrow, tried=self.frame.cycle_id))
        else:
            self.settle(source_id)

    def settle_references(self, source_id: str) -> None:
        """Remove the escrow of an object all of whose references succeeded in this cycle."""
        escrow = self.escrow(source_id)
        if escrow is not None and escrow.references and escrow.cycle != self.frame.cycle_id:
            self.settle(source_id)

    def _escrowed(self, trace: Trace, *, references: bool) -> Escrow:
        """Return the object's escrow after one more failure, saved.

        Several failures of one cycle (a group's members) are one attempt.
        """
        hours: list[int] = self.quirks["escrow-hours"]
        now = self.clock.now()
        before = self.escrow(trace.source_id)
        if before is not None and before.cycle == self.frame.cycle_id:
            return before
        attempts = 0 if before is None else before.attempts + 1
        escrow = Escrow(
            kind=trace.kind,
            cycle=self.frame.cycle_id,
            tried=None,
            references=references,
            attempts=attempts,
            began=now if before is None else before.began,
            next=now + timedelta(hours=hours[min(attempts, len(hours) - 1)]),
        )
        self._escrows.put(trace.source_id, escrow)
        return escrow

    def _group_key(self, group: str) -> str:
        return f"{self.frame.job_id}/{group}"
