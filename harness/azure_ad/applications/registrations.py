"""App registrations: the clients that sign in to Microsoft Graph by themselves, and their secrets.

One registration, "Automation", is there from the start; its secrets are made by `addPassword`. A secret is shown once
and kept as a digest.

Source: https://learn.microsoft.com/en-us/graph/api/application-addpassword and …/resources/passwordcredential
(read 2026-11).
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from harness.azure_ad.directory.directory import NotFoundError
from harness.azure_ad.tenant import Tenant
from harness.base.clock import from_iso, iso
from harness.base.store import Document

_SHELF, _KEY = "account", "app-registration"
_LIFE = timedelta(days=2 * 365)
_LENGTH = 40


class ExpiredSecretError(ValueError):
    """The secret was right once; its time is over."""


def registration(tenant: Tenant) -> Document:
    """Return the tenant's one registration, made when first asked for, with the digests of its secrets."""
    with tenant.store.transaction():
        kept = tenant.store.get(_SHELF, _KEY)
        if kept is None:
            kept = {
                "id": tenant.ids.uuid(),
                "appId": tenant.ids.uuid(),
                "displayName": "Automation",
                "createdDateTime": iso(tenant.clock.now()),
                "signInAudience": "AzureADMyOrg",
                "passwordCredentials": [],
            }
            tenant.store.put(_SHELF, _KEY, kept)
    return kept


def find(tenant: Tenant, key: str) -> Document:
    """Return a registration by its id. Raises NotFoundError."""
    found = registration(tenant)
    if key != found["id"]:
        raise NotFoundError.of(key)
    return found


def shown(application: Document) -> Document:
    """Return a registration as Graph shows it."""
    credentials = [
        {**{name: value for name, value in credential.items() if name != "digest"}, "secretText": None}
        for credential in application["passwordCredentials"]
    ]
    return {**application, "passwordCredentials": credentials}


def add_password(tenant: Tenant, key: str, name: str | None, ends: datetime | None) -> Document:
    """Make a secret, two years good unless `ends` says otherwise, and return it with `secretText`, this once.

    Raises NotFoundError.
    """
    now = tenant.clock.now()
    secret = tenant.ids.alphanumeric(_LENGTH)
    credential: Document = {
        "customKeyIdentifier": None,
        "displayName": name,
        "endDateTime": iso(ends or now + _LIFE),
        "hint": secret[:3],
        "keyId": tenant.ids.uuid(),
        "startDateTime": iso(now),
    }
    with tenant.store.transaction():
        application = find(tenant, key)
        kept = [*application["passwordCredentials"], {**credential, "digest": _digest(secret)}]
        tenant.store.put(_SHELF, _KEY, {**application, "passwordCredentials": kept})
    return {**credential, "secretText": secret}


def remove_password(tenant: Tenant, key: str, key_id: str) -> None:
    """Take a secret away. Raises NotFoundError."""
    with tenant.store.transaction():
        application = find(tenant, key)
        present = application["passwordCredentials"]
        rest = [credential for credential in present if credential["keyId"] != key_id]
        if len(rest) == len(present):
            raise NotFoundError(f"No credentials found to be removed with keyId '{key_id}'.")
        tenant.store.put(_SHELF, _KEY, {**application, "passwordCredentials": rest})


def is_secret(tenant: Tenant, secret: str) -> bool:
    """Tell whether this is a secret of the registration. Raises ExpiredSecretError for one that was."""
    digest = _digest(secret)
    for credential in registration(tenant)["passwordCredentials"]:
        if hmac.compare_digest(credential["digest"], digest):
            if from_iso(credential["endDateTime"]) <= tenant.clock.now():
                raise ExpiredSecretError
            return True
    return False


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
