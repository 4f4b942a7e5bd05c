"""An error sentence or code, pasted from either log, in words."""

from __future__ import annotations

from collections.abc import Iterator

from harness.base.quirks import load_table
from harness.remedies.causes import filled
from harness.remedies.sentences import explanation

_ANY_CASE = {
    "source": "the attribute that is mapped to it",
    "count": "several",
    "others": "all but one of them, as facsimileTelephoneNumber and mobile",
}


def explained(pasted: str) -> Iterator[str]:
    """Yield the lines that explain a text: none where no row knows it."""
    words = explanation(pasted)
    if words is None:
        return
    places = {"attribute": words.named, "lacking": words.named, **_ANY_CASE}
    meaning = filled(words.meaning, places)
    yield meaning[:1].upper() + meaning[1:] if not words.attribute else meaning
    yield f"  to do:    {filled(words.remedy, places)}"
    yield f"  source:   {words.source}"
    yield from (f"  seen in:  {scenario}" for scenario in words.row.scenarios)
    if words.row.quirk:
        yield f"  quirk:    {words.row.quirk}: {_quirk(words.row.quirk)}"


def _quirk(name: str) -> str:
    tables = (load_table("harness.aws_sso"), load_table("harness.azure_ad"))
    return next(table.rows[name].sentence for table in tables if name in table.rows)
