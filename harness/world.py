"""The composition root: clock, ids, stores, an AWS account, an Azure AD tenant and the wire between, joined into a world.

The only module that knows both services. Each scenario has its own world; `harness serve` serves one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache, partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct

from harness import aws_sso, azure_ad
from harness.aws_sso import cloudtrail, identity_store
from harness.aws_sso import populate as aws_populate
from harness.aws_sso import tenant as aws_tenant
from harness.aws_sso.app import AwsSso
from harness.azure_ad import tenant as azure_tenant
from harness.azure_ad.app import AzureAd
from harness.base.clock import Clock, VirtualClock, from_iso
from harness.base.errors import HarnessError, nearest
from harness.base.ids import Ids
from harness.base.quirks import Quirks, load_table
from harness.base.sqlite import Database
from harness.base.store import Document, Store
from harness.holdings import check_sides, side
from harness.journal import Journal
from harness.origins import AWS_HOSTS, GRAPH, REGION
from harness.pages.surroundings import SURROUNDINGS, Surroundings, neighbour
from harness.wire.faults import Faults
from harness.wire.inprocess import inprocess
from harness.wire.internet import internet
from harness.wire.message import Send
from harness.wire.recording.exchanges import recording

ADMINISTRATOR, AZURE_AD, AWS_SSO = "Administrator", "Azure AD", "AWS SSO"
DEFAULT_PROFILE = "identity-center"


class Contexts(NamedTuple):
    """The WSGI environments of the two apps, filled once the tenants exist."""

    aws: dict[str, object]
    azure: dict[str, object]


class World(Struct):
    """Both services and what joins them.

    `person` sends requests of browsers and SDKs to either; `unrecorded` does so without an entry in the timeline. `faults`
    stands between provisioning service and wire; `contexts` bring the tenants into requests from outside; `database` is
    set where both sides share one in memory.
    """

    clock: Clock
    ids: Ids
    aws: aws_tenant.Tenant
    azure: azure_tenant.Tenant
    person: Send
    unrecorded: Send
    app_id: str
    origins: Mapping[str, str]
    faults: Faults
    contexts: Contexts
    database: Database | None = None

    @property
    def quirks_fired(self) -> tuple[str, ...]:
        return tuple(sorted(self.aws.quirks.fired | self.azure.quirks.fired))

    def why(self, job_id: str, kind: str, name: str) -> Document:
        """Return why an object is, or is not, in the target. The import is here, for a cycle does not need it."""
        from harness.azure_ad.provisioning.why.advice import why_with_advice

        job, session = self.azure.engine.inspect(job_id)
        return why_with_advice(
            session,
            job,
            kind,
            name,
            schema=self.azure.engine.schema(job_id),
            event_of=partial(cloudtrail.refusal_of, self.aws),
            account_of=partial(identity_store.account_of, self.aws),
        )

    def advance(self, by: timedelta) -> None:
        """Let time pass; what is due happens on the way."""
        self.clock.advance(by)

    def populate(self, document: Mapping[str, Any]) -> None:
        """Add `{"azure_ad": {users, groups, assignments}, "aws_sso": {users, groups, accounts}}`, or nothing.

        Raises HarnessError with the wrong entry.
        """
        check_sides(document)
        with self.aws.store.transaction(), self.azure.store.transaction():
            self.azure.populate(self.app_id, side(document, "azure_ad"))
            aws_populate.populate(self.aws, side(document, "aws_sso"))


class Parts(Struct, frozen=True):
    """What differs between a scenario's world and a served one. `origins` has `graph` and the keys of AWS's hosts.

    `in_flight` and `before_cycle` are the provisioning service's, `advance` lets time pass for pages, `watch` wraps its transport.
    """

    clock: Clock
    ids: Ids
    aws_store: Store
    azure_store: Store
    origins: Mapping[str, str]
    smtp: tuple[str, int] | None = None
    api_credentials: tuple[str, str] | None = None
    in_flight: Callable[[str], int] = lambda _: 1
    advance: Callable[[timedelta], None] | None = None
    sharing: azure_tenant.Sharing | None = None
    before_cycle: Callable[[], None] = lambda: None
    watch: Callable[[Send], Send] = lambda send: send


@cache
def apps() -> tuple[AwsSso, AzureAd]:
    """Return the AWS and the Azure application, built once a process."""
    return AwsSso(), AzureAd()


def choose_quirks(profile: str, quirk_values: Mapping[str, Any]) -> tuple[Quirks, Quirks]:
    """Return the values in force on the AWS and the Azure side. Raises HarnessError for an unknown profile or quirk."""
    tables = load_table(aws_sso.__name__), load_table(azure_ad.__name__)
    names = [name for table in tables for name in table.rows]
    for name in quirk_values:
        if name not in names:
            raise HarnessError(f"unknown quirk '{name}'{nearest(name, names)}")
    aws, azure = (
        table.choose(profile, {name: value for name, value in quirk_values.items() if name in table.rows})
        for table in tables
    )
    return aws, azure


def create(
    profile: str = DEFAULT_PROFILE,
    *,
    seed: str = "1",
    quirk_values: Mapping[str, Any] | None = None,
    clock: VirtualClock | None = None,
    journal: Journal | None = None,
    faults: Mapping[str, Send] | None = None,
) -> World:
    """Build a scenario's world: virtual time, memory, no sockets.

    `journal` records all that happens; `faults` maps further origins to transports (a proxy that answers HTML).
    """
    quirks = choose_quirks(profile, quirk_values or {})
    profiles = load_table(aws_sso.__name__).profiles
    clock = clock or VirtualClock(from_iso(str(profiles[profile]["clock"])))
    database = Database()
    if journal is not None:
        database.on_append = journal.log
    parts = Parts(
        clock=clock,
        ids=Ids(seed),
        aws_store=database.tenant("aws_sso"),
        azure_store=database.tenant("azure_ad"),
        origins={"graph": GRAPH, **AWS_HOSTS},
    )

    def local(_: Parts, contexts: Contexts) -> Send:
        to_aws, to_azure = inprocess(apps()[0], contexts.aws), inprocess(apps()[1], contexts.azure)
        sides = {origin: to_azure if key == "graph" else to_aws for key, origin in parts.origins.items()}
        return internet({**sides, **(faults or {})})

    world = assemble(parts, quirks, local, journal)
    world.database = database
    return world


def assemble(
    parts: Parts,
    quirks: tuple[Quirks, Quirks],
    wire: Callable[[Parts, Contexts], Send],
    journal: Journal | None = None,
) -> World:
    """Join the parts to a world. Accounts and jobs in the stores are used; missing ones are made.

    `wire` makes the transport from the WSGI contexts, which get their tenants later: the engine in one of them needs the transport.
    """
    contexts = Contexts({}, {})
    network = wire(parts, contexts)
    origins, clock, ids = parts.origins, parts.clock, parts.ids
    settings = aws_tenant.settings_of(
        parts.aws_store, ids.branch("aws-account"), clock, REGION, origins, parts.api_credentials
    )
    aws = aws_tenant.Tenant(settings, parts.aws_store, clock, ids.branch("aws"), quirks[0])
    faults = Faults(network, clock.advance)

    def record(source: str, send: Send) -> Send:
        """Return `send` with its exchanges recorded in the journal, if there is one."""
        if journal is None:
            return send
        return recording(send, journal.exchange, clock, source, lane, order=journal.next)

    def lane(url: str) -> str:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if origin == origins["graph"]:
            return AZURE_AD
        return AWS_SSO if origin in origins.values() else origin

    azure = azure_tenant.create(
        azure_tenant.settings_of(parts.azure_store, ids.branch("azure-tenant"), origins["graph"]),
        store=parts.azure_store,
        clock=clock,
        ids=ids,
        quirks=quirks[1],
        outside=azure_tenant.Outside(
            record(AZURE_AD, parts.watch(faults)),
            parts.smtp,
            parts.in_flight,
            parts.sharing,
            parts.before_cycle,
        ),
    )
    contexts.aws[aws_tenant.TENANT], contexts.azure[azure_tenant.TENANT] = aws, azure
    profile = azure.quirks.profile
    contexts.aws[SURROUNDINGS] = contexts.azure[SURROUNDINGS] = Surroundings(
        clock,
        parts.advance or clock.advance,
        azure.next_cycle,
        partial(cloudtrail.refusal_of, aws),
        partial(identity_store.account_of, aws),
        neighbour(azure_ad.__name__, profile, origins["graph"], origins["graph"]),
        neighbour(aws_sso.__name__, profile, origins["console"], origins["scim"]),
    )
    app = next(azure.applications.scan(), None) or azure.applications.instantiate("AWS SSO")
    return World(
        clock=clock,
        ids=ids,
        aws=aws,
        azure=azure,
        person=record(ADMINISTRATOR, network),
        unrecorded=network,
        app_id=app["id"],
        origins=origins,
        faults=faults,
        contexts=contexts,
    )
