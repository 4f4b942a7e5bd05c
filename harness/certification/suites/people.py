"""The users and groups that the suites create: plain ones, that any SCIM server should take.

Source: RFC 7643, 4.1 and 4.2, https://datatracker.ietf.org/doc/html/rfc7643 (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.base.store import Document
from harness.certification.answers import address, require_resource
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suites.samples import DOMAIN
from harness.scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER


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


def full(bench: Bench) -> Document:
    """Return attributes with parts that can change one by one, of somebody who is disabled."""
    mail = bench.name()
    return {
        "schemas": [CORE_USER, ENTERPRISE_USER],
        "active": False,
        "title": "Pilot",
        "name": {"givenName": "Given", "familyName": "Family", "honorificSuffix": "III"},
        "emails": [
            {"type": "work", "value": f"work-{mail}@{DOMAIN}", "primary": True},
            {"type": "home", "value": f"home-{mail}@{DOMAIN}"},
        ],
        "phoneNumbers": [
            {"type": kind, "value": f"+1 425 555 010{number}"}
            for number, kind in enumerate(("work", "mobile", "fax"))
        ],
        "addresses": [
            {"type": kind, "locality": "Seattle", "postalCode": "98101", "country": "US"}
            for kind in ("work", "home")
        ],
        ENTERPRISE_USER: {"department": "Sales", "costCenter": "4711", "employeeNumber": "701984"},
    }


def group(bench: Bench, *members: Document) -> Document:
    """Return the body of a new group of users. Raises SkippedError where there are no groups."""
    need_groups(bench)
    return {
        "schemas": [CORE_GROUP],
        "displayName": bench.name(),
        "members": [{"value": each["id"]} for each in members],
    }


def need_groups(bench: Bench) -> None:
    """Raise SkippedError where whoever asked for the certificate says that the server has no groups."""
    if not bench.subject.groups:
        raise SkippedError("the server has no groups, says --no-groups")


def new_user(bench: Bench, **more: Any) -> tuple[str, Document]:
    """Create a user; return the path, and what was sent with the id that it got. Raises FailedError."""
    return _new(bench, "/Users", user(bench, **more))


def new_users(bench: Bench, count: int) -> list[Document]:
    """Create so many users; return what was sent of each with the id that it got. Raises FailedError."""
    return created(bench, [user(bench) for _ in range(count)])


def created(bench: Bench, bodies: Sequence[Document]) -> list[Document]:
    """Create users that do not depend on each other, several at a time on a slow server. Raises FailedError."""
    answers = bench.endpoint.post_all("/Users", bodies)
    return [{**body, "id": each["id"]} for body, each in zip(bodies, answers, strict=True)]


def new_full_user(bench: Bench, **more: Any) -> tuple[str, Document]:
    """Create a user with much (`full`), with one value of each kind, and active, where that is refused. Raises FailedError."""
    sent = {**user(bench, **full(bench)), **more}
    response = bench.endpoint.ask("POST", "/Users", sent)
    if response.status in (200, 201):
        made = {**sent, "id": require_resource("POST /Users", response)["id"]}
        return address("/Users", made), made
    one_each = {
        name: each[:1] if isinstance(each, list) and name != "schemas" else each
        for name, each in sent.items()
    }
    return _new(bench, "/Users", {**one_each, "active": True})


def new_group(bench: Bench, *members: Document) -> tuple[str, Document]:
    """Create a group of users; return the path, and what was sent with the id that it got. Raises FailedError."""
    return _new(bench, "/Groups", group(bench, *members))


def _new(bench: Bench, collection: str, sent: Document) -> tuple[str, Document]:
    made = {**sent, "id": bench.endpoint.post(collection, sent)["id"]}
    return address(collection, made), made
