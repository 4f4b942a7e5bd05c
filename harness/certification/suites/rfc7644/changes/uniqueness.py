"""A change to a userName that somebody else has, by PUT or by PATCH.

Source: RFC 7644, 3.5.1, 3.5.2 and 3.12, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from harness.base.store import Document
from harness.certification.answers import require_error, require_value
from harness.certification.bench.bench import Bench
from harness.certification.suites.people import new_user
from harness.wire.message import Response

# Takes the user's path, the user as it was made, and the userName to change it to.
Rename: TypeAlias = Callable[[str, Document, str], Response]


def taken_name_refused(bench: Bench, method: str, rename: Rename) -> None:
    """Demand that a user is not given another one's name: 409 and `uniqueness`, and nothing is changed."""
    path, made = new_user(bench)
    _, other = new_user(bench)
    response = rename(path, made, other["userName"])
    require_error(f"{method} {path} with a userName in use", response, 409, "uniqueness")
    require_value(f"GET {path} afterwards", bench.endpoint.get(path), "userName", made["userName"])
