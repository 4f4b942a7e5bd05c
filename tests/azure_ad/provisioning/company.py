"""A company with Azure AD: its directory, one enterprise application with one job, and a clock to move."""

from __future__ import annotations

from copy import copy, deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.azure_ad.app import AzureAd
from harness.azure_ad.provisioning.job.document import graph_form
from harness.azure_ad.provisioning.log.provisioning_log import entry_of
from harness.azure_ad.tenant import TENANT, Outside, Settings, create
from harness.base.clock import VirtualClock
from harness.base.ids import Ids
from harness.base.quirks import load_table
from harness.base.sqlite import Database
from harness.wire.inprocess import inprocess
from harness.wire.message import Request, Response, Send, json_request
from tests.azure_ad.scim_server import BASE, TOKEN

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
CYCLE = timedelta(minutes=40)
GRAPH = "https://graph.microsoft.com"
GRAPH_TOKEN = "the-token-of-the-administrator"
_APP = AzureAd()
_TENANT_ID = "7584ba9c-dd91-4745-9b7e-b4de9da3be7b"


class Company:
    """`send` is where provisioning requests go; `flips` are quirks by id, with underscores."""

    def __init__(
        self,
        send: Send,
        *,
        seed: str = "1",
        profile: str = "identity-center",
        smtp: tuple[str, int] | None = None,
        in_flight: int = 1,
        **flips: Any,
    ) -> None:
        self.send, self.seed, self.smtp, self.in_flight = send, seed, smtp, in_flight
        self.quirks = load_table("harness.azure_ad").choose(
            profile, {name.replace("_", "-"): value for name, value in flips.items()}
        )
        self.database = Database()
        self.store = self.database.tenant("azure_ad")
        self._opened = 0
        self._read = 0
        self._open(START)
        self.app = self.apps.instantiate("AWS SSO")["id"]
        self.job = self.engine.create_job(self.app, "scim").id
        self.engine.save_secrets(self.app, {"BaseAddress": BASE, "SecretToken": TOKEN})

    def _open(self, now: datetime) -> None:
        self._opened += 1
        ids = Ids(f"{self.seed}/{self._opened}")
        self.clock = VirtualClock(now)
        self.tenant = create(
            Settings(_TENANT_ID, "contoso.com", GRAPH, GRAPH_TOKEN),
            store=self.store,
            clock=self.clock,
            ids=ids,
            quirks=self.quirks,
            outside=Outside(self.send, self.smtp, lambda _: self.in_flight),
        )
        self.directory, self.apps = self.tenant.directory, self.tenant.applications
        self.engine = self.tenant.engine

    def reopen(self) -> None:
        """End the process and start another one on the same data."""
        self._open(self.clock.now())
        self.engine.resume()

    def twin(self) -> Company:
        """Return a company that has what this one has, and goes its own way from here: a process on a copy of the data."""
        twin = copy(self)
        twin.send, twin.database = deepcopy(self.send), Database()
        self.database.connection.backup(twin.database.connection)
        twin.store = twin.database.tenant("azure_ad")
        twin.reopen()
        return twin

    def person(self, name: str, *, assigned: bool = True, **properties: Any) -> str:
        """Hire somebody; `name` is the part before the @."""
        given = {
            "userPrincipalName": f"{name}@contoso.com",
            "displayName": name.title(),
            "givenName": name.title(),
            "surname": "Ruiz",
            **properties,
        }
        given = {key: value for key, value in given.items() if value is not None}
        key = self.directory.create("User", given)["id"]
        if assigned:
            self.assign(key)
        return key

    def group(self, name: str, members: tuple[str, ...] = (), *, assigned: bool = True) -> str:
        key = self.directory.create("Group", {"displayName": name})["id"]
        for member in members:
            self.directory.add_member(key, member)
        if assigned:
            self.assign(key)
        return key

    def change(self, key: str, **properties: Any) -> None:
        self.directory.update("User", key, properties)

    def assign(self, key: str) -> None:
        self.apps.assign(self.app, key)

    def unassign(self, key: str) -> None:
        for assignment in self.apps.assignments_of(self.app, key):
            self.apps.unassign(self.app, assignment["id"])

    def turn_on(self) -> None:
        """Start the job and let the initial cycle run."""
        self.engine.start(self.job)
        self.wait(timedelta())

    def cycle(self, count: int = 1) -> None:
        self.wait(count * CYCLE)

    def wait(self, by: timedelta) -> None:
        self.clock.advance(by)

    def restart(self) -> None:
        self.engine.restart(self.job)
        self.wait(timedelta())

    def edit(self, target: str, **changes: Any) -> None:
        """Change one attribute mapping of the users; with nothing to change, take it away."""
        schema = self.engine.schema(self.job)
        mapping = next(
            mapping
            for mapping in schema["synchronizationRules"][0]["objectMappings"]
            if mapping["sourceObjectName"] == "User"
        )
        mapping["attributeMappings"] = [
            {**entry, **changes} if entry["targetAttributeName"] == target else entry
            for entry in mapping["attributeMappings"]
            if changes or entry["targetAttributeName"] != target
        ]
        self.engine.save_schema(self.job, schema)

    @property
    def status(self) -> dict[str, Any]:
        """What Graph says of the job's status."""
        return dict(graph_form(self.engine.job(self.job))["status"])

    @property
    def state(self) -> str:
        return "Active" if self.engine.job(self.job).is_on else "Disabled"

    def log(self) -> list[dict[str, Any]]:
        """Return the provisioning log's new entries, oldest first."""
        entries = list(self.store.read("provisioning", after=self._read))
        self._read = self.store.last_sequence("provisioning")
        return [entry_of(entry.body) for entry in entries]

    def told(self) -> list[tuple[str, str, str]]:
        """Return the new entries in short: whose, action, and status or the code of what went wrong."""
        return [summary(entry) for entry in self.log()]

    def graph(self, method: str, path: str, body: Any = None, *, token: str | None = GRAPH_TOKEN) -> Response:
        url = path if path.startswith("https:") else f"{GRAPH}/v1.0{path}"
        return self.ask(json_request(method, url, body, bearer=token))

    def ask(self, request: Request) -> Response:
        return inprocess(_APP, {TENANT: self.tenant})(request)

    def rows(self) -> list[Any]:
        """Return every row of the database, for comparing runs."""
        tables = ("document", "unique_key", "link", "log", "log_tag")
        return [self.database.connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]


def summary(entry: dict[str, Any]) -> tuple[str, str, str]:
    status = entry["provisioningStatusInfo"]
    information = status["errorInformation"]
    return (
        entry["sourceIdentity"]["displayName"],
        entry["provisioningAction"],
        information["errorCode"] if information else status["status"],
    )
