"""What is said of one user, and the table of causes that it is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

import yaml

_SHOWN = 40


class Verdict(Enum):
    """Whether a user would arrive in AWS."""

    ARRIVES = "arrives"
    REFUSED = "refused"
    SKIPPED = "skipped"
    CONFLICTS = "conflicts"
    UNDECIDABLE = "undecidable"


@dataclass(frozen=True, slots=True)
class Cause:
    """One row of causes.yaml; `meaning` and `remedy` have places to fill in."""

    id: str
    verdict: Verdict
    meaning: str
    remedy: str
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One user's verdict. `cause` is empty for those who arrive, `value` shortened, `sentence` what AWS would answer.

    `attribute` is the target's, or the source's where only that is known; `mapping` how it is filled; `rule` where the rule
    is written.
    """

    user_principal_name: str
    verdict: Verdict
    cause: str = ""
    attribute: str = ""
    value: str = ""
    mapping: str = ""
    rule: str = ""
    sentence: str = ""
    meaning: str = ""
    remedy: str = ""


@cache
def causes() -> Mapping[str, Cause]:
    """Return the rows of causes.yaml by id."""
    rows = yaml.safe_load(files("harness.diagnosis").joinpath("causes.yaml").read_text(encoding="utf-8"))
    return {key: Cause(key, Verdict(row.pop("verdict")), **row) for key, row in rows.items()}


def finding(
    user: str,
    cause: str,
    *,
    attribute: str,
    value: str = "",
    mapping: str = "",
    sentence: str = "",
    **places: str,
) -> Finding:
    """Word a verdict from the table of causes."""
    row = causes()[cause]
    whole = {"attribute": attribute, "source": attribute, **places}
    return Finding(
        user,
        row.verdict,
        cause=cause,
        attribute=attribute,
        value=shortened(value),
        mapping=mapping,
        rule=row.source,
        sentence=sentence,
        meaning=filled(row.meaning, whole),
        remedy=filled(row.remedy, whole),
    )


def shortened(value: str) -> str:
    """Return a value as it may be shown: what cannot be seen is escaped, what is long is cut."""
    visible = "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}" for character in value
    )
    return visible if len(visible) <= _SHOWN else f"{visible[:_SHOWN]}… ({len(value)} characters)"


def filled(text: str, places: Mapping[str, str]) -> str:
    """Return a text with its places in braces filled in."""
    for name, value in places.items():
        text = text.replace(f"{{{name}}}", value)
    return text
