"""Configures a served world at its start as an administrator would: automatic provisioning, a job, the SCIM endpoint.

Existing configuration is left unchanged, except addresses of this account from another process or an earlier start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness.aws_sso import tokens
from harness.azure_ad.mappings.definitions import completed
from harness.azure_ad.mappings.importing import imported
from harness.azure_ad.signing import signing_key
from harness.base.errors import HarnessError
from harness.base.store import Document
from harness.serving.front.gate import KEY_HEADER
from harness.serving.ready_file import Ready, ways_in
from harness.wire.message import Send, TransportError, json_request
from harness.world import World


@dataclass(frozen=True, slots=True)
class Administrator:
    """Configures a world served at `urls` (AWS SSO's and Azure AD's); requests to the console go over `send`, with the key if any."""

    world: World
    send: Send
    urls: tuple[str, str]
    key: str | None = field(repr=False)
    bare: bool = False
    schema: Document | None = None

    def configure(self) -> str:
        """Enable automatic provisioning and create a job, if there is none; return the SCIM endpoint. Raises HarnessError.

        A bare world is left to be configured by hand. An exported schema replaces the job's own.
        """
        self._make_keys()
        if self.bare:
            if self.schema is not None:
                raise HarnessError(
                    "--schema is for the job that --bare leaves unmade; upload it in the portal"
                )
            return tokens.endpoint(self.world.aws)
        world, engine = self.world, self.world.azure.engine
        settings = self._console("GET", {})
        if settings["provisioningMethod"] != "SCIM":
            settings = self._console("POST", {})
            secrets = {"SecretToken": settings["accessToken"], "BaseAddress": settings["scimEndpoint"]}
            engine.save_secrets(world.app_id, secrets)
        if not engine.jobs(world.app_id):
            engine.create_job(world.app_id, "scim")
        if self.schema is not None:
            self._give_schema(self.schema)
        return str(settings["scimEndpoint"])

    def _make_keys(self) -> None:
        """Create in lasting data what a tenant else creates at its first use, when the disk could be full."""
        azure = self.world.azure
        if azure.store.lasting:
            signing_key(azure.store, azure.clock, azure.ids)
            azure.registrations.registration()
            for principal in azure.applications.scan():
                azure.registrations.behind(principal)

    def _give_schema(self, exported: Document) -> None:
        engine = self.world.azure.engine
        for job in engine.jobs(self.world.app_id):
            own = engine.schema(job.id)
            schema = {**completed(imported(exported, own)), "id": job.id}
            if schema != own:
                engine.save_schema(job.id, schema)

    def claim_addresses(self, endpoint: str) -> None:
        """Set the addresses of the job and of sign-in to this process's, if they are this account's.

        Ports differ between starts; other addresses, which an administrator chose, are left unchanged.
        """
        world = self.world
        secrets = world.azure.applications.secrets(world.app_id)
        address = secrets.get("BaseAddress", world.aws.settings.tenant_id)
        if world.aws.settings.tenant_id in address and address != endpoint:
            world.azure.engine.save_secrets(world.app_id, {**secrets, "BaseAddress": endpoint})
            self._move_reply_urls(secrets.get("BaseAddress", ""), endpoint)

    def ready(self, endpoint: str, certificate: Path | None) -> Ready:
        """Return the content of the ready file."""
        world = self.world
        control = {"control": {"key": self.key}} if self.key else {}
        tls = {"tls": {"certificate": str(certificate.absolute())}} if certificate else {}
        token = world.azure.applications.secrets(world.app_id).get("SecretToken", "")
        return {**control, **tls, **ways_in(world, self.urls, scim_endpoint=endpoint, access_token=token)}

    def _move_reply_urls(self, before: str, now: str) -> None:
        """Change reply URLs to this start's port, so that sign-in continues to work."""
        service = self.world.azure.applications.find(self.world.app_id)
        old, new = ("{0.scheme}://{0.netloc}/".format(urlsplit(url)) for url in (before, now))
        urls = [
            f"{new}{url.removeprefix(old)}" if url.startswith(old) else url
            for url in service.get("replyUrls", ())
        ]
        if before and urls:
            self.world.azure.applications.update(self.world.app_id, {"replyUrls": urls})

    def _console(self, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
        url = f"{self.urls[0]}/console/api/automatic-provisioning"
        headers = ((KEY_HEADER, self.key),) if self.key else ()
        try:
            answer = self.send(
                json_request(method, url, None if method == "GET" else dict(body), headers=headers)
            )
        except TransportError as error:
            raise HarnessError(f"the served apps do not reach {self.urls[0]}: {error}") from error
        if answer.status >= 300:
            raise HarnessError(
                f"automatic provisioning could not be enabled: {answer.body.decode('utf-8', 'replace')}"
            )
        document: dict[str, Any] = answer.json()
        return document
