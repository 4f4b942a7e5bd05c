"""The SCIM endpoint where several processes share PostgreSQL: what a request waits for, and tokens that another process deletes."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from harness import world
from harness.base.clock import VirtualClock, from_iso
from harness.base.ids import Ids
from harness.scim.names import PATCH_OP
from harness.wire.inprocess import inprocess
from harness.wire.message import Request, json_request
from tests.base.postgres.postgres_server import running_postgres

pytestmark = pytest.mark.slow


def user(name):
    return {
        "userName": f"{name}@contoso.com", "externalId": name, "displayName": name, "active": True,
        "name": {"familyName": name, "givenName": name}, "emails": [{"value": f"{name}@contoso.com", "type": "work", "primary": True}],
    }  # fmt: skip


class RoundTrips:
    """Stands between a client and PostgreSQL's socket; `count` grows whenever the server speaks after the client did."""

    def __init__(self, server: Path) -> None:
        self._server, self.folder = server, server.parent / "counted"
        self.folder.mkdir()
        self.count = 0
        self._asked = False
        self._open: list[socket.socket] = []
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self.folder / server.name))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        for each in (self._listening, *self._open):
            with_no_more(each)

    def _accept(self):
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._server))
            self._open += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(one, other, one is client), daemon=True).start()

    def _pass_on(self, one, other, is_client):
        try:
            while data := one.recv(1 << 20):
                self.count += self._asked and not is_client
                self._asked = is_client
                other.sendall(data)
        except OSError:
            return


def with_no_more(connected):
    """Close a socket that another thread may be reading."""
    with contextlib.suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
    connected.close()


class Process:
    """One of several that serve the same world."""

    def __init__(self, address: str) -> None:
        from harness.base.postgres import PostgresDatabase

        self.database = PostgresDatabase(address)
        parts = world.Parts(
            clock=VirtualClock(from_iso("2026-11-29T00:00:00Z")),
            ids=Ids(address),
            aws_store=self.database.tenant("aws_sso"),
            azure_store=self.database.tenant("azure_ad"),
            origins={"graph": world.GRAPH, **world.AWS_HOSTS},
        )
        aws = world.apps()[0]
        self.world = world.assemble(
            parts,
            world.choose_quirks("identity-center", {}),
            lambda _, contexts: inprocess(aws, contexts.aws),
        )

    def console(self, method, path, body=None):
        return self.world.unrecorded(
            json_request(method, f"{self.world.origins['console']}/console/api/{path}", body)
        )


@pytest.fixture
def server():
    with running_postgres() as url:
        folder = Path(parse_qs(urlsplit(url).query)["host"][0])
        yield (
            url,
            next(
                path
                for path in folder.iterdir()
                if path.name.startswith(".s.PGSQL.") and path.suffix != ".lock"
            ),
        )


def test_a_create_waits_for_the_database_once_and_a_patch_or_a_read_twice(server):
    """Once for the end, with which names are claimed, and before it for what is there; the token is looked at on the way."""
    _, path = server
    trips = RoundTrips(path)
    process = Process(
        f"postgresql://postgres@/postgres?host={trips.folder}&port={path.name.rpartition('.')[2]}"
    )
    try:
        given = process.console("POST", "automatic-provisioning", {}).json()
        endpoint, token = given["scimEndpoint"], given["accessToken"]

        def waits(request: Request) -> int:
            before = trips.count
            answer = process.world.unrecorded(request)
            assert answer.status < 300, answer.body
            return trips.count - before

        def create(name: str) -> Request:
            return json_request("POST", f"{endpoint}/Users", user(name), bearer=token)

        for name in ("first", "second"):  # shelves are looked up once a process, statements prepared
            waits(create(name))
        assert waits(create("ana")) == 1
        found = process.world.unrecorded(
            Request("GET", f"{endpoint}/Users", (("Authorization", f"Bearer {token}"),))
        )
        one = found.json()["Resources"][0]["id"]
        operations = [{"op": "replace", "path": "displayName", "value": "Ana"}]
        patch = json_request(
            "PATCH",
            f"{endpoint}/Users/{one}",
            {"schemas": [PATCH_OP], "Operations": operations},
            bearer=token,
        )
        assert waits(patch) == 2
        assert waits(Request("GET", f"{endpoint}/Users/{one}", patch.headers)) == 2
    finally:
        process.database.close()
        trips.close()


def test_a_token_that_another_process_deleted_is_refused_at_once(server):
    """A process that took the token for good before creates nobody with it, and answers as if it had looked."""
    address, _ = server
    one, other = Process(address), Process(address)
    try:
        given = one.console("POST", "automatic-provisioning", {}).json()
        endpoint, token = given["scimEndpoint"], given["accessToken"]

        def create(name: str) -> int:
            request = json_request("POST", f"{endpoint}/Users", user(name), bearer=token)
            return one.world.unrecorded(request).status

        assert create("ana") == 201
        assert other.console("DELETE", f"tokens/{given['tokenId']}", {"confirm": "DELETE"}).status == 204
        assert create("ben") == 401
        assert create("ana") == 401  # taken, but that is nobody's business without a token
        assert [each["userName"] for each in other.console("GET", "users").json()["users"]] == [
            "ana@contoso.com"
        ]
    finally:
        one.database.close()
        other.database.close()
