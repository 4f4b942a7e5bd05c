"""Reading a small language once: tokens with their places, and conditions joined by or, and, not and brackets.

OData's `$filter` and the membership rules of dynamic groups are such languages. Each brings a pattern for its tokens,
its three words and a function that reads one term; `and` binds more tightly than `or`, `not` most tightly.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

END = "end"


class UnreadableError(ValueError):
    """The text makes no sense from `position` on, counted from 0."""

    def __init__(self, position: int) -> None:
        super().__init__(f"unreadable at position {position}")
        self.position = position


class DepthError(ValueError):
    """More brackets and negations inside each other than the language allows."""


class Token(NamedTuple):
    """`kind` is the name of the pattern's group, END behind the last one; `position` counts from 0."""

    kind: str
    text: str
    position: int


class Mark(NamedTuple):
    """What a token must be; `text` in lower case, for the words of these languages have none."""

    kind: str
    text: str


class Condition(Protocol):
    """Something that holds for an object or does not."""

    def holds(self, item: Any) -> bool: ...


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Condition, ...]

    def holds(self, item: Any) -> bool:
        return any(part.holds(item) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Both:
    """All of the parts, be they more than two; of none, what lets everything pass."""

    parts: tuple[Condition, ...]

    def holds(self, item: Any) -> bool:
        return all(part.holds(item) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Negated:
    part: Condition

    def holds(self, item: Any) -> bool:
        return not self.part.holds(item)


class Reader:
    """The tokens of a text, one ahead. `pattern` has a named group for each kind of token.

    Raises UnreadableError where no token begins.
    """

    def __init__(self, text: str, pattern: re.Pattern[str]) -> None:
        self.depth = 0
        self._text, self._pattern = text, pattern
        self.token = self._next(0)

    def advance(self) -> Token:
        """Go to the next token and return the one left behind."""
        token = self.token
        self.token = self._next(token.position + len(token.text))
        return token

    def is_at(self, mark: Mark) -> bool:
        return self.token.kind == mark.kind and self.token.text.lower() == mark.text

    def passes(self, mark: Mark) -> bool:
        """Go on if this token comes next, and tell whether it did."""
        if not self.is_at(mark):
            return False
        self.advance()
        return True

    def take(self, kind: str) -> str:
        """Return the next token's text. Raises UnreadableError when it is of another kind."""
        if self.token.kind != kind:
            raise self.error()
        return self.advance().text

    def demand(self, mark: Mark) -> None:
        if not self.passes(mark):
            raise self.error()

    def error(self) -> UnreadableError:
        return UnreadableError(self.token.position)

    def _next(self, end: int) -> Token:
        position = end
        while self._text[position : position + 1].isspace():
            position += 1
        if position == len(self._text):
            return Token(END, "", position)
        match = self._pattern.match(self._text, position)
        if match is None or match.lastgroup is None:
            raise UnreadableError(position)
        return Token(match.lastgroup, match[0], position)


@dataclass(frozen=True, slots=True)
class Grammar:
    """A language's words. `term` reads what is neither word nor bracket; `negation` None: the language has no `not`."""

    either: Mark
    both: Mark
    negation: Mark | None
    opening: Mark
    closing: Mark
    deepest: int
    term: Callable[[Reader], Condition]

    def read(self, reader: Reader) -> Condition:
        """Read conditions joined by the words, as far as they go. Raises UnreadableError, DepthError."""
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
