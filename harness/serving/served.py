"""A world on sockets: two servers, wall time plus a movable offset, data in memory or in a folder.

`Served.open` builds it, with automatic provisioning enabled and a job configured against the SCIM endpoint, its
schedule off; on a folder that was served before it takes up what is there, a cycle that was cut off included.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness.aws_sso.app import is_scim
from harness.azure_ad.provisioning.why.why import retries, why
from harness.base.clock import OffsetClock, iso
from harness.base.errors import HarnessError
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.serving.addresses import Shortcut, at, nearby, own_names, public_host
from harness.serving.control import with_control
from harness.serving.data import Data
from harness.serving.gate import KEY_HEADER, Gate
from harness.serving.options import LOOPBACK, Options
from harness.serving.stepping import Stepper
from harness.serving.tap import Tap
from harness.wire.message import Send, TransportError, json_request
from harness.wire.network import Network
from harness.wire.server import Server
from harness.wire.tls import Identity, identity, trusting
from harness.world import AWS_HOSTS, Contexts, Parts, World, apps, assemble, choose_quirks

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# What a reset keeps, so that scripts hold on to the endpoint, tokens and job that the ready file told them.
_SURVIVES_RESET = {
    "aws_sso": ("clock", "account", "provisioning", "token"),
    "azure_ad": ("clock", "account", "servicePrincipal", "secrets", "job", "schema"),
}


class Served:
    """The running world. `key` is what strangers are asked for when it is not on loopback.

    `urls` are the addresses of AWS SSO and Azure AD as other machines know them.
    """

    urls: tuple[str, str]
    world: World
    clock: OffsetClock

    def __init__(self, options: Options) -> None:
        """Listen, build the world and configure it.

        Raises HarnessError for a busy port, an unusable folder, or a certificate that nobody could be shown.
        """
        self.identity = identity(*options.tls) if options.tls else None
        self._contexts: list[Contexts] = []
        self.ready: dict[str, dict[str, Any]] = {}
        quirks = choose_quirks(options.profile, options.quirks)
        with ExitStack() as opened, _damage_worded(options.data if isinstance(options.data, Path) else None):
            self._data = Data(options.data)
            opened.callback(self._data.close)
            self._assemble(options, quirks, opened)
            self._opened = opened.pop_all()

    def _assemble(self, options: Options, quirks: tuple[Quirks, Quirks], opened: ExitStack) -> None:
        """Listen, build the world, configure it and let its time pass; `opened` is told how each is ended."""
        self._stores = self._data.stores
        ids = Ids(self._data.boot_seed(options.seed))
        is_local = options.host in LOOPBACK and not options.allowed_hosts
        self.key = None if is_local else Ids(None).alphanumeric(32)
        self._signed, self._names = options.api_credentials is not None, own_names(options.allowed_hosts)
        doors = (self._door(apps()[0], 0), options.aws_port), (self._door(apps()[1], 1), options.azure_port)
        self._servers = _listen(options.host, self.identity, *doors)
        near = [nearby(server.url) for server in self._servers]
        host = public_host(options.host, options.allowed_hosts)
        self.urls = at(near[0], host), at(near[1], host)
        certificate = trusting(self.identity.certificate) if self.identity else None
        network = Network(trusted=dict.fromkeys(near, certificate) if certificate else {})
        self._network = Shortcut(network, dict(zip(self.urls, near, strict=True)))
        opened.callback(network.close)
        for server in self._servers:
            opened.callback(server.stop)
        self._tap = Tap(self._network)
        self.clock = OffsetClock(self._data.offset())
        self.clock.on_error, self.clock.on_step = _report, self._data.save_offset
        aws_url, azure_url = self.urls
        parts = Parts(
            clock=self.clock,
            ids=ids,
            aws_store=self._stores["aws_sso"],
            azure_store=self._stores["azure_ad"],
            origins={"graph": azure_url, **dict.fromkeys(AWS_HOSTS, aws_url)},
            smtp=options.smtp,
            api_credentials=options.api_credentials,
            in_flight=options.in_flight,
        )
        self.world = assemble(parts, quirks, self._wire)
        for server in self._servers:
            server.start()
        self.ready = self._configure()
        opened.callback(self.clock.stop)
        opened.callback(self.world.azure.engine.stop)
        self.world.azure.engine.resume()
        self.clock.start()

    @property
    def _job_id(self) -> str:
        if not self.ready:
            raise HarnessError("the world is not configured yet; ask again")
        return str(self.ready["azure_ad"]["job_id"])

    @property
    def is_empty(self) -> bool:
        return self.world.azure.store.count("User") == 0

    def advance(self, by: timedelta) -> None:
        """Move the clock forward; each step it takes is kept with the data, so that a kill on the way takes none back."""
        self.clock.advance(by)

    def populate(self, document: Mapping[str, Any]) -> None:
        """Add people and groups on both sides, or on neither (`World.populate`)."""
        self.world.populate(document)

    def mail(self) -> list[dict[str, Any]]:
        """Return the notification mails, oldest first."""
        return list(self.world.azure.mailer.outbox())

    def reset(self) -> None:
        """Forget people, groups and logs; endpoint, tokens, application and job stay, the job's schedule goes off."""
        engine = self.world.azure.engine
        for job in engine.jobs(self.world.app_id):
            engine.abandon(job["id"])
        with self._stores["azure_ad"].transaction(), self._stores["aws_sso"].transaction():
            for name, store in self._stores.items():
                documents = [
                    (kind, key, body) for kind in _SURVIVES_RESET[name] for key, body in store.scan(kind)
                ]
                store.clear()
                for kind, key, body in documents:
                    store.put(kind, key, body)

    def job(self) -> dict[str, Any]:
        """Return what Graph does not tell of the job: which one is served, its next cycle, and what waits for a retry."""
        record, session = self.world.azure.engine.inspect(self._job_id)
        on = record["job"]["schedule"]["state"] == "Active"
        return {
            "servicePrincipalId": self.world.app_id,
            "jobId": self._job_id,
            "now": iso(self.clock.now()),
            "next": record["next"] if on else None,
            "retries": retries(session),
        }

    def step(self, *, exchanges: bool) -> dict[str, Any]:
        """Carry out one object of the job's cycle (`Stepper.step`)."""
        stepper = Stepper(self.world.azure, self.clock, self._tap)
        return stepper.step(self._job_id, exchanges=exchanges)

    def why(self, kind: str, name: str) -> dict[str, Any]:
        """Say why a `User` or a `Group` is, or is not, in the target. Raises HarnessError for one unknown."""
        record, session = self.world.azure.engine.inspect(self._job_id)
        return why(session, record, kind, name)

    def stop(self) -> None:
        """End after the object under way; nothing is left half written."""
        self._opened.close()

    def _wire(self, parts: Parts, contexts: Contexts) -> Send:
        del parts
        self._contexts.append(contexts)
        return self._tap

    def _door(self, app: WSGIApplication, side: int) -> WSGIApplication:
        """Bring the tenant into every request, and the control API in front of the app."""

        def with_tenant(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
            environ.update(self._contexts[0][side])
            return app(environ, start_response)

        return Gate(with_control(with_tenant, self), self.key, self._names, signed=self._signed)

    def _configure(self) -> dict[str, dict[str, str]]:
        """Do what an administrator does once, and return what scripts need (the ready file)."""
        world, engine = self.world, self.world.azure.engine
        secrets = world.azure.applications.secrets(world.app_id)
        settings = self._console("GET", {})
        if settings["provisioningMethod"] != "SCIM":
            settings = self._console("POST", {})
            secrets = {"SecretToken": settings["accessToken"]}
        endpoint = settings["scimEndpoint"]
        mine = world.aws.settings.tenant_id in secrets.get("BaseAddress", world.aws.settings.tenant_id)
        if mine and secrets.get("BaseAddress") != endpoint:
            # Ports differ from one start to the next; an address that an administrator chose otherwise is left alone.
            engine.save_secrets(world.app_id, {**secrets, "BaseAddress": endpoint})
            self._move_reply_urls(secrets.get("BaseAddress", ""), endpoint)
        jobs = engine.jobs(world.app_id) or [engine.create_job(world.app_id, "scim")]
        schema = engine.schema(jobs[0]["id"])
        aws_url, azure_url = self.urls
        control = {"control": {"key": self.key}} if self.key else {}
        tls = {"tls": {"certificate": str(self.identity.certificate.absolute())}} if self.identity else {}
        return {
            **control,
            **tls,
            "aws_sso": {
                "url": aws_url,
                "scim_endpoint": endpoint,
                "access_token": world.azure.applications.secrets(world.app_id).get("SecretToken", ""),
                "api_endpoint": aws_url,
                "identity_store_id": world.aws.settings.identity_store_id,
            },
            "azure_ad": {
                "url": azure_url,
                "graph_endpoint": f"{azure_url}/v1.0",
                "graph_token": world.azure.settings.graph_token,
                "tenant_id": world.azure.settings.tenant_id,
                "service_principal_id": world.app_id,
                "job_id": jobs[0]["id"],
                "rule_id": schema["synchronizationRules"][0]["id"],
            },
        }

    def _move_reply_urls(self, before: str, now: str) -> None:
        """Let people go on signing in when this account's port is another one than at the last start."""
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
            answer = self._network(
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


def _listen(host: str, shown: Identity | None, *doors: tuple[WSGIApplication, int]) -> list[Server]:
    """Open every port, or none."""
    servers: list[Server] = []
    try:
        for app, port in doors:
            servers.append(Server(app, host, port, identity=shown, quick=is_scim))
    except HarnessError:
        for server in servers:
            server.stop()
        raise
    return servers


@contextmanager
def _damage_worded(folder: Path | None) -> Iterator[None]:
    """Say that a folder's contents are not what was once written; without them, for they are people's."""
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:
        if folder is None:
            raise
        raise HarnessError(
            f"the data in {folder} is damaged: {type(error).__name__} at {_place(error)}; "
            "restore it from a copy or name another folder"
        ) from error


def _report(error: BaseException) -> None:
    """Say that the engine itself failed, and where; without the data that it failed on."""
    if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
        sys.stderr.write(
            "error: the disk is full: nothing is written any more; what is there can still be read\n"
        )
    else:
        name, place = type(error).__name__, _place(error)
        sys.stderr.write(f"error: the provisioning engine failed with {name} at {place}\n")


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
