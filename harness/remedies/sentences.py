"""Which row of sentences.yaml knows an error's sentence or code, given whole or in part; the first that fits counts."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from functools import cache

from harness.base.tables import read_table
from harness.remedies.causes import causes

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


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a text means: words with places still to fill in, and the target's attributes that the text names, if it does."""

    meaning: str
    remedy: str
    source: str
    names: tuple[str, ...]
    row: Sentence

    @property
    def attribute(self) -> str:
        """The first attribute that the text names, empty for none."""
        return self.names[0] if self.names else ""

    @property
    def named(self) -> str:
        """The attribute as sentences name it, one that no text says included."""
        return self.spoken(self.attribute)

    def spoken(self, attribute: str) -> str:
        """Return how sentences name an attribute, or one that no text names."""
        if self.row.cause == "taken-in-aws" and attribute in ("", "emails"):
            return "e-mail address" if attribute else "userName or e-mail address"
        return attribute or "an attribute"


# What AWS's log calls the attributes that it keeps unique: "Duplicate Email".
_PATHS = {"Email": "emails", "UserName": "userName", "UserExternalId": "externalId"}


@cache
def sentences() -> tuple[Sentence, ...]:
    """Return the rows of sentences.yaml, in order."""
    rows = read_table("harness.remedies", "sentences.yaml")
    return tuple(
        Sentence(re.compile(row.pop("text"), re.IGNORECASE | re.DOTALL), tuple(row.pop("scenarios")), **row)
        for row in rows
    )


def explanation(pasted: str) -> Explanation | None:
    """Return what a text from either log means; None where no row knows it."""
    text = _plain(pasted)
    for row in sentences():
        if row.text.search(text) is not None:
            groups = (next(filter(None, match.groups()), "") for match in row.text.finditer(text))
            names = tuple(dict.fromkeys(_PATHS.get(name, name) for name in groups if name))
            words = causes()[row.cause] if row.cause else row
            return Explanation(words.meaning, words.remedy, words.source, names, row)
    return None


def _plain(pasted: str) -> str:
    """Take off what logs put around a sentence: JSON in JSON, HTML, escapes."""
    text = html.unescape(pasted)
    try:
        parsed = json.loads(text)
        text = json.dumps(parsed, ensure_ascii=False) if not isinstance(parsed, str) else parsed
    except ValueError:
        pass
    return _ESCAPES.sub(lambda match: _BLANK.get(match[1], match[1]), text)
