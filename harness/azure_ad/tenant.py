"""One Azure AD tenant: everything a request or a cycle needs, handed to the app with the request.

The app is built once a process and holds no state; the transport puts the tenant into the WSGI environment
under `TENANT`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from msgspec import Struct

from harness.azure_ad.applications.enterprise_applications import EnterpriseApps
from harness.azure_ad.applications.registrations import Registrations
from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.initiators import Initiators
from harness.azure_ad.mail import Mailer
from harness.azure_ad.provisioning.engine import Engine
from harness.azure_ad.provisioning.surroundings import Surroundings
from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.base.store import Store, constants
from harness.wire.message import Send
from harness.wire.present import present

TENANT = "harness.azure_ad"
# Where a request to Graph has the application that answers it.
GRAPH = "harness.azure_ad.graph"


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
        initiators=initiators,
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
