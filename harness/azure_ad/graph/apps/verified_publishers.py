"""The verified publisher of an application, set and removed.

The partner's id is not checked, and its name is made from the id [inferred].

Source: https://learn.microsoft.com/en-us/graph/api/application-setverifiedpublisher and …/application-unsetverifiedpublisher (read
2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from harness.azure_ad.graph.apps.applications import find_application
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body, empty
from harness.azure_ad.tenant import current
from harness.base.clock import iso
from harness.base.store import Document
from harness.wire.message import Response

_PATH = "/applications/<key>"


def set_publisher(key: str) -> Response:
    publisher = body().get("verifiedPublisherId")
    if not isinstance(publisher, str) or not publisher.strip():
        raise refusals.VALUE_FORM.error(name="verifiedPublisherId", form="the id of a partner")
    added = iso(current().clock.now())
    name = f"Partner {publisher}"
    return _put(key, {"addedDateTime": added, "displayName": name, "verifiedPublisherId": publisher})


def unset_publisher(key: str) -> Response:
    return _put(key, None)


def _put(key: str, publisher: Document | None) -> Response:
    tenant, changes = current(), {"verifiedPublisher": publisher}
    with tenant.store.transaction():
        before = find_application(key)
        after = tenant.registrations.update(before["id"], changes)
        note(Activities.UPDATE_APPLICATION, Target("Application", after), before=before, after=changes)
    return empty()


ROUTES = (
    ("POST", f"{_PATH}/setVerifiedPublisher", set_publisher),
    ("POST", f"{_PATH}/unsetVerifiedPublisher", unset_publisher),
)
