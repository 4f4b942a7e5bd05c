"""OData's `$filter`, as far as Microsoft Graph's directory and logs take it.

Read are `eq`, `ne`, `ge`, `le`, `gt`, `lt`, `in`, `startswith`, `endswith`, `and`, `or`, `not`, brackets, and `any` over
collections of texts or objects. Texts are compared without regard to case, as there.

Source: https://learn.microsoft.com/en-us/graph/filter-query-parameter and …/aad-advanced-queries (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harness.base.clock import from_iso

Test = Callable[[Any], bool]
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^']|'')*')
  | (?P<moment>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?)(?![\w-])
  | (?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})
  | (?P<number>-?\d+(?:\.\d+)?)(?![\w-])
  | (?P<word>[A-Za-z_][\w.]*(?:/[A-Za-z_$][\w.]*)*)
  | (?P<mark>[(),:])
    )""",
    re.VERBOSE | re.ASCII,
)
_DEEPEST = 30
_WORDS = {"true": True, "false": False, "null": None}
_KINDS = {
    "eq": "Equal", "ne": "NotEqual", "ge": "GreaterThanOrEqual", "le": "LessThanOrEqual", "gt": "GreaterThan", "lt": "LessThan",
}  # fmt: skip
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda held, wanted: bool(held == wanted),
    "ne": lambda held, wanted: bool(held != wanted),
    "ge": lambda held, wanted: _ordered(held, wanted) and bool(held >= wanted),
    "le": lambda held, wanted: _ordered(held, wanted) and bool(held <= wanted),
    "gt": lambda held, wanted: _ordered(held, wanted) and bool(held > wanted),
    "lt": lambda held, wanted: _ordered(held, wanted) and bool(held < wanted),
}
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {"startswith": str.startswith, "endswith": str.endswith}


class FilterError(ValueError):
    """A filter that cannot be read; the message is Graph's."""


@dataclass(slots=True)
class Filter:
    """`test` tells whether an object passes. `demands` are the texts that paths must equal, whatever else is said.

    `operators` are those of advanced queries that occur: `ne`, `not`, `endswith`.
    """

    test: Test
    demands: Mapping[str, str] = field(default_factory=dict)
    operators: frozenset[str] = frozenset()


def parse(text: str, types: Mapping[str, str] | None = None, type_name: str = "") -> Filter:
    """Read a filter; an empty one lets everything pass.

    `types` has the properties' EDM types (`String`, `Boolean`, `DateTimeOffset`, `Complex`, `Collection`); without it
    any name goes. Raises FilterError.
    """
    if not text.strip():
        return Filter(lambda _: True)
    parser = _Parser(text, types, type_name)
    test = parser.parse()
    return Filter(test, parser.demands, frozenset(parser.operators))


class _Parser:
    """Recursive descent, one token ahead."""

    def __init__(self, text: str, types: Mapping[str, str] | None, type_name: str) -> None:
        self._text, self._types, self._type_name = text, types, type_name
        self._position = self._end = self._depth = 0
        self._variable = ""
        self._optional = 0  # how many `or`, `not` and `any` stand around: what they say is no demand
        self.demands: dict[str, str] = {}
        self.operators: set[str] = set()
        self._kind, self._token = "", ""
        self._advance()

    def parse(self) -> Test:
        test = self._either()
        if self._kind != "end":
            raise self._error()
        return test

    def _either(self) -> Test:
        before = dict(self.demands)
        choices = [self._both()]
        while self._is_word("or"):
            self._advance()
            choices.append(self._both())
        if len(choices) == 1:
            return choices[0]
        self.demands = before
        return lambda item: any(test(item) for test in choices)

    def _both(self) -> Test:
        tests = [self._unary()]
        while self._is_word("and"):
            self._advance()
            tests.append(self._unary())
        return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)

    def _unary(self) -> Test:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FilterError("Invalid filter clause: it is nested too deeply.")
        try:
            if self._is_word("not"):
                self._advance()
                self.operators.add("not")
                return self._negated()
            if (self._kind, self._token) == ("mark", "("):
                self._advance()
                test = self._either()
                self._take("mark", ")")
                return test
            return self._term()
        finally:
            self._depth -= 1

    def _negated(self) -> Test:
        self._optional += 1
        test = self._unary()
        self._optional -= 1
        return lambda item: not test(item)

    def _term(self) -> Test:
        name = self._take("word")
        if name.lower() in _FUNCTIONS:
            return self._function(name.lower())
        if name.endswith("/any"):
            return self._any(name.removesuffix("/any"))
        path = self._path(name)
        operator = self._take("word").lower()
        if operator == "in":
            return self._in(path, name)
        if operator not in _COMPARE:
            raise self._error()
        wanted = self._literal()
        self._check_types(name, wanted, operator)
        if operator == "ne":
            self.operators.add("ne")
        if operator == "eq" and isinstance(wanted, str) and not self._optional:
            self.demands[name] = wanted
        compare = _COMPARE[operator]
        return lambda item: compare(_like(_at(item, path), wanted), wanted)

    def _function(self, name: str) -> Test:
        if name == "endswith":
            self.operators.add(name)
        self._take("mark", "(")
        path = self._path(self._take("word"))
        self._take("mark", ",")
        wanted = self._literal()
        self._take("mark", ")")
        if not isinstance(wanted, str):
            raise FilterError(f"Invalid filter clause: {name} needs a text in '{self._text}'.")
        matches = _FUNCTIONS[name]

        def test(item: Any) -> bool:
            held = _at(item, path)
            return isinstance(held, str) and matches(held.casefold(), wanted)

        return test

    def _in(self, path: list[str], name: str) -> Test:
        self._take("mark", "(")
        wanted = [self._literal()]
        while (self._kind, self._token) == ("mark", ","):
            self._advance()
            wanted.append(self._literal())
        self._take("mark", ")")
        for value in wanted:
            self._check_types(name, value, "eq")
        return lambda item: any(_like(_at(item, path), value) == value for value in wanted)

    def _any(self, name: str) -> Test:
        path = self._path(name)
        if self._variable:
            raise FilterError(f"Invalid filter clause: any inside any in '{self._text}'.")
        self._take("mark", "(")
        self._variable = self._take("word")
        self._take("mark", ":")
        self._optional += 1
        inner = self._either()
        self._optional -= 1
        self._variable = ""
        self._take("mark", ")")

        def test(item: Any) -> bool:
            held = _at(item, path)
            return isinstance(held, list) and any(inner(element) for element in held)

        return test

    def _path(self, name: str) -> list[str]:
        """Return the steps from the object, or inside `any` from the element. Raises FilterError for an unknown name."""
        first, *rest = name.split("/")
        if self._variable:
            if first != self._variable:
                raise FilterError(
                    f"Invalid filter clause: '{first}' is not the range variable '{self._variable}'."
                )
            return rest
        if self._types is not None and first not in self._types:
            raise FilterError(
                f"Invalid filter clause: Could not find a property named '{first}' on type '{self._type_name}'."
            )
        return [first, *rest]

    def _literal(self) -> Any:
        value = self._value()
        self._advance()
        return value

    def _value(self) -> Any:
        kind, token = self._kind, self._token
        if kind == "text":
            return token[1:-1].replace("''", "'").casefold()
        if kind == "guid":
            return token.casefold()
        if kind == "number":
            return float(token)
        if kind == "moment":
            return self._moment(token)
        if kind == "word" and token in _WORDS:
            return _WORDS[token]
        raise self._error()

    def _moment(self, token: str) -> datetime:
        try:
            return from_iso(token if "T" in token else f"{token}T00:00:00Z")
        except ValueError as error:
            raise self._error() from error

    def _check_types(self, name: str, wanted: Any, operator: str) -> None:
        held = None if self._types is None or self._variable or "/" in name else self._types[name]
        given = _edm(wanted)
        if held is None or given is None:
            return
        if held != given:
            raise FilterError(
                "Invalid filter clause: A binary operator with incompatible types was detected. Found operand types "
                f"'Edm.{held}' and 'Edm.{given}' for operator kind '{_KINDS[operator]}'."
            )

    def _is_word(self, word: str) -> bool:
        return self._kind == "word" and self._token.lower() == word

    def _take(self, kind: str, token: str | None = None) -> str:
        if self._kind != kind or (token is not None and self._token != token):
            raise self._error()
        taken = self._token
        self._advance()
        return taken

    def _advance(self) -> None:
        self._position = len(self._text) - len(self._text[self._end :].lstrip())
        if not self._text[self._end :].strip():
            self._kind, self._token = "end", ""
            return
        match = _TOKEN.match(self._text, self._end)
        if match is None:
            raise self._error()
        self._kind = str(match.lastgroup)
        self._token = match[self._kind]
        self._end = match.end()

    def _error(self) -> FilterError:
        return FilterError(
            f"Invalid filter clause: Syntax error at position {self._position} in '{self._text}'."
        )


def _edm(value: Any) -> str | None:
    """Return the EDM type of a literal, None for null, which goes with every type."""
    types = {bool: "Boolean", str: "String", float: "Double", datetime: "DateTimeOffset"}
    return types.get(type(value))


def _at(item: Any, path: list[str]) -> Any:
    for name in path:
        item = item.get(name) if isinstance(item, dict) else None
    return item


def _like(held: Any, wanted: Any) -> Any:
    """Return what an object holds in the form of the literal that it is compared with."""
    if isinstance(held, int) and not isinstance(held, bool):
        return float(held)
    if not isinstance(held, str):
        return held
    if isinstance(wanted, datetime):
        try:
            moment = from_iso(held)
        except ValueError:
            return held
        return moment if moment.tzinfo else held
    return held.casefold()


def _ordered(held: Any, wanted: Any) -> bool:
    """Tell whether two values have an order: null and values of other types have none."""
    return (
        held is not None
        and wanted is not None
        and type(held) is type(wanted)
        and not isinstance(held, dict | list)
    )
