"""One Azure AD tenant: everything a request or a cycle needs, handed to the app with the request.

The app is built once a process and holds no state; the transport puts the tenant into the WSGI environment
under `TENANT`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from msgspec import Struct

from harness.azure_ad.applications.enterprise_applications import EnterpriseApps
from harness.azure_ad.applications.registrations import Registrations
from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.directory.populate import populate
from harness.azure_ad.mail import Mailer
from harness.azure_ad.provisioning.engine import Engine
from harness.azure_ad.provisioning.surroundings import Surroundings
from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.base.store import Document, Store, constants
from harness.wire.message import Send
from harness.wire.present import present

TENANT = "harness.azure_ad"
# Where a request to Graph has the claims of its token, once that is checked, and the application that answers it.
CLAIMS, GRAPH = "harness.azure_ad.claims", "harness.azure_ad.graph"


class Settings(Struct, frozen=True):
    """`graph_origin` is what the outside calls this app (no trailing slash); `graph_token` is what Graph calls bear."""

    tenant_id: str
    domain: str
    graph_origin: str
    graph_token: str


def settings_of(store: Store, ids: Ids, graph_origin: str) -> Settings:
    """Return the constants of the tenant in a store, made from `ids` where it is new."""
    document = constants(
        store,
        lambda: {"tenant_id": ids.uuid(), "domain": "contoso.com", "graph_token": ids.alphanumeric(64)},
    )
    return Settings(graph_origin=graph_origin, **document)


class Sharing(Struct, frozen=True):
    """`busy` lets one object be at work over all processes; `on_schedule` makes them look at the jobs again."""

    busy: AbstractContextManager[object]
    on_schedule: Callable[[], None]


class Initiators(Struct, frozen=True):
    """Who brings about what the audit log tells: the person or the program whose token the present request bears.

    The form: https://learn.microsoft.com/en-us/graph/api/resources/auditactivityinitiator, Properties: `app` for an application,
    `user` for a person; the other is null in https://learn.microsoft.com/en-us/graph/api/directoryaudit-list, Examples (both
    read 2026-11-30).
    """

    tenant_id: str
    domain: str
    applications: EnterpriseApps
    registrations: Registrations

    def present(self) -> Document:
        """Return who signed in: a person, or a program by itself.

        The tenant's fixed token counts as the program Automation's; whoever is at the portal, where nobody signs in, or turns
        the engine by hand from without any request, as an administrator who is not in the directory.
        """
        try:
            request = present()
        except LookupError:
            return self._administrator()
        claims: Mapping[str, Any] | None = request.environ.get(CLAIMS)
        if claims is None:
            return self._administrator() if request.path.startswith("/portal") else self._automation()
        if claims["idtyp"] == "user":
            return _person(claims["oid"], claims["name"], claims["upn"])
        return self._program(claims["appid"], claims["app_displayname"])

    def _administrator(self) -> Document:
        key = uuid5(UUID(self.tenant_id), "administrator")
        return _person(str(key), "Administrator", f"admin@{self.domain}")

    def _automation(self) -> Document:
        document = self.registrations.registration()
        return self._program(document["appId"], document["displayName"])

    def _program(self, app_id: str, name: str) -> Document:
        principal = self.applications.of_client(app_id)
        app = {"appId": app_id, "displayName": name, "servicePrincipalId": principal and principal["id"]}
        return {"app": {**app, "servicePrincipalName": None}, "user": None}


class Tenant(Struct, frozen=True):
    """The directory, its applications, the mail room and the provisioning service, side by side over one store.

    `send` is the wire to the outside: to what people are provisioned to, and to issuers of tokens that an application trusts.
    """

    settings: Settings
    store: Store
    clock: Clock
    ids: Ids
    quirks: Quirks
    directory: Directory
    applications: EnterpriseApps
    registrations: Registrations
    initiators: Initiators
    mailer: Mailer
    engine: Engine
    send: Send

    def populate(self, app: str, holdings: Document) -> None:
        """Add `users` and `groups`, and assign to an application what `assignments` names. Raises HarnessError."""
        populate(self.store, self.directory, holdings)
        if (assignments := holdings.get("assignments")) is not None:
            # Seldom given, and a module less for who gives none.
            from harness.azure_ad.applications.populate import assign_all

            assign_all(self.applications, self.directory, app, assignments)

    def next_cycle(self) -> datetime | None:
        """Return when the next cycle of any job is due, None while no schedule is on."""
        return self.engine.next_cycle()


class Outside(Struct, frozen=True):
    """What a tenant has beyond itself.

    `send` is the wire to the applications that people are provisioned to; `smtp` the host and port that mails go to,
    None to keep them in the outbox; `in_flight` says of a tenant URL how many objects of a cycle are at work together;
    `sharing` is what ties this process to others over the same store. `before_cycle` is called before a cycle that has something to do.
    """

    send: Send
    smtp: tuple[str, int] | None = None
    in_flight: Callable[[str], int] = lambda _: 1
    sharing: Sharing | None = None
    before_cycle: Callable[[], None] = lambda: None


def create(
    settings: Settings,
    *,
    store: Store,
    clock: Clock,
    ids: Ids,
    quirks: Quirks,
    outside: Outside,
) -> Tenant:
    """Return a tenant over what its store holds already."""
    provisioning = ids.branch("azure")
    delay = timedelta(minutes=quirks["dynamic-group-minutes"])
    directory = Directory(store, clock, provisioning.branch("directory"), delay)
    applications = EnterpriseApps(settings.tenant_id, store, clock, provisioning.branch("apps"), directory)
    mailer = Mailer(store, clock, *(outside.smtp or ()))
    graph_ids = ids.branch("graph")
    registrations = Registrations(store, clock, graph_ids, directory.changes)
    initiators = Initiators(settings.tenant_id, settings.domain, applications, registrations)
    surroundings = Surroundings(
        tenant_id=settings.tenant_id,
        domain=settings.domain,
        store=store,
        clock=clock,
        ids=provisioning,
        quirks=quirks,
        send=outside.send,
        directory=directory,
        applications=applications,
        initiator=initiators.present,
        in_flight=outside.in_flight,
        busy=outside.sharing.busy if outside.sharing else None,
        on_schedule=outside.sharing.on_schedule if outside.sharing else lambda: None,
        before_cycle=outside.before_cycle,
    )
    return Tenant(
        settings=settings,
        store=store,
        clock=clock,
        ids=graph_ids,
        quirks=quirks,
        directory=directory,
        applications=applications,
        registrations=registrations,
        initiators=initiators,
        mailer=mailer,
        engine=Engine(surroundings, mailer),
        send=outside.send,
    )


def current() -> Tenant:
    """Return the tenant that the present request is for."""
    tenant = present().environ[TENANT]
    assert isinstance(tenant, Tenant)
    return tenant


def _person(key: str, name: str | None, principal_name: str) -> Document:
    person = {"id": key, "displayName": name, "userPrincipalName": principal_name, "ipAddress": None}
    return {"app": None, "user": person}
