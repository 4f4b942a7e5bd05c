"""Rules of dynamic groups: `(user.department -eq "Sales") -and (user.accountEnabled -eq true)`.

Read are `-eq`, `-ne`, `-startsWith` and `-contains` (without regard to case, as there), joined by `-and` and `-or`,
with brackets; `-and` binds more tightly.

Source: https://learn.microsoft.com/en-us/entra/identity/users/groups-dynamic-membership (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from harness.azure_ad.directory.properties import PropertyError, is_extension, table
from harness.base.errors import nearest
from harness.base.language import Condition, DepthError, Grammar, Mark, Reader, UnreadableError
from harness.base.store import Document

Rule = Callable[[Document], bool]
_TOKEN = re.compile(
    r"""
    (?P<bracket>[()])
  | (?P<operator>-\w+)
  | (?P<property>user\.\w+)
  | (?P<text>"(?:[^"`]|`.)*"|'(?:[^'`]|`.)*')
  | (?P<word>(?:true|false|null)\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DEEPEST = 30
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "-eq": lambda held, wanted: bool(held == wanted),
    "-ne": lambda held, wanted: bool(held != wanted),
    "-startswith": lambda held, wanted: isinstance(held, str) and held.startswith(wanted),
    "-contains": lambda held, wanted: wanted in held if isinstance(held, str | list) else False,
}
_TEXT_ONLY = ("-startswith", "-contains")
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Comparison:
    """`wanted` is casefolded text, true, false or null."""

    name: str
    operator: str
    wanted: Any

    def holds(self, user: Document) -> bool:
        return _COMPARE[self.operator](_folded(user.get(self.name)), self.wanted)


def _comparison(reader: Reader) -> Condition:
    name = _property(reader.take("property").partition(".")[2])
    operator = reader.take("operator").lower()
    if operator not in _COMPARE:
        raise PropertyError(
            f"the membershipRule's operator '{operator}' is not known; there are {', '.join(_COMPARE)}"
        )
    wanted = _literal(reader)
    if operator in _TEXT_ONLY and not isinstance(wanted, str):
        raise PropertyError(f"the membershipRule's operator '{operator}' needs a text in quotation marks")
    return Comparison(name, operator, wanted)


def _literal(reader: Reader) -> Any:
    if reader.token.kind == "word":
        return _WORDS[reader.advance().text.lower()]
    return re.sub(r"`(.)", r"\1", reader.take("text")[1:-1]).casefold()


_GRAMMAR = Grammar(
    either=Mark("operator", "-or"),
    both=Mark("operator", "-and"),
    negation=None,
    opening=Mark("bracket", "("),
    closing=Mark("bracket", ")"),
    deepest=_DEEPEST,
    term=_comparison,
)


def _property(name: str) -> str:
    rows = table()["User"]
    spelling = {declared.casefold(): declared for declared in rows}.get(name.casefold(), name)
    row = rows.get(spelling)
    if not is_extension(spelling) and (row is None or row["type"] == "object"):
        raise PropertyError(f"the membershipRule names no property of users: '{name}'{nearest(name, rows)}")
    return spelling


def _folded(value: Any) -> Any:
    if isinstance(value, list):
        return [item.casefold() for item in value]
    return value.casefold() if isinstance(value, str) else value


@lru_cache(maxsize=256)
def compile_rule(text: str) -> Rule:
    """Return whether a user fits the rule. Raises PropertyError for a rule that cannot be read."""
    try:
        return _GRAMMAR.read_all(Reader(text, _TOKEN)).holds
    except UnreadableError as error:
        raise PropertyError(
            f"the membershipRule cannot be read at position {error.position}: {text}"
        ) from error
    except DepthError as error:
        raise PropertyError("the membershipRule is nested too deeply") from error
