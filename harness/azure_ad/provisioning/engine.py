"""The provisioning service: its jobs, their credentials and schemas, and the buttons that start and stop them.

A job's state is in the store; the runner's timers only say when to continue. After a restart of the process `resume` sets
them again, and a cycle that was cut off continues after its last finished object.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11-29).
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from datetime import datetime

from msgspec.structs import replace

from harness.azure_ad.applications.enterprise_applications import is_of_gallery
from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.mail import Mailer
from harness.azure_ad.mappings import schema
from harness.azure_ad.mappings.definitions import completed
from harness.azure_ad.mappings.templates import build, with_choices
from harness.azure_ad.provisioning import grants, on_demand
from harness.azure_ad.provisioning.connection_test import probe_all
from harness.azure_ad.provisioning.cycle import shelves
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.job import moves
from harness.azure_ad.provisioning.job.records import Job, Pages
from harness.azure_ad.provisioning.job.shelf import jobs
from harness.azure_ad.provisioning.notices import Notices
from harness.azure_ad.provisioning.open_session import Sessions
from harness.azure_ad.provisioning.resets import PORTAL_RESTART, Resets
from harness.azure_ad.provisioning.runner import Runner, Step
from harness.azure_ad.provisioning.surroundings import Surroundings
from harness.base.errors import HarnessError
from harness.base.json_text import encode
from harness.base.store import Document


class Engine:
    """The jobs of one tenant; `busy` is held while an object is at work."""

    def __init__(self, surroundings: Surroundings, mailer: Mailer) -> None:
        ids = surroundings.ids.branch("engine")
        self._directory, self._applications = surroundings.directory, surroundings.applications
        self._store, self._clock = surroundings.store, surroundings.clock
        self._quirks, self._tenant_id, self._ids = surroundings.quirks, surroundings.tenant_id, ids
        self._jobs, self._progress = jobs(self._store), shelves.progress(self._store)
        self._sessions = Sessions(surroundings, ids)
        self._limit, self._send = on_demand.Limit(), surroundings.send
        self.busy: AbstractContextManager[object] = surroundings.busy or threading.RLock()
        self._notices = Notices(
            self._store, self._clock, ids, self._applications, mailer, surroundings.initiator
        )
        self._runner = Runner(surroundings, self._sessions.open_renewed, self._notices, self.busy)
        self._resets = Resets(self._store, self._clock, self._sessions, self._runner)

    def create_job(self, app: str, template_id: str) -> Job:
        """Add a job to an application. Raises as `own` does, SchemaError, or ConflictError when it has one already."""
        service = self._applications.own(app)
        job_id = f"{template_id}.{self._tenant_id.replace('-', '')}.{service['appId']}"
        rule_id = self._ids.uuid()
        built = with_choices(
            build(template_id, job_id, rule_id, self._quirks["directory-name"]), self._quirks
        )
        with self._store.transaction():
            if self._jobs.get(job_id) is not None:
                raise ConflictError(f"A job of template '{template_id}' already exists for this application.")
            job = Job(job_id, template_id, app, self._quirks["cycle-interval-minutes"])
            self._jobs.put(job_id, job)
            self._store.put("schema", job_id, built)
            self._notices.audit(app, "Add provisioning configuration")
        return job

    def jobs(self, app: str) -> list[Job]:
        """Return the application's jobs, each with the progress of a running cycle. Raises NotFoundError."""
        self._applications.find(app)
        return [self._observed(job) for _, job in self._jobs.scan() if job.app == app]

    def job(self, job_id: str) -> Job:
        """Return one job, with the progress of a running cycle. Raises NotFoundError."""
        return self._observed(self._job(job_id))

    def next_cycle(self) -> datetime | None:
        """Return when the next cycle of any job is due, None while no schedule is on."""
        return min((job.next for _, job in self._jobs.scan() if job.is_on and job.next), default=None)

    def app_of(self, job_id: str) -> str:
        return self._job(job_id).app

    def schema(self, job_id: str) -> Document:
        self._job(job_id)
        document = self._store.get("schema", job_id)
        assert document is not None
        return document

    def save_schema(self, job_id: str, document: Document) -> None:
        """Replace the schema; every object is looked at again in the next cycle. Raises SchemaError, NotFoundError."""
        document = completed(document)
        schema.check(document)
        with self._store.transaction():
            job = self._job(job_id)
            self._store.put("schema", job_id, {**document, "id": job_id})
            self._sessions.schema_changed(job_id)
            self._resets.reset(job)
            self._notices.audit(job.app, "Update attribute mappings or scope")
        self._runner.schedule(job_id)

    def restore_schema(self, job_id: str) -> None:
        """Put the template's mappings back. Raises NotFoundError."""
        rule = self.schema(job_id)["synchronizationRules"][0]["id"]
        template = self._job(job_id).template_id
        built = build(template, job_id, rule, self._quirks["directory-name"])
        self.save_schema(job_id, with_choices(built, self._quirks))

    def save_secrets(self, app: str, secrets: dict[str, str]) -> None:
        """Save keys; an empty value removes a key. Raises NotFoundError, HarnessError for more than may be stored."""
        with self._store.transaction():
            self._applications.save_secrets(app, secrets)
            limit = self._quirks["credentials-most-bytes"]
            if limit and len(encode(self._applications.secrets(app))) > limit:
                # https://github.com/MicrosoftDocs/azure-docs/issues/40093, opening post (read 2026-11-30)
                raise HarnessError("Size of input ExternalSecret data is invalid.")
            self._notices.audit(app, "Update provisioning setting or credentials")

    def acquire_token(self, app: str, secrets: dict[str, str]) -> None:
        """Get an access token from an application's token endpoint and save it. Raises GrantError, NotFoundError."""
        self._applications.find(app)
        whole = self._applications.secrets_with(app, secrets)
        self.save_secrets(app, {**secrets, **grants.obtained(self._send, whole, self._clock.now())})

    def start(self, job_id: str) -> None:
        """Turn the schedule on; the cycle begins at once."""
        with self._store.transaction():
            job = moves.started(self._job(job_id))
            self._jobs.put(job_id, replace(job, next=self._clock.now()))
            self._notices.audit(job.app, "Enable/start provisioning configuration")
        self._runner.schedule(job_id)

    def pause(self, job_id: str) -> None:
        """Turn the schedule off; a running cycle is still finished.

        The activity is that of https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-when-will-provisioning-finish-specific-user,
        "Audit changes to your provisioning configuration" (read 2026-11-30).
        """
        with self._store.transaction():
            job = moves.paused(self._job(job_id))
            self._jobs.put(job_id, job)
            self._notices.audit(job.app, "Disable/pause provisioning configuration")
        self._runner.cancel(job_id)

    def restart(self, job_id: str, scope: frozenset[str] = PORTAL_RESTART) -> None:
        """Restart a job; `scope` is what to forget, of RESET_SCOPES, by default what the portal's button forgets."""
        with self._store.transaction():
            job = self._resets.restarted(self._job(job_id), scope)
            self._jobs.put(job_id, replace(job, next=self._clock.now()))
            self._notices.audit(job.app, "Enable/restart provisioning configuration")
        self._runner.schedule(job_id)

    def save_settings(self, job_id: str, settings: dict[str, str]) -> None:
        """Set some of the job's synchronizationJobSettings. Raises NotFoundError, SettingError."""
        with self._store.transaction():
            job = moves.with_settings(self._job(job_id), settings)
            self._jobs.put(job_id, job)
            self._notices.audit(job.app, "Update provisioning setting or credentials")

    def provision_on_demand(
        self, job_id: str, subject: on_demand.Subject
    ) -> tuple[Document, Document | list[Document]]:
        """Provision one object now; return Graph's result and entry. Raises NotFoundError, TooOftenError."""
        with self.busy:
            job = self._job(job_id)
            if subject.kind not in self._sessions.mappings(job_id):
                raise NotFoundError(f"The job provisions no {subject.kind} objects.")
            document = self._directory.get(subject.kind, subject.object_id)
            if document is None and self._store.get("deletedUser", subject.object_id) is None:
                raise NotFoundError(f"Resource '{subject.object_id}' does not exist.")
            self._limit.count(self._clock.now(), self._quirks["on-demand-requests"])
            session = self._sessions.open_renewed(job, None)
            answer = on_demand.provision(session, subject)
            with self._store.transaction():
                self._jobs.put(job_id, moves.counted(self._job(job_id), session.counts))
        return answer

    def step(self, job_id: str) -> Step:
        """Carry out one object of a cycle and hold the cycle there; `start` lets it run on.

        Raises NotFoundError, or ConflictError while the schedule is on.
        """
        with self.busy:
            if self._job(job_id).is_on:
                raise ConflictError("The job's schedule is on; pause the job to go step by step.")
            return self._runner.step(job_id)

    def disconnect(self, job_id: str, source_id: str) -> None:
        """Delete an object's connection, if it has one; the next cycle that looks at it searches for a match again.

        Raises NotFoundError, or ConflictError while the schedule is on.
        """
        with self.busy, self._store.transaction():
            job, session = self.inspect(job_id)
            if job.is_on or self._runner.running(job_id):
                raise ConflictError("The job must be paused before an object connection can be deleted.")
            connection = session.connection(source_id)
            if connection is not None:
                session.disconnect(source_id, connection)
                session.references_done(source_id)

    def inspect(self, job_id: str) -> tuple[Job, Session]:
        """Return a job and its session, for reading. Raises NotFoundError."""
        job = self._job(job_id)
        return job, self._sessions.open(job, "none")

    def validate(self, app: str, secrets: dict[str, str], template_id: str = "scim") -> None:
        """Test Connection with these secrets. Raises CredentialsError, NotFoundError."""
        jobs = self.jobs(app)
        document = self.schema(jobs[0].id) if jobs else build(template_id, "", "", "")
        gallery = is_of_gallery(self._applications.find(app))
        target, _ = self._sessions.target(secrets, gallery=gallery)
        probe_all(target, document)

    def delete_job(self, job_id: str) -> None:
        """Delete a job with all its records about the target. Raises NotFoundError.

        Source: https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationjob-delete (read 2026-11-29).
        """
        with self.busy, self._store.transaction():
            job = self._resets.forgotten(self._job(job_id))
            self._jobs.delete(job_id)
            self._store.delete("schema", job_id)
            self._sessions.schema_changed(job_id)
            self._notices.audit(job.app, "Delete provisioning configuration")
        self._runner.cancel(job_id)

    def resume(self) -> None:
        """Set the timers of all jobs that were running when the process ended, this one or another."""
        for job_id, _ in self._jobs.scan():
            self._runner.lead(job_id)

    def look_again(self) -> None:
        """Set the timers by what other processes have saved of the jobs."""
        for job_id, _ in self._jobs.scan():
            self._runner.look_again(job_id)

    def rest(self) -> None:
        """Leave the jobs to another process."""
        self._runner.rest()

    def interrupt(self) -> None:
        """End the cycles under way after their present object; they can be continued from the store."""
        for job_id, _ in self._jobs.scan():
            self._runner.overtake(job_id)

    def begin_anew(self) -> None:
        """Read everything from the store again, jobs and schemas included: a snapshot may have replaced it."""
        self._sessions.forget()
        self._limit = on_demand.Limit()
        self._runner.begin_anew()

    def abandon(self, job_id: str) -> None:
        """Turn the schedule off and forget all progress, a cycle under way included."""
        with self._store.transaction():
            self._jobs.put(job_id, moves.paused(self._resets.reset(self._job(job_id))))
        self._runner.cancel(job_id)

    def stop(self) -> None:
        """End after the object under way; a cycle can be continued from the store."""
        self._runner.stop()

    def _job(self, job_id: str) -> Job:
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFoundError.of(job_id)
        return job

    def _observed(self, job: Job) -> Job:
        """Return a job with the progress of its running cycle, if there is one."""
        progress = self._progress.get(job.id) if self._runner.running(job.id) else None
        if progress is None:
            return job
        per_page = self._quirks["progress-objects-per-page"]
        pages = Pages.of(progress.done, progress.total, self._clock.now(), objects_per_page=per_page)
        return replace(job, status=replace(job.status, pages=pages))
