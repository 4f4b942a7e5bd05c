"""Federated identity credentials of app registrations: the issuers whose tokens an application accepts as its secret.

The token endpoint takes such a token (sign_in/federation.py). `az ad app federated-credential` and Terraform's
azuread_application_federated_identity_credential manage them.

Source: https://learn.microsoft.com/en-us/graph/api/resources/federatedidentitycredential, "Properties" (lengths, one audience, an issuer
and a subject once in an application), and …/api/application-post-federatedidentitycredentials (read 2026-11-29 at 028b8e3 of
microsoftgraph/microsoft-graph-docs-contrib). The sentences of refusals are inferred.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.graph.apps.applications import find_application
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity
from harness.azure_ad.graph.odata.entity_types import FEDERATED_CREDENTIAL
from harness.azure_ad.graph.odata.values import typed
from harness.azure_ad.tenant import current
from harness.base.store import Document, Store
from harness.wire.message import Response

_SHELF, _NAME = "federatedCredential", "federatedIdentityCredentials"
_MOST = 20
_PATH = f"/applications/<key>/{_NAME}"


def list_credentials(key: str) -> Response:
    return collection(_context(key), map(_shown, _of(find_application(key)["id"])), FEDERATED_CREDENTIAL)


def create_credential(key: str) -> Response:
    """Add a credential. Raises ODataError 400, and ConflictError for a name, or issuer and subject, that are taken."""
    tenant, properties = current(), typed(FEDERATED_CREDENTIAL, body(), creating=True)
    with tenant.store.transaction():
        application = find_application(key)
        present = list(_of(application["id"]))
        if len(present) >= _MOST:
            raise refusals.TOO_MANY_VALUES.error(name=_NAME, limit=_MOST)
        made = {"id": tenant.ids.uuid(), **properties, "application": application["id"]}
        _demand(made, present)
        tenant.store.put(_SHELF, made["id"], made)
        note(Activities.CHANGE_SECRETS, Target("Application", application), after=properties)
        return entity(_context(key), _shown(made), 201, FEDERATED_CREDENTIAL)


def get_credential(key: str, credential: str) -> Response:
    return entity(_context(key), _shown(_find(key, credential)), 200, FEDERATED_CREDENTIAL)


def update_credential(key: str, credential: str) -> Response:
    tenant, changes = current(), typed(FEDERATED_CREDENTIAL, body(), creating=False)
    with tenant.store.transaction():
        before = _find(key, credential)
        after = {**before, **changes}
        _demand(after, [item for item in _of(before["application"]) if item["id"] != before["id"]])
        tenant.store.put(_SHELF, after["id"], after)
        note(
            Activities.CHANGE_SECRETS,
            Target("Application", find_application(key)),
            before=before,
            after=changes,
        )
    return empty()


def delete_credential(key: str, credential: str) -> Response:
    tenant = current()
    with tenant.store.transaction():
        tenant.store.delete(_SHELF, _find(key, credential)["id"])
        note(Activities.CHANGE_SECRETS, Target("Application", find_application(key)))
    return empty()


def _of(application: str) -> Iterator[Document]:
    return credentials_of(current().store, application)


def credentials_of(store: Store, application: str) -> Iterator[Document]:
    """Yield the credentials of a registration, by its id."""
    return (item for _, item in store.scan(_SHELF) if item["application"] == application)


def _find(key: str, credential: str) -> Document:
    """Return an application's credential by its id or name. Raises NotFoundError."""
    for item in _of(find_application(key)["id"]):
        if credential in (item["id"], item["name"]):
            return item
    raise NotFoundError.of(credential)


def _demand(made: Document, others: list[Document]) -> None:
    if len(made["audiences"]) != 1:
        raise refusals.VALUE_FORM.error(name="audiences", form="a list of one text")
    if made["name"] in [item["name"] for item in others]:
        raise ConflictError(f"A federated identity credential with the name {made['name']} exists.", "name")
    pair = (made["issuer"], made["subject"])
    if pair in [(item["issuer"], item["subject"]) for item in others]:
        raise ConflictError("A federated identity credential with this issuer and subject exists.", "subject")


def _shown(item: Document) -> Document:
    return {name: value for name, value in item.items() if name != "application"}


def _context(key: str) -> str:
    return f"applications('{key}')/{_NAME}"


ROUTES = (
    ("GET", _PATH, list_credentials),
    ("POST", _PATH, create_credential),
    ("GET", f"{_PATH}/<credential>", get_credential),
    ("PATCH", f"{_PATH}/<credential>", update_credential),
    ("DELETE", f"{_PATH}/<credential>", delete_credential),
)
