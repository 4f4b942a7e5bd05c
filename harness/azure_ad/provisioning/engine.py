"""The provisioning service: its jobs, their credentials and schemas, and the buttons that start and stop them.

Whatever a job is doing is in the store; the runner's timers only say when to look. After a restart of the process
`resume` sets them again, and a cycle that was cut off goes on behind the last object it settled.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.azure_ad.directory import ConflictError, Directory, NotFoundError
from harness.azure_ad.enterprise_app import EnterpriseApps
from harness.azure_ad.mail import Mailer
from harness.azure_ad.provisioning import job, schema
from harness.azure_ad.provisioning.dialect import split_tenant_url
from harness.azure_ad.provisioning.logs import INITIATOR, Frame, write_audit
from harness.azure_ad.provisioning.mapping import ObjectMapping, compile_mappings
from harness.azure_ad.provisioning.runner import Runner, count_links
from harness.azure_ad.provisioning.session import Session
from harness.azure_ad.provisioning.target import Target, TargetError, explain
from harness.base.clock import Clock, iso
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.base.store import Document, Store
from harness.wire.message import Send

ADMINISTRATOR = "Administrator"


@dataclass(slots=True)
class CredentialsError(Exception):
    """Test Connection did not get the answers it needs; `code` and `message` are what the portal shows."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A job's schema, read once: cycles come every forty minutes, edits hardly ever."""

    mappings: dict[str, ObjectMapping]
    source: str
    target: str


class Engine:
    """The jobs of one tenant."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        ids: Ids,
        quirks: Quirks,
        send: Send,
        mailer: Mailer,
        tenant_id: str,
    ) -> None:
        self.directory = Directory(store, clock, ids.branch("directory"))
        self.apps = EnterpriseApps(store, clock, ids.branch("apps"), self.directory)
        self.mailer = mailer
        self._store, self._clock, self._quirks, self._send = store, clock, quirks, send
        self._ids = ids.branch("engine")
        self._tenant_id = tenant_id
        self._compiled: dict[str, _Compiled] = {}
        self._runner = Runner(
            store=store,
            clock=clock,
            quirks=quirks,
            open_session=self._session,
            on_quarantine=self._quarantined,
        )

    def create_job(self, app: str, template_id: str) -> Document:
        """Add a job to an application. Raises NotFoundError, SchemaError, or ConflictError when it has one already."""
        service = self.apps.find(app)
        job_id = f"{template_id}.{self._tenant_id.replace('-', '')}.{service['appId']}"
        rule_id = self._ids.uuid()
        built = schema.build(template_id, job_id, rule_id, self._quirks["directory-name"])
        with self._store.transaction():
            if self._store.get("job", job_id) is not None:
                raise ConflictError(f"A job of template '{template_id}' already exists for this application.")
            document = job.new_job(job_id, template_id, self._quirks["cycle-interval-minutes"])
            self._store.put(
                "job", job_id, {"app": app, "job": document, "watermark": None, "next": None, "linked": {}}
            )
            self._store.put("schema", job_id, built)
            self._audit(app, "Add provisioning configuration")
        return document

    def jobs(self, app: str) -> list[Document]:
        """Return the application's jobs as Graph shows them. Raises NotFoundError."""
        self.apps.find(app)
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
            self._compiled.pop(job_id, None)
            record = self._reset(job_id, record)
            self._audit(record["app"], "Update attribute mappings or scope")
        self._runner.schedule(job_id, record)

    def restore_schema(self, job_id: str) -> None:
        """Put the template's mappings back. Raises NotFoundError."""
        present = self.schema(job_id)
        template = self._record(job_id)["job"]["templateId"]
        rule = present["synchronizationRules"][0]["id"]
        self.save_schema(job_id, schema.build(template, job_id, rule, self._quirks["directory-name"]))

    def save_secrets(self, app: str, secrets: dict[str, str]) -> None:
        with self._store.transaction():
            self.apps.save_secrets(app, secrets)
            self._audit(app, "Update provisioning setting or credentials")

    def start(self, job_id: str) -> None:
        """Turn the schedule on; the cycle begins at once."""
        with self._store.transaction():
            record = self._record(job_id)
            record = {**record, "job": job.started(record["job"]), "next": iso(self._clock.now(), 6)}
            self._store.put("job", job_id, record)
            self._audit(record["app"], "Enable/start provisioning configuration")
        self._runner.schedule(job_id, record)

    def pause(self, job_id: str) -> None:
        """Turn the schedule off; a running cycle still comes to its end.

        Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-when-will-provisioning-finish-specific-user
        """
        with self._store.transaction():
            record = self._record(job_id)
            self._store.put("job", job_id, {**record, "job": job.paused(record["job"]), "next": None})
            self._audit(record["app"], "Disable/pause provisioning configuration")
        self._runner.cancel(job_id)

    def restart(self, job_id: str) -> None:
        """Start over as the portal's "Restart provisioning" does: escrows, watermark and quarantine go, links stay."""
        with self._store.transaction():
            record = self._reset(job_id, self._record(job_id))
            for key, _ in list(self._store.scan(f"escrow:{job_id}")):
                self._store.delete(f"escrow:{job_id}", key)
            record = {**record, "job": job.started(record["job"]), "next": iso(self._clock.now(), 6)}
            self._store.put("job", job_id, record)
            self._audit(record["app"], "Enable/restart provisioning configuration")
        self._runner.schedule(job_id, record)

    def validate(self, app: str, secrets: dict[str, str], template_id: str = "scim") -> None:
        """Test Connection: ask for a random user and a random group. Raises CredentialsError, NotFoundError.

        Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups
        """
        self.apps.find(app)
        jobs = self.jobs(app)
        document = self.schema(jobs[0]["id"]) if jobs else schema.build(template_id, "", "", "")
        target, _ = self._target(secrets)
        for mapping in compile_mappings(document).values():
            try:
                target.probe(mapping)
            except TargetError as error:
                raise CredentialsError(error.code, explain(error)) from error

    def resume(self) -> None:
        """Set the timers of all jobs that were running when the process ended."""
        for job_id, record in self._store.scan("job"):
            self._runner.schedule(job_id, record)

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
            raise NotFoundError(
                f"Resource '{job_id}' does not exist or one of its queried reference-property objects are not present."
            )
        return record

    def _shown(self, job_id: str, record: Document) -> Document:
        progress = self._store.get("progress", job_id)
        document: Document = record["job"]
        return document if progress is None else job.running(document, progress, self._clock.now())

    def _reset(self, job_id: str, record: Document) -> Document:
        """Forget watermark and progress: the next cycle is an initial one, at once where one was under way."""
        record = count_links(record, self._store.get("progress", job_id)) | {"watermark": None}
        if self._runner.overtake(job_id):
            record["next"] = iso(self._clock.now(), 6)
        self._store.put("job", job_id, record)
        self._store.delete("progress", job_id)
        return record

    def _quarantined(self, app: str, message: str) -> Callable[[], None]:
        """Write the quarantine into the audit log; return the sending of one mail to whoever wants it."""
        self._audit(app, "Quarantine", by=INITIATOR, reason=message, good=False)

        def notify() -> None:
            recipient, wanted = self.apps.notification(app)
            if recipient and wanted:
                name = self.apps.find(app)["displayName"]
                text = f"Provisioning to '{name}' is in quarantine and is tried again less and less often.\n\n{message}\n"
                self.mailer.send(recipient, f"Provisioning to '{name}' is in quarantine", text)

        return notify

    def _session(self, job_id: str, record: Document, cycle_id: str | None) -> Session:
        app = self.apps.find(record["app"])
        secrets = self.apps.secrets(record["app"])
        target, flagged = self._target(secrets)
        compiled = self._compile(job_id)
        frame = Frame(
            tenant_id=self._tenant_id,
            job_id=job_id,
            cycle_id=cycle_id or self._ids.uuid(),
            app=app,
            directory_name=compiled.source,
            target_name=compiled.target,
        )
        return Session(
            store=self._store,
            clock=self._clock,
            ids=self._ids,
            quirks=self._quirks,
            directory=self.directory,
            apps=self.apps,
            target=target,
            mappings=compiled.mappings,
            frame=frame,
            sync_all=secrets.get("SyncAll", "false").lower() == "true",
            flagged=flagged,
        )

    def _compile(self, job_id: str) -> _Compiled:
        compiled = self._compiled.get(job_id)
        if compiled is None:
            document = self.schema(job_id)
            rule = document["synchronizationRules"][0]
            names = rule["sourceDirectoryName"], rule["targetDirectoryName"]
            compiled = self._compiled[job_id] = _Compiled(compile_mappings(document), *names)
        return compiled

    def _target(self, secrets: dict[str, str]) -> tuple[Target, bool]:
        base, flagged = split_tenant_url(secrets.get("BaseAddress", ""))
        return Target(self._send, base, secrets.get("SecretToken", ""), self._clock, self._ids), flagged

    def _audit(
        self, app: str, activity: str, *, by: str = ADMINISTRATOR, reason: str = "", good: bool = True
    ) -> None:
        write_audit(
            self._store,
            self._clock.now(),
            activity,
            entry_id=self._ids.uuid(),
            app=self.apps.find(app),
            by=by,
            reason=reason,
            good=good,
        )
