"""The users and groups that the suites create: plain ones, that any SCIM server should take.

Source: RFC 7643, 4.1 and 4.2, https://datatracker.ietf.org/doc/html/rfc7643 (read 2026-11).
"""

from __future__ import annotations

from typing import Any

from harness.base.store import Document
from harness.certification.answers import address
from harness.certification.bench.bench import Bench
from harness.certification.suites.samples import DOMAIN
from harness.scim.names import CORE_GROUP, CORE_USER


def user(bench: Bench, **more: Any) -> Document:
    """Return the body of somebody new, active, with one work address; `more` adds or replaces attributes."""
    name = bench.name()
    mail = f"{name}@{DOMAIN}"
    return {
        "schemas": [CORE_USER],
        "externalId": name,
        "userName": mail,
        "displayName": name,
        "name": {"givenName": "Given", "familyName": "Family"},
        "emails": [{"value": mail, "type": "work", "primary": True}],
        "active": True,
        **more,
    }


def group(bench: Bench, *members: Document) -> Document:
    """Return the body of a new group of users."""
    return {
        "schemas": [CORE_GROUP],
        "displayName": bench.name(),
        "members": [{"value": each["id"]} for each in members],
    }


def new_user(bench: Bench, **more: Any) -> tuple[str, Document]:
    """Create a user; return the path, and what was sent with the id that it got. Raises FailedError."""
    return _new(bench, "/Users", user(bench, **more))


def new_group(bench: Bench, *members: Document) -> tuple[str, Document]:
    """Create a group of users; return the path, and what was sent with the id that it got. Raises FailedError."""
    return _new(bench, "/Groups", group(bench, *members))


def _new(bench: Bench, collection: str, sent: Document) -> tuple[str, Document]:
    made = {**sent, "id": bench.endpoint.post(collection, sent)["id"]}
    return address(collection, made), made
