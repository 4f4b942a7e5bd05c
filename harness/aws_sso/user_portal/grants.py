"""Grants to programs: registered clients, device codes, authorization codes and refresh tokens.

A client gets a device code, which the person confirms on a page by its short user code, or redirects the person to a page that
returns an authorization code. Lifetimes are those that clients see: a device code 600 seconds, polled every second
(https://github.com/aws/aws-cli/issues/5971, log of 2021-02-23, read 2026-11-30), a client 90 days
(https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_RegisterClient.html, read 2026-11). Call functions
that write inside `store.transaction()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlsplit

from harness.aws_sso.tenant import Tenant
from harness.aws_sso.user_portal.sessions import Session, digest

CLIENT_LIFE = timedelta(days=90)
DEVICE_LIFE = timedelta(seconds=600)
INTERVAL = 1  # seconds between two polls
_CLIENT, _DEVICE, _CODE, _REFRESH = "oidc-client", "oidc-device", "oidc-code", "oidc-refresh"
_USER_CODE = "oidc-user-code"
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words
_CODE_LIFE = timedelta(minutes=5)

PENDING, ALLOWED, DENIED = "pending", "allowed", "denied"


@dataclass(frozen=True, slots=True)
class Client:
    """`expires` is a moment in seconds since 1970."""

    id: str
    secret_digest: str
    name: str
    scopes: tuple[str, ...]
    grant_types: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    expires: float


@dataclass(frozen=True, slots=True)
class Device:
    """A device code; `key` is its digest. `polled` and `expires` are moments in seconds since 1970.

    `attributes` (for access control) and `times_disabled` are those of the session in which it was allowed.
    """

    key: str
    client_id: str
    user_code: str
    expires: float
    state: str = PENDING
    user_id: str | None = None
    polled: float | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    times_disabled: int = 0


@dataclass(frozen=True, slots=True)
class Permission:
    """A person's permission for a client, behind an authorization code or a refresh token.

    `attributes` and `times_disabled` are as in `Device`.
    """

    client_id: str
    user_id: str
    scopes: tuple[str, ...]
    expires: float = 0
    redirect_uri: str = ""
    challenge: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    times_disabled: int = 0


def now(tenant: Tenant) -> float:
    return tenant.clock.now().timestamp()


def register(
    tenant: Tenant,
    name: str,
    scopes: tuple[str, ...],
    grant_types: tuple[str, ...],
    redirect_uris: tuple[str, ...],
) -> tuple[Client, str]:
    """Return a new client and its secret."""
    secret = tenant.ids.alphanumeric(64)
    expires = now(tenant) + CLIENT_LIFE.total_seconds()
    client = Client(
        tenant.ids.alphanumeric(22),
        digest(secret),
        _storable(name),
        scopes,
        grant_types,
        redirect_uris,
        expires,
    )
    tenant.store.put(_CLIENT, client.id, asdict(client))
    return client, secret


def client(tenant: Tenant, client_id: str) -> Client | None:
    """Return a client with an unexpired registration, else None."""
    document = tenant.store.get(_CLIENT, _storable(client_id))
    if document is None:
        return None
    lists = {name: tuple(document[name]) for name in ("scopes", "grant_types", "redirect_uris")}
    registered = Client(**{**document, **lists})
    return registered if now(tenant) < registered.expires else None


def ask(tenant: Tenant, asking: Client) -> tuple[str, Device]:
    """Return a new device code and its record."""
    secret = tenant.ids.alphanumeric(64)
    drawn = "".join(_LETTERS[tenant.ids.number(len(_LETTERS))] for _ in range(8))
    device = Device(
        digest(secret), asking.id, f"{drawn[:4]}-{drawn[4:]}", now(tenant) + DEVICE_LIFE.total_seconds()
    )
    _put(tenant, device)
    tenant.store.put(_USER_CODE, device.user_code, {"device": device.key})
    return secret, device


def device(tenant: Tenant, secret: str) -> Device | None:
    document = tenant.store.get(_DEVICE, digest(secret))
    return None if document is None else Device(**document)


def device_of(tenant: Tenant, user_code: str) -> Device | None:
    """Return the record of a user code that still waits for an answer."""
    pointer = tenant.store.get(_USER_CODE, _storable(user_code.strip().upper()))
    document = None if pointer is None else tenant.store.get(_DEVICE, pointer["device"])
    device = None if document is None else Device(**document)
    waits = device is not None and device.state == PENDING and now(tenant) < device.expires
    return device if waits else None


def answer(tenant: Tenant, device: Device, session: Session, state: str) -> None:
    """Save a person's answer about a device code."""
    _put(
        tenant,
        replace(
            device,
            state=state,
            user_id=session.user_id,
            attributes=session.attributes,
            times_disabled=session.times_disabled,
        ),
    )


def poll(tenant: Tenant, device: Device) -> bool:
    """Save that a client polled; return False if it did so too soon after the last time."""
    moment = now(tenant)
    _put(tenant, replace(device, polled=moment))
    return device.polled is None or moment - device.polled >= INTERVAL


def spend(tenant: Tenant, device: Device) -> None:
    """Delete a device code, which is valid for one token."""
    tenant.store.delete(_DEVICE, device.key)
    tenant.store.delete(_USER_CODE, device.user_code)


def allow(tenant: Tenant, permission: Permission) -> str:
    """Return a new authorization code, valid for one token within five minutes."""
    expires = now(tenant) + _CODE_LIFE.total_seconds()
    return _keep(tenant, _CODE, replace(permission, expires=expires))


def take_code(tenant: Tenant, secret: str) -> Permission | None:
    """Return the permission of an authorization code, and delete the code."""
    return _take(tenant, _CODE, secret)


def refreshable(tenant: Tenant, permission: Permission) -> str:
    """Return a new refresh token."""
    return _keep(tenant, _REFRESH, permission)


def take_refresh(tenant: Tenant, secret: str) -> Permission | None:
    """Return the permission of a refresh token, and delete the token."""
    return _take(tenant, _REFRESH, secret)


def _storable(text: str) -> str:
    """Return a text from a stranger as a key that any store can look up."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def loopback(address: str) -> tuple[str, str, str] | None:
    """Return host, path and query of an address on the client's own machine, None for any other address."""
    if not address.isascii() or not address.isprintable():
        return None
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme != "http" or host not in ("127.0.0.1", "::1", "localhost") or parts.username is not None:
        return None
    return host, parts.path, parts.query


def _put(tenant: Tenant, device: Device) -> None:
    tenant.store.put(_DEVICE, device.key, asdict(device))


def _keep(tenant: Tenant, kind: str, permission: Permission) -> str:
    secret = tenant.ids.alphanumeric(64)
    tenant.store.put(kind, digest(secret), asdict(permission))
    return secret


def _take(tenant: Tenant, kind: str, secret: str) -> Permission | None:
    key = digest(secret)
    document = tenant.store.get(kind, key)
    if document is None:
        return None
    tenant.store.delete(kind, key)
    permission = Permission(**{**document, "scopes": tuple(document["scopes"])})
    return permission if now(tenant) < permission.expires else None
