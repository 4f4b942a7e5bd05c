"""The filters of RFC 7644, 3.4.2.2, read and applied; what a right server needs of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from harness.scim.path import get
from tests.certification.right.schema import CASE_EXACT, URNS

Test = Callable[[Any], bool]
_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<punctuation>[()\[\]])|(?P<word>[^\s()\[\]"]+))', re.UNICODE
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda there, wanted: there == wanted,
    "ne": lambda there, wanted: there != wanted,
    "co": lambda there, wanted: wanted in there,
    "sw": lambda there, wanted: there.startswith(wanted),
    "ew": lambda there, wanted: there.endswith(wanted),
    "gt": lambda there, wanted: there > wanted,
    "ge": lambda there, wanted: there >= wanted,
    "lt": lambda there, wanted: there < wanted,
    "le": lambda there, wanted: there <= wanted,
}


class FilterError(ValueError):
    """It is no filter."""


class Reader:
    """Reads one filter; `before` is what stands in front of the brackets of a value filter."""

    def __init__(self, text: str) -> None:
        self.words: list[str] = []
        place = 0
        while text[place:].strip():
            match = _TOKEN.match(text, place)
            if match is None:
                raise FilterError(text)
            self.words.append(match[0].strip())
            place = match.end()

    def whole(self) -> Test:
        test = self.either()
        if self.words:
            raise FilterError(self.words[0])
        return test

    def either(self) -> Test:
        tests = [self.both()]
        while self.takes("or"):
            tests.append(self.both())
        return lambda resource: any(test(resource) for test in tests)

    def both(self) -> Test:
        tests = [self.term()]
        while self.takes("and"):
            tests.append(self.term())
        return lambda resource: all(test(resource) for test in tests)

    def term(self) -> Test:
        if self.takes("not"):
            inner = self.bracketed("(", ")")
            return lambda resource: not inner(resource)
        if self.words and self.words[0] == "(":
            return self.bracketed("(", ")")
        name = self.word()
        if self.words and self.words[0] == "[":
            inner = self.bracketed("[", "]")
            if self.words and self.words[0].startswith("."):
                sub = self.words.pop(0)[1:]
                return self.compared(
                    lambda resource: [get(each, sub) for each in elements(resource, name) if inner(each)], sub
                )
            return lambda resource: any(inner(each) for each in elements(resource, name))
        return self.compared(lambda resource: values(resource, name), name)

    def compared(self, of: Callable[[Any], list[Any]], name: str) -> Test:
        operator = self.word().lower()
        if operator == "pr":
            return lambda resource: any(each not in (None, "", [], {}) for each in of(resource))
        if operator not in _COMPARE:
            raise FilterError(operator)
        wanted = json.loads(self.word())
        exact = name.rpartition(":")[2].lower() in CASE_EXACT
        if operator == "ne":
            return lambda resource: all(not _holds("eq", each, wanted, exact) for each in of(resource))
        return lambda resource: any(_holds(operator, each, wanted, exact) for each in of(resource))

    def bracketed(self, opening: str, closing: str) -> Test:
        if not self.takes(opening):
            raise FilterError(opening)
        test = self.either()
        if not self.takes(closing):
            raise FilterError(closing)
        return test

    def takes(self, word: str) -> bool:
        if self.words and self.words[0].lower() == word:
            del self.words[0]
            return True
        return False

    def word(self) -> str:
        if not self.words:
            raise FilterError("it has no end")
        return self.words.pop(0)


def parse(text: str) -> Test:
    """Return what tells whether a resource is chosen. Raises FilterError, or ValueError for a value that is no JSON."""
    return Reader(text).whole()


def elements(resource: Any, name: str) -> list[Any]:
    value = values(resource, name)
    return [each for each in value if isinstance(each, dict)]


def values(resource: Any, name: str) -> list[Any]:
    """Return what stands at a name such as `name.familyName`, one by one; of elements without a sub-attribute their value."""
    holder, rest = resource, name
    for urn in URNS:
        if name.lower().startswith(f"{urn.lower()}:"):
            rest = name[len(urn) + 1 :]
            holder = get(resource, urn) or ({} if urn not in resource.get("schemas", [])[:1] else resource)
            break
    reached: list[Any] = [holder]
    parts = rest.split(".")
    for part in parts:
        inner = [get(each, part) for each in reached if isinstance(each, dict)]
        reached = [one for each in inner for one in (each if isinstance(each, list) else [each])]
    if len(parts) == 1:
        reached += [get(each, "value") for each in reached if isinstance(each, dict)]
    return [each for each in reached if each is not None]


def _holds(operator: str, there: Any, wanted: Any, exact: bool) -> bool:
    if isinstance(there, str) and isinstance(wanted, str) and not exact:
        there, wanted = there.lower(), wanted.lower()
    if isinstance(there, bool) and isinstance(wanted, str):  # as Azure AD's `roles[primary eq "True"]` has it
        there, wanted = str(there).lower(), wanted.lower()
    if type(there) is not type(wanted):
        return False
    return _COMPARE[operator](there, wanted)
