"""App registrations over Microsoft Graph: making, reading, changing and deleting them, and their secrets.

Deleting one deletes its service principal too; changing roles or name changes them there.

Source: https://learn.microsoft.com/en-us/graph/api/resources/application, …/api/application-post-applications,
…/application-update, …/application-delete, …/application-addpassword and …/application-removepassword (read 2026-11-29 at db3ad72
of microsoftgraph/microsoft-graph-docs). That the service principal goes and changes with its application is inferred.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from harness.azure_ad.applications.registrations import shown
from harness.azure_ad.graph.apps.key_credentials import with_certificates, without_keys
from harness.azure_ad.graph.apps.owners_expanded import EXPANDERS, with_owners
from harness.azure_ad.graph.apps.permissions import check_permissions
from harness.azure_ad.graph.apps.redirects import check_redirects
from harness.azure_ad.graph.apps.service_principals import delete_principal
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import answer, body, collection, context, count, empty, entity
from harness.azure_ad.graph.odata.entity_types import APPLICATION
from harness.azure_ad.graph.odata.upserts import name_to_make
from harness.azure_ad.graph.odata.values import is_moment, typed
from harness.azure_ad.tenant import current
from harness.base.clock import from_iso
from harness.base.sqlite import is_full
from harness.base.store import Document
from harness.wire.message import Response

# The properties that a service principal takes from its application: the application's name to the principal's.
_SHARED = {"displayName": "displayName", "appRoles": "appRoles"}


def list_applications() -> Response:
    return collection("applications", with_owners(all_applications()), APPLICATION, EXPANDERS)


def count_applications() -> Response:
    return count(all_applications(), APPLICATION)


def create_application() -> Response:
    return _create({})


def _create(fixed: Document) -> Response:
    """Make a registration from the body and from fixed properties. Raises ODataError 400."""
    tenant = current()
    properties = with_certificates(typed(APPLICATION, {**body(), **fixed}, creating=True))
    check_redirects(properties)
    check_permissions("Application", properties, {})
    with tenant.store.transaction():
        made = tenant.registrations.create(properties)
        note(Activities.ADD_APPLICATION, Target("Application", made), after=properties)
        return entity("applications", without_keys(shown(made)), 201, APPLICATION)


def get_application(key: str) -> Response:
    application = without_keys(shown(find_application(key)))
    return entity("applications", application, 200, APPLICATION, EXPANDERS)


def update_application(key: str) -> Response:
    """Change a registration, or make it where the address names one by a unique name that is free."""
    if (name := name_to_make(key)) is not None:
        return _create({"uniqueName": name})
    tenant, changes = current(), typed(APPLICATION, body(), creating=False)
    check_redirects(changes)
    with tenant.store.transaction():
        before = find_application(key)
        check_permissions("Application", changes, before)
        changes = with_certificates(changes, before.get("keyCredentials") or ())
        after = tenant.registrations.update(key, changes)
        principal = tenant.applications.of_client(after["appId"])
        shared = {theirs: after[own] for own, theirs in _SHARED.items() if own in changes}
        if principal is not None and shared:
            tenant.applications.update(principal["id"], shared)
        note(Activities.UPDATE_APPLICATION, Target("Application", after), before=before, after=changes)
    return empty()


def delete_application(key: str) -> Response:
    tenant = current()
    with tenant.store.transaction():
        find_application(key)
        application = tenant.registrations.delete(key)
        principal = tenant.applications.of_client(application["appId"])
        if principal is not None:
            delete_principal(principal["id"])
        note(Activities.DELETE_APPLICATION, Target("Application", application))
    return empty()


def add_password(key: str) -> Response:
    """Make a client secret; `{"passwordCredential": {"displayName", "endDateTime"}}`, both optional."""
    credential = body().get("passwordCredential") or {}
    name = credential.get("displayName") if isinstance(credential, dict) else 0
    if not isinstance(name, str | None):
        raise refusals.VALUE_FORM.error(name="The body", form='{"passwordCredential": {"displayName": "…"}}')
    tenant, ends = current(), _moment(credential.get("endDateTime"))
    with tenant.store.transaction():
        application = find_application(key)
        made = tenant.registrations.add_password(key, name, ends)
        note(Activities.CHANGE_SECRETS, Target("Application", application))
    return answer({"@odata.context": context("microsoft.graph.passwordCredential"), **made})


def remove_password(key: str) -> Response:
    key_id = body().get("keyId")
    if not isinstance(key_id, str):
        raise refusals.VALUE_FORM.error(name="keyId", form="the id of a secret")
    tenant = current()
    with tenant.store.transaction():
        application = find_application(key)
        tenant.registrations.remove_password(key, key_id)
        note(Activities.CHANGE_SECRETS, Target("Application", application))
    return empty()


def add_password_of_principal(app: str) -> Response:
    """Make a secret for a service principal; it is stored with the application, for it is used with that client id."""
    return add_password(_key_behind(app))


def remove_password_of_principal(app: str) -> Response:
    return remove_password(_key_behind(app))


def _key_behind(app: str) -> str:
    tenant = current()
    return str(tenant.registrations.behind(tenant.applications.own(app))["id"])


def find_application(key: str) -> Document:
    """Return a registration by its id, those behind enterprise applications included. Raises NotFoundError."""
    cover()
    return current().registrations.find(key)


def all_applications() -> Iterator[Document]:
    """Yield every registration. Missing ones are made at the first item, so a refused query makes none."""
    cover()
    for application in current().registrations.scan():
        yield without_keys(shown(application))


def cover() -> None:
    """Make the registrations that enterprise applications lack. On a full disk none is made."""
    tenant = current()
    try:
        with tenant.store.transaction():
            for principal in tenant.applications.scan():
                tenant.registrations.behind(principal)
    except Exception as error:
        if not is_full(error):
            raise


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    if not is_moment(value):
        raise refusals.VALUE_FORM.error(name="endDateTime", form="a moment such as 2027-03-02T08:00:00Z")
    return from_iso(str(value))


ROUTES = (
    ("GET", "/applications", list_applications),
    ("GET", "/applications/$count", count_applications),
    ("POST", "/applications", create_application),
    ("GET", "/applications/<key>", get_application),
    ("PATCH", "/applications/<key>", update_application),
    ("DELETE", "/applications/<key>", delete_application),
    ("POST", "/applications/<key>/addPassword", add_password),
    ("POST", "/applications/<key>/removePassword", remove_password),
    ("POST", "/servicePrincipals/<app>/addPassword", add_password_of_principal),
    ("POST", "/servicePrincipals/<app>/removePassword", remove_password_of_principal),
)
