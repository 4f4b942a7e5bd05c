"""Users who have something in common, and the filter that chooses them alone.

A server need not take every filter: what it declines is answered with invalidFilter, and one that takes userName alone is as
right as another. So what users have in common stands in displayName and at the beginning of userName.

Source: RFC 7644, 3.4.2.2, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suites.people import created, new_user, user
from harness.certification.suites.rfc7644.claims import declined_of
from harness.certification.suites.samples import DOMAIN


def in_common(shared: str, word: str) -> dict[str, Any]:
    """Return the attributes of one of several users: the displayName that they share, and a userName that begins so."""
    return {"userName": f"{shared}-{word}@{DOMAIN}", "displayName": shared}


def new_alike(bench: Bench, count: int) -> list[Document]:
    """Create so many users with something in common. Raises FailedError."""
    shared = bench.name()
    return created(bench, [user(bench, **in_common(shared, bench.word())) for _ in range(count)])


def shared_by(bench: Bench, made: Sequence[Document], *conditions: str) -> str:
    """Return a filter that the server takes and that chooses users with something in common; `conditions` are tried last.

    Raises SkippedError where all are declined, FailedError where one chooses others.
    """
    shared = encode_text(made[0]["displayName"])
    reasons: list[str] = []
    for condition in (f"displayName eq {shared}", f"userName sw {shared}", *conditions):
        declined = declined_of(bench, {condition: [each["id"] for each in made]})
        if not declined:
            return condition
        reasons += declined
    raise SkippedError(reasons[0])


def filtered_by(bench: Bench, *attributes: str) -> str:
    """Return the first of these attributes by which the server finds a user.

    Raises SkippedError where a filter by each is declined, FailedError where one finds others.
    """
    _, made = new_user(bench)
    reasons: list[str] = []
    for attribute in attributes:
        declined = declined_of(bench, {f"{attribute} eq {encode_text(made[attribute])}": [made["id"]]})
        if not declined:
            return attribute
        reasons += declined
    raise SkippedError(reasons[0])
