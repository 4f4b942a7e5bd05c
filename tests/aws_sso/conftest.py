"""One imitated AWS account per test, with an administrator's console and a SCIM client in process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.aws_sso import cloudtrail
from harness.aws_sso.app import AwsSso
from harness.aws_sso.tenant import TENANT, Settings, Tenant
from harness.base.clock import VirtualClock, from_iso
from harness.base.ids import Ids
from harness.base.quirks import load_table
from harness.base.sqlite import Database
from harness.wire.inprocess import inprocess
from harness.wire.message import Request, Response, json_request
from harness.wire.sockets.server import Server

TENANT_ID = "a1B4c1f2d3-0000-4000-8000-000000000001"
APP = AwsSso()
TABLE = load_table("harness.aws_sso")


class Account:
    """A tenant, its console, and whoever calls its SCIM endpoint (with the first token unless told otherwise)."""

    def __init__(self, profile: str, flips: dict[str, Any]) -> None:
        settings = Settings(
            region="us-east-1",
            account_id="123456789012",
            tenant_id=TENANT_ID,
            identity_store_id="d-9067729b3d",
            instance_arn="arn:aws:sso:::instance/ssoins-1234567890abcdef",
            created="2020-01-01T00:00:00Z",
            scim_origin="https://scim.us-east-1.amazonaws.com",
            api_origin="https://scim.us-east-1.amazonaws.com",
            signin_origin="https://us-east-1.signin.aws.amazon.com",
        )
        self.database = Database()
        clock = VirtualClock(from_iso(TABLE.profiles[profile]["clock"]))
        store = self.database.tenant("account")
        self.tenant = Tenant(settings, store, clock, Ids("seed"), TABLE.choose(profile, flips))
        self.app = APP
        self.environ = {TENANT: self.tenant}
        self.send = inprocess(APP, self.environ)
        self.origin = settings.scim_origin
        self.base = f"{self.origin}/{TENANT_ID}/scim/v2"
        self.token: str | None = None

    def console(self, method: str, path: str, body: Any = None) -> Response:
        return self.send(json_request(method, f"{self.origin}/console/api/{path}", body))

    def enable(self) -> Account:
        answer = self.console("POST", "automatic-provisioning")
        assert answer.status == 201
        self.token = answer.json()["accessToken"]
        return self

    def scim(self, method: str, path: str, body: Any = None, **options: Any) -> Response:
        token = options.pop("token", self.token)
        return self.send(json_request(method, self.base + path, body, bearer=token, **options))

    def raw(self, method: str, path: str, body: bytes, *headers: tuple[str, str]) -> Response:
        bearer = ("Authorization", f"Bearer {self.token}")
        return self.send(Request(method, self.base + path, (bearer, *headers), body))

    @staticmethod
    def person(name: str, /, **more: Any) -> dict[str, Any]:
        return person(name, **more)

    def made(self, path: str, body: Any) -> Any:
        answer = self.scim("POST", path, body)
        assert answer.status == 201, answer.body
        return answer.json()

    def user(self, name: str = "bjensen", /, **more: Any) -> Any:
        return self.made("/Users", person(name, **more))

    def group(self, name: str = "Developers", /, **more: Any) -> Any:
        return self.made("/Groups", {"displayName": name, **more})

    def patch(self, path: str, *operations: dict[str, Any]) -> Response:
        return self.scim("PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)})

    def events(self) -> list[Any]:
        """Return the event history, newest first."""
        return [entry.body for entry in cloudtrail.lookup(self.tenant)]

    def directory(self) -> list[Any]:
        """Return every row that a refused request must leave alone."""
        connection = self.database.connection
        tables = ("document", "unique_key", "link")
        return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]


PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def person(name: str, /, **more: Any) -> dict[str, Any]:
    """Return the least that CreateUser takes, and more."""
    return {
        "userName": name,
        "name": {"familyName": "Jensen", "givenName": "Barbara"},
        "displayName": "Babs Jensen",
        **more,
    }


@pytest.fixture
def open_account() -> Callable[..., Account]:
    """Return a function that opens an account in a profile, single quirks set otherwise, provisioning enabled."""

    def opened(profile: str = "identity-center", *, enabled: bool = True, **flips: Any) -> Account:
        account = Account(profile, {name.replace("_", "-"): value for name, value in flips.items()})
        return account.enable() if enabled else account

    return opened


@pytest.fixture
def account(open_account: Callable[..., Account]) -> Account:
    """Return an account of today."""
    return open_account()


@pytest.fixture
def old_account(open_account: Callable[..., Account]) -> Account:
    """Return an account of 2020."""
    return open_account("aws-sso-2020")


@pytest.fixture(params=["aws-sso-2020", "identity-center"])
def any_account(request: pytest.FixtureRequest, open_account: Callable[..., Account]) -> Account:
    """Return an account of each era in turn."""
    return open_account(request.param)


@pytest.fixture(scope="session")
def door() -> Iterator[tuple[list[Account], str]]:
    """Listen on a real socket for whichever account stands in the list last; stopping takes half a second."""
    accounts: list[Account] = []

    def with_tenant(environ: Any, start_response: Any) -> Any:
        return accounts[-1].app(environ | accounts[-1].environ, start_response)

    server = Server(with_tenant, "127.0.0.1", 0)
    server.start()
    yield accounts, server.url
    server.stop()


@pytest.fixture
def served(account: Account, door: tuple[list[Account], str]) -> str:
    """Serve the account on a real socket; return its URL."""
    accounts, url = door
    accounts[:] = [account]
    return url


@pytest.fixture
def new_person() -> Callable[..., dict[str, Any]]:
    return person
