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
from harness.base.clock import Clock, from_iso, iso
from harness.base.ids import Ids
from harness.base.store import Document, Store

_SHELF, _KEY = "account", "app-registration"
_LIFE = timedelta(days=2 * 365)
_LENGTH = 40


class ExpiredSecretError(ValueError):
    """The secret was right once; its time is over."""


class Registrations:
    """The app registrations of one tenant."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store, self._clock, self._ids = store, clock, ids

    def registration(self) -> Document:
        """Return the tenant's one registration, made when first asked for, with the digests of its secrets."""
        with self._store.transaction():
            kept = self._store.get(_SHELF, _KEY)
            if kept is None:
                kept = {
                    "id": self._ids.uuid(),
                    "appId": self._ids.uuid(),
                    "displayName": "Automation",
                    "createdDateTime": iso(self._clock.now()),
                    "signInAudience": "AzureADMyOrg",
                    "passwordCredentials": [],
                }
                self._store.put(_SHELF, _KEY, kept)
        return kept

    def find(self, key: str) -> Document:
        """Return a registration by its id. Raises NotFoundError."""
        found = self.registration()
        if key != found["id"]:
            raise NotFoundError.of(key)
        return found

    def add_password(self, key: str, name: str | None, ends: datetime | None) -> Document:
        """Make a secret, two years good unless `ends` says otherwise, and return it with `secretText`, this once.

        Raises NotFoundError.
        """
        now = self._clock.now()
        secret = self._ids.alphanumeric(_LENGTH)
        credential: Document = {
            "customKeyIdentifier": None,
            "displayName": name,
            "endDateTime": iso(ends or now + _LIFE),
            "hint": secret[:3],
            "keyId": self._ids.uuid(),
            "startDateTime": iso(now),
        }
        with self._store.transaction():
            application = self.find(key)
            kept = [*application["passwordCredentials"], {**credential, "digest": _digest(secret)}]
            self._store.put(_SHELF, _KEY, {**application, "passwordCredentials": kept})
        return {**credential, "secretText": secret}

    def remove_password(self, key: str, key_id: str) -> None:
        """Take a secret away. Raises NotFoundError."""
        with self._store.transaction():
            application = self.find(key)
            present = application["passwordCredentials"]
            rest = [credential for credential in present if credential["keyId"] != key_id]
            if len(rest) == len(present):
                raise NotFoundError(f"No credentials found to be removed with keyId '{key_id}'.")
            self._store.put(_SHELF, _KEY, {**application, "passwordCredentials": rest})

    def is_secret(self, secret: str) -> bool:
        """Tell whether this is a secret of the registration. Raises ExpiredSecretError for one that was."""
        digest = _digest(secret)
        for credential in self.registration()["passwordCredentials"]:
            if hmac.compare_digest(credential["digest"], digest):
                if from_iso(credential["endDateTime"]) <= self._clock.now():
                    raise ExpiredSecretError
                return True
        return False


def shown(application: Document) -> Document:
    """Return a registration as Graph shows it."""
    credentials = [
        {**{name: value for name, value in credential.items() if name != "digest"}, "secretText": None}
        for credential in application["passwordCredentials"]
    ]
    return {**application, "passwordCredentials": credentials}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
