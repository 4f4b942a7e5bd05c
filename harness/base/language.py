"""A parser for small languages: tokens with their positions, and conditions joined by or, and, not and brackets.

OData's `$filter` and the membership rules of dynamic groups are such languages. Each has a pattern for its tokens, its three words
and a function that reads one term; `and` binds more tightly than `or`, `not` most tightly. The expressions of attribute mappings
have no such words and use the tokens alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple, NewType, Protocol

from msgspec import Struct

END = "end"


class UnreadableError(ValueError):
    """The text cannot be read from `position` on, counted from 0."""

    def __init__(self, position: int) -> None:
        super().__init__(f"unreadable at position {position}")
        self.position = position


class DepthError(ValueError):
    """Brackets and negations are nested deeper than the language allows."""


class Token(NamedTuple):
    """`kind` is the name of the pattern's group, END after the last token; `position` counts from 0."""

    kind: str
    text: str
    position: int


class Mark(NamedTuple):
    """The kind and text of a token; `text` in lower case, for case does not count in these words."""

    kind: str
    text: str


class Condition(Protocol):
    """A condition that holds for an object or does not."""

    def holds(self, item: Any) -> bool: ...


class Either(Struct, frozen=True):
    parts: tuple[Condition, ...]

    def holds(self, item: Any) -> bool:
        return any(part.holds(item) for part in self.parts)


class Both(Struct, frozen=True):
    """Holds if all parts do, of any number; without parts always."""

    parts: tuple[Condition, ...]

    def holds(self, item: Any) -> bool:
        return all(part.holds(item) for part in self.parts)


class Negated(Struct, frozen=True):
    part: Condition

    def holds(self, item: Any) -> bool:
        return not self.part.holds(item)


Tokens = NewType("Tokens", "re.Pattern[str]")


def tokens(kinds: str, flags: re.RegexFlag = re.NOFLAG) -> Tokens:
    """Compile a pattern that has a named group for each kind of token; white space before a token is skipped."""
    return Tokens(re.compile(rf"(?u:\s*+)(?:{kinds}|(?P<{END}>\Z))", flags))


class Reader:
    """The tokens of a text, one ahead.

    Raises UnreadableError where no token begins.
    """

    def __init__(self, text: str, pattern: Tokens) -> None:
        self.depth = 0
        self._text, self._match, self._end = text, pattern.match, 0
        self.token = self._next()

    def advance(self) -> Token:
        """Go to the next token and return the current one."""
        token = self.token
        self.token = self._next()
        return token

    def is_at(self, mark: Mark) -> bool:
        return self.token.kind == mark.kind and self.token.text.lower() == mark.text

    def passes(self, mark: Mark) -> bool:
        """Return whether the current token is this one, and go to the next if so."""
        if not self.is_at(mark):
            return False
        self.advance()
        return True

    def take(self, kind: str) -> str:
        """Return the current token's text and go to the next. Raises UnreadableError for another kind."""
        if self.token.kind != kind:
            raise self.error()
        return self.advance().text

    def demand(self, mark: Mark) -> None:
        if not self.passes(mark):
            raise self.error()

    def error(self) -> UnreadableError:
        return UnreadableError(self.token.position)

    def _next(self) -> Token:
        match = self._match(self._text, self._end)
        if match is None or match.lastgroup is None or match.lastindex is None:
            rest = self._text[self._end :]
            raise UnreadableError(len(self._text) - len(rest.lstrip()))
        position, self._end = match.span(match.lastindex)
        return Token(match.lastgroup, match[match.lastindex], position)


class Grammar(Struct, frozen=True):
    """A language's words and brackets. `term` reads everything else; `negation` None: the language has no `not`."""

    either: Mark
    both: Mark
    negation: Mark | None
    opening: Mark
    closing: Mark
    deepest: int
    term: Callable[[Reader], Condition]

    def read(self, reader: Reader) -> Condition:
        """Read conditions joined by the words, up to the first token that is none. Raises UnreadableError, DepthError."""
        choices = [self._read_both(reader)]
        while reader.passes(self.either):
            choices.append(self._read_both(reader))
        return choices[0] if len(choices) == 1 else Either(tuple(choices))

    def read_all(self, reader: Reader) -> Condition:
        """Read a whole text. Raises UnreadableError, DepthError."""
        condition = self.read(reader)
        if reader.token.kind != END:
            raise reader.error()
        return condition

    def _read_both(self, reader: Reader) -> Condition:
        demands = [self._read_one(reader)]
        while reader.passes(self.both):
            demands.append(self._read_one(reader))
        return demands[0] if len(demands) == 1 else Both(tuple(demands))

    def _read_one(self, reader: Reader) -> Condition:
        reader.depth += 1
        if reader.depth > self.deepest:
            raise DepthError
        if self.negation is not None and reader.passes(self.negation):
            condition: Condition = Negated(self._read_one(reader))
        elif reader.passes(self.opening):
            condition = self.read(reader)
            reader.demand(self.closing)
        else:
            condition = self.term(reader)
        reader.depth -= 1
        return condition
