"""Opening a session: what a job's application, secrets and schema come to when a cycle begins.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility
for the flag of the tenant URL (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.azure_ad.applications.enterprise_applications import EnterpriseApps, notification_settings
from harness.azure_ad.applications.gallery import NON_GALLERY_TEMPLATE
from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.mappings.compiled import ObjectMapping, compile_mappings
from harness.azure_ad.mappings.functions import Context
from harness.azure_ad.provisioning import job
from harness.azure_ad.provisioning.cycle.scoping import scope_settings
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.log.provisioning_log import Frame
from harness.azure_ad.provisioning.target.dialect import split_tenant_url
from harness.azure_ad.provisioning.target.target import Target
from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.base.store import Document, Store
from harness.wire.message import Send


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A job's schema, read once: cycles come every forty minutes, edits hardly ever."""

    document: Document
    mappings: dict[str, ObjectMapping]
    source: str
    target: str


class Sessions:
    """The sessions of one tenant. `in_flight` is how many objects of a cycle are at work together."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        ids: Ids,
        quirks: Quirks,
        send: Send,
        directory: Directory,
        apps: EnterpriseApps,
        expressions: Context,
        tenant_id: str,
        in_flight: int,
    ) -> None:
        self._store, self._clock, self._ids, self._quirks, self._send = store, clock, ids, quirks, send
        self._directory, self._apps, self._expressions = directory, apps, expressions
        self._tenant_id, self._in_flight = tenant_id, in_flight
        self._compiled: dict[str, _Compiled] = {}

    def open(self, job_id: str, record: Document, cycle_id: str | None) -> Session:
        """Return what a job's cycle works with; without an id it is a new one's."""
        app = self._apps.find(record["app"])
        secrets = self._apps.secrets(record["app"])
        settings = scope_settings(secrets)
        target, flagged = self.target(secrets)
        compiled = self._compile(job_id)
        gallery = app["applicationTemplateId"] != NON_GALLERY_TEMPLATE
        frame = Frame(
            tenant_id=self._tenant_id,
            job_id=job_id,
            cycle_id=cycle_id or self._ids.uuid(),
            app_id=app["id"],
            client_id=app["appId"],
            app_name=app["displayName"],
            directory_name=compiled.source,
            target_name=compiled.target,
        )
        return Session(
            store=self._store,
            clock=self._clock,
            ids=self._ids,
            quirks=self._quirks,
            directory=self._directory,
            apps=self._apps,
            target=target,
            mappings=compiled.mappings,
            frame=frame,
            sync_all=settings.sync_all,
            skip_out_of_scope_deletions=settings.skip_out_of_scope_deletions,
            flagged=flagged or (gallery and self._quirks["gallery-job-dialect"] == "flagged"),
            most_deletes=self._most_deletes(record, secrets),
            in_flight=self._in_flight,
        )

    def target(self, secrets: Mapping[str, str]) -> tuple[Target, bool]:
        """Return the SCIM server that some secrets lead to, and whether they ask for the flagged dialect."""
        base, query, flagged = split_tenant_url(secrets.get("BaseAddress", ""))
        sent = query if self._quirks["flag-forwarded"] else ""
        token = secrets.get("SecretToken", "")
        return Target(
            self._send, base, token, self._clock, self._ids, quirks=self._quirks, query=sent
        ), flagged

    def mappings(self, job_id: str) -> Mapping[str, ObjectMapping]:
        """Return a job's enabled object mappings by source type."""
        return self._compile(job_id).mappings

    def schema_changed(self, job_id: str) -> None:
        """Read the job's schema anew next time."""
        self._compiled.pop(job_id, None)

    def _compile(self, job_id: str) -> _Compiled:
        compiled = self._compiled.get(job_id)
        if compiled is not None and not self._store.shared:
            return compiled
        document = self._store.get("schema", job_id)
        assert document is not None
        if compiled is None or compiled.document != document:  # another process may have changed it
            rule = document["synchronizationRules"][0]
            names = rule["sourceDirectoryName"], rule["targetDirectoryName"]
            compiled = self._compiled[job_id] = _Compiled(
                document, compile_mappings(document, self._expressions), *names
            )
        return compiled

    def _most_deletes(self, record: Document, secrets: Mapping[str, str]) -> int | None:
        """Return how many objects one cycle may disable or delete; None without accidental deletion prevention."""
        if record["force"] or not notification_settings(secrets).prevents_deletions:
            return None
        return int(job.setting(record["job"], job.DELETES_THRESHOLD) or self._quirks["deletes-threshold"])
