"""Actions on a user or group: licences, sessions, passwords, renewal, and the check of a name before it is used.

Passwords and sessions are not stored, so such an action only changes a property with a moment. There is no naming policy:
every well-formed name is allowed.

Source: https://learn.microsoft.com/en-us/graph/api/user-assignlicense, …/group-assignlicense, …/user-reprocesslicenseassignment,
…/user-revokesigninsessions, …/user-changepassword, …/user-exportpersonaldata, …/user-retryserviceprovisioning, …/group-renew,
…/group-validateproperties and
…/directoryobject-validateproperties, "Response" and "Example" (read 2026-11-29; revokeSignInSessions at 01c641a of
microsoftgraph/microsoft-graph-docs-contrib, the others at db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.azure_ad.directory.errors import ConflictError
from harness.azure_ad.graph.logs.activities import DEEDS, Target, note
from harness.azure_ad.graph.objects.directory_objects import object_of
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import HTML, answer, body, context, empty, entity, version
from harness.azure_ad.graph.odata.entity_types import KINDS
from harness.azure_ad.tenant import current
from harness.base.clock import iso
from harness.base.store import Document
from harness.wire.message import Response

_KINDS = {"users": "User", "groups": "Group"}
# A group's licences reach its members later: 202 (group-assignlicense).
_STATUS = {"users": 200, "groups": 202}
_FORM = '{"addLicenses": [{"skuId": "…", "disabledPlans": []}], "removeLicenses": []}'


def assign_license(which: str, name: str) -> Response:
    """Add licences and remove others, all or none."""
    document = body()
    added, removed = _list(document.get("addLicenses"), dict), _list(document.get("removeLicenses"), str)
    tenant, kind = current(), _KINDS[which]
    with tenant.store.transaction():
        before = object_of(which, name)
        present = {item["skuId"]: item for item in before.get("assignedLicenses") or ()}
        if missing := [sku for sku in removed if sku not in present]:
            raise ConflictError(
                f"User does not have a corresponding license: {missing[0]}.", "removeLicenses"
            )
        licences = [
            *(item for sku, item in present.items() if sku not in removed),
            *_licences(added, without=present),
        ]
        after = _changed(kind, before, {"assignedLicenses": licences})
        return entity(which, after, _STATUS[which], KINDS[kind])


def reprocess_licenses(name: str) -> Response:
    return entity("users", object_of("users", name), 200, KINDS["User"])


def revoke_sessions(name: str) -> Response:
    _changed(
        "User", object_of("users", name), {"signInSessionsValidFromDateTime": iso(current().clock.now())}
    )
    return answer({"@odata.context": context("Edm.Boolean"), "value": True})


def change_password(name: str) -> Response:
    """Accept a new password. The present one is required, but not compared, for none is stored."""
    document = body()
    for part in ("currentPassword", "newPassword"):
        if not isinstance(document.get(part), str) or not document[part]:
            raise refusals.VALUE_FORM.error(name=part, form="text")
    _changed("User", object_of("users", name), {"lastPasswordChangeDateTime": iso(current().clock.now())})
    return empty()


def export_personal_data(name: str) -> Response:
    """Accept the order; nothing is written to its storage account."""
    if not isinstance(body().get("storageLocation"), str):
        raise refusals.VALUE_FORM.error(name="storageLocation", form="the address of a storage account")
    tenant, key = current(), object_of("users", name)["id"]
    origin = f"{tenant.settings.graph_origin}/{version()}"
    status = f"{origin}/users/{key}/exportPersonalData/{tenant.ids.uuid()}"
    headers = (("Content-Type", HTML), ("Location", status), ("Retry-After", "60"))
    return Response(202, headers)


def retry_service_provisioning(which: str, name: str) -> Response:
    """Do nothing: there is no other service whose provisioning could be retried."""
    object_of(which, name)
    return empty()


def renew(name: str) -> Response:
    _changed("Group", object_of("groups", name), {"renewedDateTime": iso(current().clock.now())})
    return empty()


def validate_properties(name: str = "") -> Response:
    """Answer that a group may have these names: there is no naming policy."""
    if name:
        object_of("groups", name)
    document = body()
    texts = ("entityType", "displayName", "mailNickname", "onBehalfOfUserId")
    if not any(part in document for part in ("displayName", "mailNickname")):
        raise refusals.VALUE_FORM.error(name="displayName or mailNickname", form="text")
    for part in texts:
        if not isinstance(document.get(part), str | None):
            raise refusals.VALUE_FORM.error(name=part, form="text")
    return empty()


def _list(value: Any, of: type) -> list[Any]:
    """Return a list whose elements are of one type. Raises ODataError 400 for anything else."""
    if not isinstance(value, list) or not all(isinstance(item, of) for item in value):
        raise refusals.BODY_FORM.error(form=_FORM)
    return value


def _licences(added: list[Document], *, without: Iterable[str]) -> list[Document]:
    """Return the licences to add, without those that the user has. Raises ODataError 400."""
    licences: dict[str, Document] = {}
    for item in added:
        sku, plans = item.get("skuId"), _list(item.get("disabledPlans") or [], str)
        if not isinstance(sku, str):
            raise refusals.BODY_FORM.error(form=_FORM)
        if sku not in without:
            licences[sku] = {"disabledPlans": plans, "skuId": sku}
    return list(licences.values())


def _changed(kind: str, before: Document, changes: Document) -> Document:
    tenant = current()
    with tenant.store.transaction():
        after = tenant.directory.update(kind, before["id"], changes)
        note(DEEDS[kind].update, Target(kind, after), before=before, after=changes)
    return after


ROUTES = (
    ("POST", "/<any(users, groups):which>/<name>/assignLicense", assign_license),
    ("POST", "/users/<name>/reprocessLicenseAssignment", reprocess_licenses),
    ("POST", "/users/<name>/revokeSignInSessions", revoke_sessions),
    ("POST", "/users/<name>/changePassword", change_password),
    ("POST", "/users/<name>/exportPersonalData", export_personal_data),
    ("POST", "/<any(users, groups):which>/<name>/retryServiceProvisioning", retry_service_provisioning),
    ("POST", "/groups/<name>/renew", renew),
    ("POST", "/groups/<name>/validateProperties", validate_properties),
    ("POST", "/directoryObjects/validateProperties", validate_properties),
)
