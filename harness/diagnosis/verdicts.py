"""The finding about one user, its sentences taken from the table of causes."""

from __future__ import annotations

from dataclasses import dataclass

from harness.remedies.causes import Verdict, causes, filled

_SHOWN = 40


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
    """Return a finding with the verdict and sentences of a cause in the table."""
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
    """Return a value for display: invisible characters escaped, long values cut."""
    visible = "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}" for character in value
    )
    return visible if len(visible) <= _SHOWN else f"{visible[:_SHOWN]}… ({len(value)} characters)"
