"""Opens a cycle's session from the job's application, secrets and schema.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility,
"Flags to alter the SCIM behavior", for the flag of the tenant URL (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from msgspec import Struct

from harness.azure_ad.applications.enterprise_applications import is_of_gallery
from harness.azure_ad.applications.secrets import notification_settings
from harness.azure_ad.mappings.compiled import ObjectMapping, compile_mappings
from harness.azure_ad.mappings.functions import Context
from harness.azure_ad.provisioning import grants
from harness.azure_ad.provisioning.credentials import Issuer
from harness.azure_ad.provisioning.cycle.scoping import scope_settings
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.job.records import DELETES_THRESHOLD, Job
from harness.azure_ad.provisioning.log.trace import Frame
from harness.azure_ad.provisioning.surroundings import Surroundings
from harness.azure_ad.provisioning.target.dialect import split_tenant_url
from harness.azure_ad.provisioning.target.target import Target
from harness.base.ids import Ids
from harness.base.store import Document


class _Compiled(Struct, frozen=True):
    """A job's compiled schema, cached between cycles until it is edited."""

    document: Document
    mappings: dict[str, ObjectMapping]
    source: str
    target: str


class Sessions:
    """The sessions of one tenant; `ids` names what is new in them."""

    def __init__(self, surroundings: Surroundings, ids: Ids) -> None:
        self._surroundings, self._ids, self._store = surroundings, ids, surroundings.store
        self._clock, self._quirks = surroundings.clock, surroundings.quirks
        self._expressions = Context(
            surroundings.clock,
            surroundings.ids.branch("expressions"),
            surroundings.domain,
            quirks=surroundings.quirks,
        )
        self._issuer = Issuer(
            surroundings.tenant_id, surroundings.store, surroundings.clock, ids.branch("credentials")
        )
        self._compiled: dict[str, _Compiled] = {}

    def open_renewed(self, job: Job, cycle_id: str | None) -> Session:
        """Open a session; renew an expired access token first. Not to be called in a transaction.

        Where the token endpoint refuses, the old token is sent, and the target refuses it in its own words.
        """
        apps, now = self._surroundings.applications, self._clock.now()
        secrets = apps.secrets(job.app)
        if grants.is_due(secrets, now):
            with suppress(grants.GrantError):
                apps.save_secrets(job.app, grants.obtained(self._surroundings.send, secrets, now))
            return self.open(job, cycle_id)
        return self._open(job, cycle_id, secrets)

    def open(self, job: Job, cycle_id: str | None) -> Session:
        """Return the session of a job's cycle; without an id, of a new cycle."""
        return self._open(job, cycle_id, self._surroundings.applications.secrets(job.app))

    def _open(self, job: Job, cycle_id: str | None, secrets: Mapping[str, str]) -> Session:
        apps = self._surroundings.applications
        app, settings = apps.find(job.app), scope_settings(secrets)
        gallery = is_of_gallery(app)
        target, flagged = self.target(secrets, gallery=gallery)
        compiled = self._compile(job.id)
        frame = Frame(
            tenant_id=self._surroundings.tenant_id,
            job_id=job.id,
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
            directory=self._surroundings.directory,
            apps=apps,
            target=target,
            mappings=compiled.mappings,
            frame=frame,
            sync_all=settings.sync_all,
            skip_out_of_scope_deletions=settings.skip_out_of_scope_deletions,
            flagged=flagged or (gallery and self._quirks["gallery-job-dialect"] == "flagged"),
            most_deletes=self._most_deletes(job, secrets),
            in_flight=self._surroundings.in_flight(secrets.get("BaseAddress", "")),
        )

    def target(self, secrets: Mapping[str, str], *, gallery: bool) -> tuple[Target, bool]:
        """Return the SCIM server of some secrets, and whether its tenant URL has the flag."""
        base, query, flagged = split_tenant_url(secrets.get("BaseAddress", ""))
        sent = query if self._quirks["flag-forwarded"] else ""
        # Without an address nothing is sent, so no token is made: making one would create and save a key.
        token = self._issuer.bearer(secrets, gallery=gallery) if base else ""
        return Target(
            self._surroundings.send, base, token, self._clock, self._ids, quirks=self._quirks, query=sent
        ), flagged

    def mappings(self, job_id: str) -> Mapping[str, ObjectMapping]:
        """Return a job's enabled object mappings by source type."""
        return self._compile(job_id).mappings

    def schema_changed(self, job_id: str) -> None:
        """Read the job's schema anew next time."""
        self._compiled.pop(job_id, None)

    def forget(self) -> None:
        """Read every schema anew next time."""
        self._compiled.clear()

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

    def _most_deletes(self, job: Job, secrets: Mapping[str, str]) -> int | None:
        """Return how many objects one cycle may disable or delete; None without accidental deletion prevention."""
        if job.deletes_allowed or not notification_settings(secrets).prevents_deletions:
            return None
        return int(job.settings.get(DELETES_THRESHOLD) or self._quirks["deletes-threshold"])
