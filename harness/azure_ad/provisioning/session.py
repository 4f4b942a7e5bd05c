"""What one cycle works with, and the records it leaves: connections, escrows, pending references, progress.

A *connection* ties a source object to the target's id (the connector data store). An *escrow* is an object that
failed and waits for its next attempt. *Progress* is how far the cycle came; it is written in the same transaction as
each object's result, so a process killed between two objects goes on where it stopped.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjobrestartcriteria and
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status (read 2026-11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from harness.azure_ad.directory import Directory
from harness.azure_ad.enterprise_app import EnterpriseApps
from harness.azure_ad.provisioning.logs import PROVISIONING, Frame, Trace, entry_of, failure_reason, tags_of
from harness.azure_ad.provisioning.mapping import ObjectMapping
from harness.azure_ad.provisioning.target import SCIM, Target, TargetError
from harness.base.clock import Clock, from_iso, iso
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.base.store import Document, Store

# How many connections of a type a cycle added; the job's statistics grow by it.
LINKED = "linked:"
# What failed for an object's own reasons, not for want of a server, is the customer's to mend.
_SERVICE_FAILURES = frozenset(
    {"InternalServerError", "Timeout", "WebExceptionProtocolError", "TooManyRequests"}
)


@dataclass(slots=True)
class Session:
    """One run of a job. `sync_all` is the scope setting, `flagged` the PATCH dialect."""

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
    flagged: bool
    counts: Counter[str] = field(default_factory=Counter)

    def connection(self, source_id: str) -> Document | None:
        return self.store.get(f"connection:{self.frame.job_id}", source_id)

    def connections(self) -> Iterator[tuple[str, Document]]:
        return self.store.scan(f"connection:{self.frame.job_id}")

    def connect(self, source_id: str, connection: Document, *, new: bool = False) -> None:
        """Save a connection; the statistics count the new ones."""
        self.store.put(f"connection:{self.frame.job_id}", source_id, connection)
        if new:
            self.counts[LINKED + connection["type"]] += 1

    def disconnect(self, source_id: str, kind: str) -> None:
        if self.store.delete(f"connection:{self.frame.job_id}", source_id):
            self.counts[LINKED + kind] -= 1
        for member in self.exported_members(source_id):
            self.store.unlink("exported-member", self._group_key(source_id), member)

    def escrow(self, source_id: str) -> Document | None:
        return self.store.get(f"escrow:{self.frame.job_id}", source_id)

    def due_escrows(self) -> list[tuple[str, Document]]:
        """Return what earlier cycles failed at and is due now; what fails in this cycle waits for the next.

        What has failed for too many days is given up.
        """
        now, cycle = self.clock.now(), self.frame.cycle_id
        oldest = now - timedelta(days=self.quirks["escrow-days"])
        due = []
        for key, escrow in list(self.store.scan(f"escrow:{self.frame.job_id}")):
            if from_iso(escrow["began"]) < oldest:
                self.settle(key)
            elif cycle not in (escrow["cycle"], escrow["tried"]) and from_iso(escrow["next"]) <= now:
                due.append((key, escrow))
        return due

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
        sent = trace.status == "success" and trace.action != "other"
        self.counts[
            "countExported" if sent else "countEscrowed" if trace.status == "failure" else "countSkipped"
        ] += 1
        entry = entry_of(trace, self.frame, self.ids.uuid(), self.ids.uuid(), self.clock.now())
        self.store.append(PROVISIONING, entry, tags_of(entry))

    def fail(
        self,
        trace: Trace,
        error: TargetError,
        *,
        step: str,
        description: str,
        code: str | None = None,
        references: bool = False,
    ) -> None:
        """Close a trace with the failed request, and put the object into escrow with the time of its next attempt."""
        escrow = self._escrowed(trace, references=references)
        retries = escrow["attempts"]
        reason = failure_reason(error, retries, from_iso(escrow["next"]))
        code = code or error.code
        trace.step(
            step, "export" if "Export" in step else "matching", description, escrow["identifier"], "failure"
        )
        trace.fail(code, reason, category="failure" if code in _SERVICE_FAILURES else "nonServiceFailure")

    def settle(self, source_id: str) -> None:
        """Forget the escrow of an object that came through."""
        self.store.delete(f"escrow:{self.frame.job_id}", source_id)

    def settle_object(self, source_id: str) -> None:
        """Forget the escrow of an object that came through itself; what its references failed at stays due."""
        escrow = self.escrow(source_id)
        if escrow is not None and escrow["references"]:
            self.store.put(f"escrow:{self.frame.job_id}", source_id, {**escrow, "tried": self.frame.cycle_id})
        else:
            self.settle(source_id)

    def settle_references(self, source_id: str) -> None:
        """Forget the escrow of an object whose references came through in this cycle, all of them."""
        escrow = self.escrow(source_id)
        if escrow is not None and escrow["references"] and escrow["cycle"] != self.frame.cycle_id:
            self.settle(source_id)

    def _escrowed(self, trace: Trace, *, references: bool) -> Document:
        """Return the object's escrow after one more failure, saved.

        Several failures of one cycle (a group's members) are one attempt.
        """
        hours = self.quirks["escrow-hours"]
        now = self.clock.now()
        before = self.escrow(trace.source_id)
        if before is not None and before["cycle"] == self.frame.cycle_id:
            return before
        attempts = 0 if before is None else before["attempts"] + 1
        began = now if before is None else from_iso(before["began"])
        escrow = {
            "type": trace.kind,
            "cycle": self.frame.cycle_id,
            "tried": None,
            "references": references,
            "attempts": attempts,
            "began": iso(began, 6),
            "next": iso(now + timedelta(hours=hours[min(attempts, len(hours) - 1)]), 6),
            "identifier": {"ReportableIdentifier": trace.identifier},
        }
        self.store.put(f"escrow:{self.frame.job_id}", trace.source_id, escrow)
        return escrow

    def _group_key(self, group: str) -> str:
        return f"{self.frame.job_id}/{group}"


def conflict_code(error: TargetError) -> str:
    """Name a refusal of a create: a conflict after an empty search says that the filter did not work.

    Observed in the event of 2026-03-24, https://help.sumologic.com/docs/integrations/microsoft-azure.
    """
    is_conflict = error.response is not None and error.response.status == 409
    return f"{SCIM}ServiceIncompatibleFiltering" if is_conflict else error.code
