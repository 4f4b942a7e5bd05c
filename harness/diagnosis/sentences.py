"""An error sentence or code, pasted in whole or in part, to what it means: the table sentences.yaml asked in order."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from harness.base.quirks import load_table
from harness.diagnosis.verdicts import causes, filled

_ESCAPES = re.compile(r"\\+([\"'/rnt])")
_BLANK = {"r": " ", "n": " ", "t": " "}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One row; `cause` names the row of causes.yaml whose words count, else the row has its own.

    `seen` is what stands in its scenarios, where they spell it otherwise.
    """

    text: re.Pattern[str]
    scenarios: tuple[str, ...]
    cause: str = ""
    meaning: str = ""
    remedy: str = ""
    source: str = ""
    quirk: str = ""
    seen: str = ""


@cache
def sentences() -> tuple[Sentence, ...]:
    """Return the rows of sentences.yaml, in order."""
    rows = yaml.safe_load(files("harness.diagnosis").joinpath("sentences.yaml").read_text(encoding="utf-8"))
    return tuple(
        Sentence(re.compile(row.pop("text"), re.IGNORECASE | re.DOTALL), tuple(row.pop("scenarios")), **row)
        for row in rows
    )


def explained(pasted: str) -> Iterator[str]:
    """Yield the lines that explain a text from a log: none where no row knows it."""
    text = _plain(pasted)
    for row in sentences():
        if (match := row.text.search(text)) is not None:
            yield from _lines(row, next((group for group in match.groups() if group), ""))
            return


def _lines(row: Sentence, attribute: str) -> Iterator[str]:
    cause = causes().get(row.cause)
    meaning, remedy, source = (
        (cause.meaning, cause.remedy, cause.source) if cause else (row.meaning, row.remedy, row.source)
    )
    places = {
        "attribute": attribute or "one of the attributes",
        "source": "the attribute that is mapped to it",
        "count": "several",
        "others": "all but one of them, as facsimileTelephoneNumber and mobile",
    }
    yield filled(meaning, places)
    yield f"  to do:    {filled(remedy, places)}"
    yield f"  source:   {source}"
    yield from (f"  seen in:  {scenario}" for scenario in row.scenarios)
    if row.quirk:
        yield f"  quirk:    {row.quirk}: {_quirk(row.quirk)}"


def _quirk(name: str) -> str:
    tables = (load_table("harness.aws_sso"), load_table("harness.azure_ad"))
    return next(table.rows[name].sentence for table in tables if name in table.rows)


def _plain(pasted: str) -> str:
    """Take off what logs put around a sentence: JSON in JSON, HTML, escapes."""
    text = html.unescape(pasted)
    try:
        parsed = json.loads(text)
        text = json.dumps(parsed, ensure_ascii=False) if not isinstance(parsed, str) else parsed
    except ValueError:
        pass
    return _ESCAPES.sub(lambda match: _BLANK.get(match[1], match[1]), text)
