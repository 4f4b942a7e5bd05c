"""One AWS account with AWS SSO enabled: everything a request needs, handed to the app with the request.

The app is built once a process and holds no state; the transport puts the tenant into the WSGI environment
under `TENANT`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from msgspec import Struct, field

from harness.base.clock import Clock, iso
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.base.store import Document, Store, constants
from harness.wire.present import present

TENANT = "harness.aws_sso"


class Settings(Struct, frozen=True):
    """The account's constants. The origins are what the outside calls this app (no trailing slash).

    `tenant_id` is the first segment of the SCIM URL (three alphanumerics glued to a UUID); it is not the SAML tenant.
    `created` is the moment at which AWS SSO was enabled. `api_credentials` is the one key pair (access key id, secret access
    key) that the AWS APIs accept; None accepts any.
    """

    region: str
    account_id: str
    tenant_id: str
    identity_store_id: str
    instance_arn: str
    created: str
    scim_origin: str
    api_origin: str
    signin_origin: str
    api_credentials: tuple[str, str] | None = None

    def __repr__(self) -> str:
        """Show the account without its keys."""
        return f"Settings({self.account_id})"


class Memory(Struct):
    """State that ends with the process: rate limits in use (amount and moment), and when new groups become visible.

    `unshown` has the access token that a page is about to show once, by its id. `tokens` caches valid tokens by their digest,
    where other processes may delete them meanwhile.
    """

    spent: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    unsettled: dict[str, datetime] = field(default_factory=dict)
    unshown: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, Document] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Show no content, for there are tokens in it."""
        return "Memory()"


class Tenant(Struct, frozen=True, eq=False):
    settings: Settings
    store: Store
    clock: Clock
    ids: Ids
    quirks: Quirks
    memory: Memory = field(default_factory=Memory)

    def now(self) -> str:
        """Return the present moment as documents and events write it, in whole seconds."""
        return _written(int(self.clock.now().timestamp()))


@lru_cache(maxsize=16)
def _written(second: int) -> str:
    return iso(datetime.fromtimestamp(second, UTC))


def settings_of(
    store: Store,
    ids: Ids,
    clock: Clock,
    region: str,
    origins: Mapping[str, str],
    api_credentials: tuple[str, str] | None,
) -> Settings:
    """Return the constants of the account in a store, made from `ids` where it is new; `origins` are those of the hosts by name."""
    document = constants(
        store,
        lambda: {
            "tenant_id": f"{ids.alphanumeric(3)}{ids.uuid()}",
            "identity_store_id": f"d-{ids.hex(10)}",
            "instance_arn": f"arn:aws:sso:::instance/ssoins-{ids.hex(16)}",
            "created": iso(clock.now()),
        },
    )
    return Settings(
        region=region,
        account_id="123456789012",
        scim_origin=origins["scim"],
        api_origin=origins["identitystore"],
        signin_origin=origins["signin"],
        api_credentials=api_credentials,
        **{"created": iso(clock.now()), **document},  # older data has no `created`
    )


def current() -> Tenant:
    """Return the tenant that the present request is for."""
    tenant = present().environ[TENANT]
    assert isinstance(tenant, Tenant)
    return tenant
