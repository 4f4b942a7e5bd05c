"""The table causes.yaml: why somebody does not arrive, in words with places to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from harness.base.tables import read_table


class Verdict(Enum):
    """Whether a user would arrive in AWS."""

    ARRIVES = "arrives"
    REFUSED = "refused"
    SKIPPED = "skipped"
    CONFLICTS = "conflicts"
    UNDECIDABLE = "undecidable"


@dataclass(frozen=True, slots=True)
class Cause:
    """One row of causes.yaml; `meaning` and `remedy` have places to fill in, `source` is where the rule is written.

    Rows that `harness reproduce` can make a scenario of have the page's `title` and `section` too, read 2026-11-29.
    """

    id: str
    verdict: Verdict
    meaning: str
    remedy: str
    source: str
    title: str = ""
    section: str = ""


@cache
def causes() -> Mapping[str, Cause]:
    """Return the rows of causes.yaml by id."""
    rows = read_table("harness.remedies", "causes.yaml")
    return {key: Cause(key, Verdict(row.pop("verdict")), **row) for key, row in rows.items()}


def filled(text: str, places: Mapping[str, str]) -> str:
    """Return a text with its places in braces filled in."""
    for name, value in places.items():
        text = text.replace(f"{{{name}}}", value)
    return text
