"""How often a change through Microsoft Graph waits for PostgreSQL: once for all that it reads, and once for the end."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from harness import world
from harness.base.clock import VirtualClock, from_iso
from harness.base.ids import Ids
from harness.wire.inprocess import inprocess
from harness.wire.message import Request, json_request
from tests.aws_sso.scim.test_shared_store import RoundTrips
from tests.base.postgres.postgres_server import running_postgres

pytestmark = pytest.mark.slow
_GRAPH = f"{world.GRAPH}/v1.0"
_PEOPLE = 8


class Caller:
    """A client of Graph that counts what each of its requests waits for."""

    def __init__(self, address: str, trips: RoundTrips) -> None:
        from harness.base.postgres import PostgresDatabase

        self.database, self._trips = PostgresDatabase(address), trips
        parts = world.Parts(
            clock=VirtualClock(from_iso("2026-11-29T00:00:00Z")),
            ids=Ids("1"),
            aws_store=self.database.tenant("aws_sso"),
            azure_store=self.database.tenant("azure_ad"),
            origins={"graph": world.GRAPH, **world.AWS_HOSTS},
        )
        self._world = world.assemble(
            parts,
            world.choose_quirks("identity-center", {}),
            lambda _, contexts: inprocess(world.apps()[1], contexts.azure),
        )
        self._token = self._world.azure.settings.graph_token
        self.waits = 0

    def __call__(self, method, path, body=None):
        bearer = (("Authorization", f"Bearer {self._token}"),)
        address, before = f"{_GRAPH}{path}", self._trips.count
        answer = self._world.unrecorded(
            Request(method, address, bearer)
            if body is None
            else json_request(method, address, body, bearer=self._token)
        )
        assert answer.status < 300, answer.body
        self.waits = self._trips.count - before
        return answer.json() if answer.body else None


@pytest.fixture(scope="module")
def caller():
    with running_postgres() as url:
        folder = Path(parse_qs(urlsplit(url).query)["host"][0])
        (path,) = (each for each in folder.glob(".s.PGSQL.*") if each.suffix != ".lock")
        trips = RoundTrips(path)
        caller = Caller(
            f"postgresql://postgres@/postgres?host={trips.folder}&port={path.name.rpartition('.')[2]}", trips
        )
        try:
            yield caller
        finally:
            caller.database.close()
            trips.close()


def create(caller, name):
    properties = {"displayName": name, "mailNickname": name, "accountEnabled": True, "passwordProfile": {"password": "x"}}  # fmt: skip
    return caller("POST", "/users", {"userPrincipalName": f"{name}@contoso.com", **properties})["id"]


def waits(caller, request):
    """Return what the last of several such requests waits for; before it shelves are numbered, statements prepared."""
    for number in range(_PEOPLE):
        request(number)
    return caller.waits


def test_a_change_waits_for_what_it_reads_and_for_its_end(caller):
    people = [create(caller, f"p{number}") for number in range(_PEOPLE)]
    security = {"displayName": "G", "mailNickname": "g", "mailEnabled": False, "securityEnabled": True}
    group = caller("POST", "/groups", security)["id"]
    template = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
    instance = caller("POST", f"/applicationTemplates/{template}/instantiate", {"displayName": "A"})
    app = instance["servicePrincipal"]["id"]
    role = caller("GET", f"/servicePrincipals/{app}")["appRoles"][0]["id"]
    members = f"/groups/{group}/members"

    def change(number):
        caller("PATCH", f"/users/{people[number]}", {"displayName": f"Q {number}"})

    def rename(number):
        caller("PATCH", f"/users/{people[number]}", {"userPrincipalName": f"q{number}@contoso.com"})

    def join(number):
        reference = {"@odata.id": f"{_GRAPH}/directoryObjects/{people[number]}"}
        caller("POST", f"{members}/$ref", reference)

    def assign(number):
        body = {"principalId": people[number], "resourceId": app, "appRoleId": role}
        caller("POST", f"/servicePrincipals/{app}/appRoleAssignedTo", body)

    counts = {
        "create": waits(caller, lambda number: create(caller, f"n{number}")),
        "change": waits(caller, change),
        "rename": waits(caller, rename),
        "join": waits(caller, join),
        "assign": waits(caller, assign),
        "leave": waits(caller, lambda number: caller("DELETE", f"{members}/{people[number]}/$ref")),
        "delete": waits(caller, lambda number: caller("DELETE", f"/users/{people[number]}")),
    }
    assert counts == {"create": 2, "change": 2, "rename": 3, "join": 2, "assign": 2, "leave": 2, "delete": 2}
