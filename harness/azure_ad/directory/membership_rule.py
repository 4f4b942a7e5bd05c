"""Rules of dynamic groups: `(user.department -eq "Sales") -and (user.accountEnabled -eq true)`.

Read are `-eq`, `-ne`, `-startsWith` and `-contains` (without regard to case, as there), joined by `-and` and `-or`,
with brackets; `-and` binds more tightly.

Source: https://learn.microsoft.com/en-us/entra/identity/users/groups-dynamic-membership (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from harness.azure_ad.directory.properties import PropertyError, is_extension, table
from harness.base.errors import nearest
from harness.base.store import Document

Rule = Callable[[Document], bool]
_TOKEN = re.compile(
    r'\s*(?:([()])|(-\w+)|(user\.\w+)|"((?:[^"`]|`.)*)"|\'((?:[^\'`]|`.)*)\'|(true|false|null)\b)',
    re.IGNORECASE,
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


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._depth = 0
        self._kind, self._value = self._next()

    def parse(self) -> Rule:
        rule = self._either()
        if self._kind != "end":
            raise self._error()
        return rule

    def _either(self) -> Rule:
        choices = [self._both()]
        while (self._kind, self._value) == ("operator", "-or"):
            self._advance()
            choices.append(self._both())
        return choices[0] if len(choices) == 1 else lambda user: any(rule(user) for rule in choices)

    def _both(self) -> Rule:
        demands = [self._term()]
        while (self._kind, self._value) == ("operator", "-and"):
            self._advance()
            demands.append(self._term())
        return demands[0] if len(demands) == 1 else lambda user: all(rule(user) for rule in demands)

    def _term(self) -> Rule:
        if (self._kind, self._value) == ("bracket", "("):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise PropertyError("the membershipRule is nested too deeply")
            self._advance()
            rule = self._either()
            if (self._kind, self._value) != ("bracket", ")"):
                raise self._error()
            self._depth -= 1
            self._advance()
            return rule
        name = self._expect("property")
        operator = self._expect("operator")
        compare = _COMPARE.get(operator)
        if compare is None:
            raise PropertyError(
                f"the membershipRule's operator '{operator}' is not known; there are {', '.join(_COMPARE)}"
            )
        wanted = self._expect("value")
        if operator in _TEXT_ONLY and not isinstance(wanted, str):
            raise PropertyError(f"the membershipRule's operator '{operator}' needs a text in quotation marks")
        return lambda user: compare(_folded(user.get(name)), wanted)

    def _expect(self, kind: str) -> Any:
        if self._kind != kind:
            raise self._error()
        value = self._value
        self._advance()
        return value

    def _advance(self) -> None:
        self._kind, self._value = self._next()

    def _next(self) -> tuple[str, Any]:
        if not self._text[self._position :].strip():
            return "end", None
        match = _TOKEN.match(self._text, self._position)
        if match is None:
            raise self._error()
        bracket, operator, name, double, single, word = match.groups()
        if name is not None:
            known = _property(name.partition(".")[2])
            self._position = match.end()
            return "property", known
        self._position = match.end()
        if bracket is not None:
            return "bracket", bracket
        if operator is not None:
            return "operator", operator.lower()
        if word is not None:
            return "value", _WORDS[word.lower()]
        return "value", re.sub(r"`(.)", r"\1", double if double is not None else single).casefold()

    def _error(self) -> PropertyError:
        return PropertyError(f"the membershipRule cannot be read at position {self._position}: {self._text}")


def _property(name: str) -> str:
    rows = table()["User"]
    folded = {known.casefold(): known for known in rows}
    known = folded.get(name.casefold(), name)
    row = rows.get(known)
    if not is_extension(known) and (row is None or row["type"] == "object"):
        raise PropertyError(f"the membershipRule names no property of users: '{name}'{nearest(name, rows)}")
    return known


def _folded(value: Any) -> Any:
    if isinstance(value, list):
        return [item.casefold() for item in value]
    return value.casefold() if isinstance(value, str) else value


@lru_cache(maxsize=256)
def compile_rule(text: str) -> Rule:
    """Return whether a user fits the rule. Raises PropertyError for a rule that cannot be read."""
    return _Parser(text).parse()
