"""App registrations: clients that sign in to Microsoft Graph by themselves, and the applications behind service principals.

One registration, "Automation", exists from the start; its secrets are made by `add_password`. A secret is shown once and stored
as a digest. A deleted registration can be restored for thirty days.

Source: https://learn.microsoft.com/en-us/graph/api/application-delete (thirty days, read 2026-11-30), …/api/resources/application,
"Properties" (edition of 2021, read 2026-11-30), and …/api/application-addpassword, "Response" and its example (edition of July
2021, read 2026-11-30).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from harness.azure_ad.directory.changes import ALL, REMOVED, ChangeLog
from harness.azure_ad.directory.errors import NotFoundError
from harness.base.clock import Clock, from_iso, iso
from harness.base.ids import Ids
from harness.base.store import Document, Store

_ACCOUNT, _KEY = "account", "app-registration"
_SHELF, _DELETED = "application", "deletedApplication"
_LIFE = timedelta(days=2 * 365)
_LENGTH = 40


class ExpiredSecretError(ValueError):
    """The secret is right, but has expired."""


class Registrations:
    """The app registrations of one tenant."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, changes: ChangeLog) -> None:
        self._store, self._clock, self._ids, self._changes = store, clock, ids, changes

    def registration(self) -> Document:
        """Return the registration that every tenant has, made when first asked for, with the digests of its secrets."""
        with self._store.transaction():
            document = self._store.get(_ACCOUNT, _KEY)
            if document is None:
                document = {
                    "id": self._ids.uuid(),
                    "appId": self._ids.uuid(),
                    "displayName": "Automation",
                    "createdDateTime": iso(self._clock.now()),
                    "signInAudience": "AzureADMyOrg",
                    "passwordCredentials": [],
                }
                self._store.put(_ACCOUNT, _KEY, document)
        return document

    def scan(self) -> Iterator[Document]:
        yield self.registration()
        yield from (document for _, document in self._store.scan(_SHELF))

    def find(self, key: str) -> Document:
        """Return a registration by its id. Raises NotFoundError."""
        automation = self.registration()
        document = automation if key == automation["id"] else self._store.get(_SHELF, key)
        if document is None:
            raise NotFoundError.of(key)
        return document

    def of_client(self, app_id: str) -> Document | None:
        """Return the registration whose application id this is."""
        return next((document for document in self.scan() if document["appId"] == app_id), None)

    def create(self, properties: Document) -> Document:
        """Register an application; `displayName` is among its properties."""
        document: Document = {
            "id": self._ids.uuid(),
            "appId": self._ids.uuid(),
            "createdDateTime": iso(self._clock.now()),
            "signInAudience": "AzureADMyOrg",
            "passwordCredentials": [],
            **properties,
        }
        self._add(document)
        return document

    def behind(self, principal: Document) -> Document:
        """Return the application behind a service principal, registered when first asked for."""
        key = str(uuid5(UUID(principal["id"]), "application"))
        present = self._store.get(_SHELF, key) or self.of_client(principal["appId"])
        if present is not None:
            return present
        document: Document = {
            "id": key,
            "appId": principal["appId"],
            "applicationTemplateId": principal.get("applicationTemplateId"),
            "createdDateTime": iso(self._clock.now()),
            "displayName": principal["displayName"],
            "appRoles": principal["appRoles"],
            "signInAudience": "AzureADMyOrg",
            "passwordCredentials": [],
            "web": {"homePageUrl": principal.get("homepage"), "redirectUris": []},
        }
        self._add(document)
        return document

    def update(self, key: str, changes: Document) -> Document:
        """Replace some properties of a registration. Raises NotFoundError."""
        with self._store.transaction():
            document = {**self.find(key), **changes}
            self._put(document, *changes)
        return document

    def delete(self, key: str) -> Document:
        """Move a registration to the deleted items and return it. Raises NotFoundError."""
        with self._store.transaction():
            document = self.find(key)
            if document["id"] == self.registration()["id"]:
                raise NotFoundError(f"Application '{key}' is this tenant's own and stays.")
            self._store.delete(_SHELF, key)
            self._store.put(_DELETED, key, {**document, "deletedDateTime": iso(self._clock.now())})
            self._note(key, REMOVED)
        return document

    def deleted(self) -> Iterator[Document]:
        return (document for _, document in self._store.scan(_DELETED))

    def restore(self, key: str) -> Document:
        """Restore a deleted registration and return it. Raises NotFoundError."""
        with self._store.transaction():
            document = self.purge(key)
            document = {name: value for name, value in document.items() if name != "deletedDateTime"}
            self._add(document)
        return document

    def purge(self, key: str) -> Document:
        """Delete a registration for good and return it. Raises NotFoundError."""
        document = self._store.get(_DELETED, key)
        if document is None:
            raise NotFoundError.of(key)
        self._store.delete(_DELETED, key)
        return document

    def add_password(self, key: str, name: str | None, ends: datetime | None) -> Document:
        """Make a secret, valid for two years or until `ends`, and return it with `secretText`, which only this answer has.

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
            credentials = [
                *application["passwordCredentials"],
                {**credential, "digest": _digest(secret)},
            ]
            self._put({**application, "passwordCredentials": credentials}, "passwordCredentials")
        return {**credential, "secretText": secret}

    def remove_password(self, key: str, key_id: str) -> None:
        """Delete a secret. Raises NotFoundError."""
        with self._store.transaction():
            application = self.find(key)
            present = application["passwordCredentials"]
            rest = [credential for credential in present if credential["keyId"] != key_id]
            if len(rest) == len(present):
                raise NotFoundError(f"No credentials found to be removed with keyId '{key_id}'.")
            self._put({**application, "passwordCredentials": rest}, "passwordCredentials")

    def is_secret(self, application: Document, secret: str) -> bool:
        """Return whether this is a secret of the registration. Raises ExpiredSecretError for an expired one."""
        digest = _digest(secret)
        for credential in application["passwordCredentials"]:
            if hmac.compare_digest(credential["digest"], digest):
                if from_iso(credential["endDateTime"]) <= self._clock.now():
                    raise ExpiredSecretError
                return True
        return False

    def _add(self, document: Document) -> None:
        self._store.put(_SHELF, document["id"], document)
        self._note(document["id"], ALL)

    def _put(self, document: Document, *changed: str) -> None:
        automation = document["id"] == self.registration()["id"]
        shelf, key = (_ACCOUNT, _KEY) if automation else (_SHELF, document["id"])
        self._store.put(shelf, key, document)
        self._note(document["id"], *changed)

    def _note(self, key: str, *changed: str) -> None:
        self._changes.note("Application", key, properties=changed, quiet=True)


def shown(application: Document) -> Document:
    """Return a registration as Graph shows it."""
    credentials = [
        {**{name: value for name, value in credential.items() if name != "digest"}, "secretText": None}
        for credential in application["passwordCredentials"]
    ]
    return {**application, "passwordCredentials": credentials}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
