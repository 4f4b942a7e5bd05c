"""App registrations over Microsoft Graph: finding the one there is, making and taking away its secrets.

Source: https://learn.microsoft.com/en-us/graph/api/resources/application, …/api/application-addpassword and
…/application-removepassword (read 2026-11).
"""

from __future__ import annotations

from datetime import datetime

from flask import Response

from harness.azure_ad.applications.registrations import shown
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import answer, body, collection, context, empty, entity
from harness.azure_ad.graph.odata.entity_types import APPLICATION
from harness.azure_ad.tenant import current
from harness.base.clock import from_iso


def list_applications() -> Response:
    return collection("applications", [shown(current().registrations.registration())], APPLICATION)


def get_application(key: str) -> Response:
    return entity("applications", shown(current().registrations.find(key)), 200, APPLICATION)


def add_password(key: str) -> Response:
    """Make a client secret; `{"passwordCredential": {"displayName", "endDateTime"}}`, both optional."""
    given = body().get("passwordCredential") or {}
    name = given.get("displayName") if isinstance(given, dict) else 0
    if not isinstance(name, str | None):
        raise refusals.VALUE_FORM.error(name="The body", form='{"passwordCredential": {"displayName": "…"}}')
    made = current().registrations.add_password(key, name, _moment(given.get("endDateTime")))
    return answer({"@odata.context": context("microsoft.graph.passwordCredential"), **made})


def remove_password(key: str) -> Response:
    key_id = body().get("keyId")
    if not isinstance(key_id, str):
        raise refusals.VALUE_FORM.error(name="keyId", form="the id of a secret")
    current().registrations.remove_password(key, key_id)
    return empty()


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = from_iso(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise refusals.VALUE_FORM.error(name="endDateTime", form="a moment such as 2027-03-02T08:00:00Z")
    return moment


ROUTES = (
    ("GET", "/applications", list_applications),
    ("GET", "/applications/<key>", get_application),
    ("POST", "/applications/<key>/addPassword", add_password),
    ("POST", "/applications/<key>/removePassword", remove_password),
)
