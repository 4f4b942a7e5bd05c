"""The provisioning service: its jobs, their credentials and schemas, and the buttons that start and stop them.

Whatever a job is doing is in the store; the runner's timers only say when to look. After a restart of the process
`resume` sets them again, and a cycle that was cut off goes on behind the last object it settled.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from harness.azure_ad.applications.enterprise_applications import EnterpriseApps
from harness.azure_ad.directory.directory import ConflictError, Directory, NotFoundError
from harness.azure_ad.mail import Mailer
from harness.azure_ad.mappings import schema
from harness.azure_ad.mappings.compiled import compile_mappings
from harness.azure_ad.mappings.functions import Context
from harness.azure_ad.mappings.templates import build
from harness.azure_ad.provisioning import job, on_demand
from harness.azure_ad.provisioning.cycle.records import Progress
from harness.azure_ad.provisioning.cycle.session import Session, escrow_shelf, forget_all, staged_shelf
from harness.azure_ad.provisioning.log.audit_log import write_audit
from harness.azure_ad.provisioning.log.provisioning_log import INITIATOR
from harness.azure_ad.provisioning.open_session import Sessions
from harness.azure_ad.provisioning.runner import Runner, Step, count_links
from harness.azure_ad.provisioning.target.target import TargetError, explain
from harness.base.clock import Clock, iso
from harness.base.errors import HarnessError
from harness.base.ids import Ids
from harness.base.json_text import encode
from harness.base.quirks import Quirks
from harness.base.store import Document, Store
from harness.wire.message import Send

ADMINISTRATOR = "Administrator"
RESET_SCOPES = (
    "None",
    "ConnectorDataStore",
    "Escrows",
    "Watermark",
    "QuarantineState",
    "Full",
    "ForceDeletes",
)
PORTAL_RESTART = frozenset({"Escrows", "Watermark", "QuarantineState"})


@dataclass(slots=True)
class CredentialsError(Exception):
    """Test Connection did not get the answers it needs; `code` and `message` are what the portal shows."""

    code: str
    message: str


class Engine:
    """The jobs of one tenant. `in_flight` objects of a cycle are at work together; more than one needs a wire that waits.

    `busy` is the lock under which one object is at work, be it a cycle's or on demand. Where processes share the store that
    is a lock over all of them, one of them is told to `resume`, and `on_schedule` is called when the others should look again.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        ids: Ids,
        quirks: Quirks,
        send: Send,
        directory: Directory,
        applications: EnterpriseApps,
        mailer: Mailer,
        tenant_id: str,
        domain: str,
        in_flight: int = 1,
        busy: AbstractContextManager[object] | None = None,
        on_schedule: Callable[[], None] = lambda: None,
    ) -> None:
        self._directory, self._applications, self._mailer = directory, applications, mailer
        self._store, self._clock, self._quirks = store, clock, quirks
        self._ids = ids.branch("engine")
        self._tenant_id = tenant_id
        self._sessions = Sessions(
            store=store,
            clock=clock,
            ids=self._ids,
            quirks=quirks,
            send=send,
            directory=directory,
            apps=applications,
            expressions=Context(clock, ids.branch("expressions"), domain, quirks=quirks),
            tenant_id=tenant_id,
            in_flight=in_flight,
        )
        self._limit = on_demand.Limit()
        self._busy = busy or threading.RLock()
        self._runner = Runner(
            store=store,
            clock=clock,
            quirks=quirks,
            open_session=self._sessions.open,
            on_quarantine=self._quarantined,
            busy=self._busy,
            on_schedule=on_schedule,
        )

    def create_job(self, app: str, template_id: str) -> Document:
        """Add a job to an application. Raises NotFoundError, SchemaError, or ConflictError when it has one already."""
        service = self._applications.find(app)
        job_id = f"{template_id}.{self._tenant_id.replace('-', '')}.{service['appId']}"
        rule_id = self._ids.uuid()
        built = build(template_id, job_id, rule_id, self._quirks["directory-name"])
        with self._store.transaction():
            if self._store.get("job", job_id) is not None:
                raise ConflictError(f"A job of template '{template_id}' already exists for this application.")
            document = job.new_job(job_id, template_id, self._quirks["cycle-interval-minutes"])
            self._store.put(
                "job",
                job_id,
                {"app": app, "job": document, "watermark": None, "next": None, "linked": {}, "force": False},
            )
            self._store.put("schema", job_id, built)
            self._audit(app, "Add provisioning configuration")
        return document

    def jobs(self, app: str) -> list[Document]:
        """Return the application's jobs as Graph shows them. Raises NotFoundError."""
        self._applications.find(app)
        return [self._shown(key, record) for key, record in self._store.scan("job") if record["app"] == app]

    def job(self, job_id: str) -> Document:
        """Return one job, with the progress of a running cycle. Raises NotFoundError."""
        return self._shown(job_id, self._record(job_id))

    def app_of(self, job_id: str) -> str:
        return str(self._record(job_id)["app"])

    def schema(self, job_id: str) -> Document:
        self._record(job_id)
        document = self._store.get("schema", job_id)
        assert document is not None
        return document

    def save_schema(self, job_id: str, document: Document) -> None:
        """Replace the schema; every object is looked at again in the next cycle. Raises SchemaError, NotFoundError."""
        schema.check(document)
        with self._store.transaction():
            record = self._record(job_id)
            self._store.put("schema", job_id, {**document, "id": job_id})
            self._sessions.schema_changed(job_id)
            record = self._reset(job_id, record)
            self._audit(record["app"], "Update attribute mappings or scope")
        self._runner.schedule(job_id)

    def restore_schema(self, job_id: str) -> None:
        """Put the template's mappings back. Raises NotFoundError."""
        present = self.schema(job_id)
        template = self._record(job_id)["job"]["templateId"]
        rule = present["synchronizationRules"][0]["id"]
        self.save_schema(job_id, build(template, job_id, rule, self._quirks["directory-name"]))

    def save_secrets(self, app: str, secrets: dict[str, str]) -> None:
        """Save keys; an empty value takes a key away. Raises NotFoundError, HarnessError for more than may be stored."""
        with self._store.transaction():
            self._applications.save_secrets(app, secrets)
            limit = self._quirks["credentials-most-bytes"]
            if limit and len(encode(self._applications.secrets(app))) > limit:
                # https://github.com/MicrosoftDocs/azure-docs/issues/40093
                raise HarnessError("Size of input ExternalSecret data is invalid.")
            self._audit(app, "Update provisioning setting or credentials")

    def start(self, job_id: str) -> None:
        """Turn the schedule on; the cycle begins at once."""
        with self._store.transaction():
            record = self._record(job_id)
            record = {**record, "job": job.started(record["job"]), "next": iso(self._clock.now(), 6)}
            self._store.put("job", job_id, record)
            self._audit(record["app"], "Enable/start provisioning configuration")
        self._runner.schedule(job_id)

    def pause(self, job_id: str) -> None:
        """Turn the schedule off; a running cycle still comes to its end.

        Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-when-will-provisioning-finish-specific-user
        """
        with self._store.transaction():
            record = self._record(job_id)
            self._store.put("job", job_id, {**record, "job": job.paused(record["job"]), "next": None})
            self._audit(record["app"], "Disable/pause provisioning configuration")
        self._runner.cancel(job_id)

    def restart(self, job_id: str, scope: frozenset[str] = PORTAL_RESTART) -> None:
        """Start a job over; `scope` is what to forget, of RESET_SCOPES, by default what the portal's button forgets.

        Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjobrestartcriteria
        """
        everything = "Full" in scope
        with self._store.transaction():
            record = self._record(job_id)
            if everything or "Watermark" in scope:
                record = self._reset(job_id, record)
            if everything or "Escrows" in scope:
                forget_all(self._store, escrow_shelf(job_id))
            if everything or "ConnectorDataStore" in scope:
                self._sessions.open(job_id, record, None).forget_connections()
                record |= {"linked": {}}
            lifted = everything or not scope.isdisjoint(("None", "QuarantineState", "ForceDeletes"))
            document = job.freed(record["job"]) if lifted else record["job"]
            record = {**record, "job": job.scheduled(document), "next": iso(self._clock.now(), 6)}
            record |= {"force": "ForceDeletes" in scope}
            self._store.put("job", job_id, record)
            self._audit(record["app"], "Enable/restart provisioning configuration")
        self._runner.schedule(job_id)

    def save_settings(self, job_id: str, settings: dict[str, str]) -> None:
        """Set some of the job's synchronizationJobSettings. Raises NotFoundError, SettingError."""
        with self._store.transaction():
            record = self._record(job_id)
            self._store.put("job", job_id, {**record, "job": job.with_settings(record["job"], settings)})
            self._audit(record["app"], "Update provisioning setting or credentials")

    def provision_on_demand(
        self, job_id: str, subject: on_demand.Subject
    ) -> tuple[Document, Document | list[Document]]:
        """Provision one object now; return Graph's result and entry. Raises NotFoundError, TooOftenError."""
        with self._busy:
            record = self._record(job_id)
            if subject.kind not in self._sessions.mappings(job_id):
                raise NotFoundError(f"The job provisions no {subject.kind} objects.")
            known = self._directory.get(subject.kind, subject.object_id)
            if known is None and self._store.get("deletedUser", subject.object_id) is None:
                raise NotFoundError(f"Resource '{subject.object_id}' does not exist.")
            self._limit.count(self._clock.now(), self._quirks["on-demand-requests"])
            session = self._sessions.open(job_id, record, None)
            session.flagged, session.most_deletes = False, None
            session.target.waits = False  # somebody waits, and a cycle may hold the clock
            told = on_demand.provision(session, subject)
            with self._store.transaction():
                self._store.put("job", job_id, count_links(self._record(job_id), session.counts))
        return told

    def step(self, job_id: str) -> Step:
        """Carry out one object of a cycle and hold the cycle there; `start` lets it run on.

        Raises NotFoundError, or ConflictError while the schedule is on.
        """
        with self._busy:
            if self._record(job_id)["job"]["schedule"]["state"] == "Active":
                raise ConflictError("The job's schedule is on; pause the job to go step by step.")
            return self._runner.step(job_id)

    def disconnect(self, job_id: str, source_id: str) -> None:
        """Break the tie between an object and the target's, if there is one; the next look at it matches again.

        Raises NotFoundError, or ConflictError while the schedule is on.
        """
        with self._busy, self._store.transaction():
            record, session = self.inspect(job_id)
            if record["job"]["schedule"]["state"] == "Active" or self._runner.running(job_id):
                raise ConflictError("The job must be paused before an object connection can be deleted.")
            connection = session.connection(source_id)
            if connection is not None:
                session.disconnect(source_id, connection)
                session.references_done(source_id)

    def inspect(self, job_id: str) -> tuple[Document, Session]:
        """Return a job's record and what its next object would be worked on with, to look at. Raises NotFoundError."""
        record = self._record(job_id)
        return record, self._sessions.open(job_id, record, "none")

    def validate(self, app: str, secrets: dict[str, str], template_id: str = "scim") -> None:
        """Test Connection: ask for a random user and a random group. Raises CredentialsError, NotFoundError.

        Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups
        """
        self._applications.find(app)
        jobs = self.jobs(app)
        document = self.schema(jobs[0]["id"]) if jobs else build(template_id, "", "", "")
        target, _ = self._sessions.target(secrets)
        for mapping in compile_mappings(_with_everything_enabled(document)).values():
            try:
                target.probe(mapping)
            except TargetError as error:
                raise CredentialsError(error.code, explain(error)) from error

    def delete_job(self, job_id: str) -> None:
        """Take a job away with all that it knows of the target. Raises NotFoundError.

        Source: https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationjob-delete (read 2026-11).
        """
        with self._busy, self._store.transaction():
            record = self._reset(job_id, self._record(job_id))
            self._sessions.open(job_id, record, None).forget_connections()
            forget_all(self._store, escrow_shelf(job_id))
            for shelf in ("job", "schema"):
                self._store.delete(shelf, job_id)
            self._sessions.schema_changed(job_id)
            self._audit(record["app"], "Delete provisioning configuration")
        self._runner.cancel(job_id)

    def resume(self) -> None:
        """Set the timers of all jobs that were running when the process ended, this one or another."""
        for job_id, _ in self._store.scan("job"):
            self._runner.lead(job_id)

    def look_again(self) -> None:
        """See what other processes made of the jobs."""
        for job_id, _ in self._store.scan("job"):
            self._runner.look_again(job_id)

    def rest(self) -> None:
        """Leave the jobs to another process."""
        self._runner.rest()

    def abandon(self, job_id: str) -> None:
        """Turn the schedule off and forget all progress, a cycle under way included."""
        with self._store.transaction():
            record = self._reset(job_id, self._record(job_id))
            self._store.put("job", job_id, {**record, "job": job.paused(record["job"]), "next": None})
        self._runner.cancel(job_id)

    def stop(self) -> None:
        """End after the object under way; what is left of a cycle waits in the store."""
        self._runner.stop()

    def _record(self, job_id: str) -> Document:
        record = self._store.get("job", job_id)
        if record is None:
            raise NotFoundError.of(job_id)
        return record

    def _shown(self, job_id: str, record: Document) -> Document:
        stored = self._store.get("progress", job_id) if self._runner.running(job_id) else None
        document: Document = record["job"]
        if stored is None:
            return document
        progress, per_page = Progress.of(stored), self._quirks["progress-objects-per-page"]
        return job.running(
            document, progress.done, progress.total, self._clock.now(), objects_per_page=per_page
        )

    def _reset(self, job_id: str, record: Document) -> Document:
        """Forget watermark and progress: the next cycle is an initial one, at once where one was under way."""
        progress = self._store.get("progress", job_id) or {"counts": {}}
        record = count_links(record, progress["counts"]) | {"watermark": None}
        if self._runner.overtake(job_id):
            record["next"] = iso(self._clock.now(), 6)
        self._store.put("job", job_id, record)
        self._store.delete("progress", job_id)
        forget_all(self._store, staged_shelf(job_id))
        return record

    def _quarantined(self, app: str, message: str) -> Callable[[], None]:
        """Write the quarantine into the audit log; return the sending of one mail to whoever wants it."""
        self._audit(app, "Quarantine", by=INITIATOR, reason=message, good=False)

        def notify() -> None:
            recipient, wanted, _ = self._applications.notification(app)
            if recipient and wanted:
                name = self._applications.find(app)["displayName"]
                text = f"Provisioning to '{name}' is in quarantine and is tried again less and less often.\n\n{message}\n"
                self._mailer.send(recipient, f"Provisioning to '{name}' is in quarantine", text)

        return notify

    def _audit(
        self, app: str, activity: str, *, by: str = ADMINISTRATOR, reason: str = "", good: bool = True
    ) -> None:
        write_audit(
            self._store,
            self._clock.now(),
            activity,
            entry_id=self._ids.uuid(),
            app=self._applications.find(app),
            by=by,
            reason=reason,
            good=good,
        )


def _with_everything_enabled(document: Document) -> Document:
    """Return a schema with its group mapping on: Test Connection asks for a group in any case."""
    rules = [
        {**rule, "objectMappings": [{**mapping, "enabled": True} for mapping in rule["objectMappings"]]}
        for rule in document["synchronizationRules"]
    ]
    return {**document, "synchronizationRules": rules}
