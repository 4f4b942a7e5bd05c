"""Conditions in words: `setup and not (slow or "two words")`, for choosing by tags and by names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from harness.base.errors import HarnessError

_TOKEN = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([()])|([^\s()\"']+))")
_OPERATORS = ("and", "or", "not", "(", ")")


@dataclass(frozen=True, slots=True)
class Word:
    text: str

    def holds(self, test: Callable[[str], bool]) -> bool:
        return test(self.text)


@dataclass(frozen=True, slots=True)
class Not:
    inner: Condition

    def holds(self, test: Callable[[str], bool]) -> bool:
        return not self.inner.holds(test)


@dataclass(frozen=True, slots=True)
class Every:
    """All of its parts hold."""

    parts: tuple[Condition, ...]

    def holds(self, test: Callable[[str], bool]) -> bool:
        return all(part.holds(test) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Some:
    """One of its parts holds."""

    parts: tuple[Condition, ...]

    def holds(self, test: Callable[[str], bool]) -> bool:
        return any(part.holds(test) for part in self.parts)


Condition: TypeAlias = Word | Not | Every | Some


def condition(text: str) -> Condition:
    """Read a condition. Raises HarnessError with the column of what cannot stand there."""
    reader = _Reader(text)
    read = reader.some()
    reader.end()
    return read


def words(read: Condition) -> tuple[str, ...]:
    """Return the words of a condition, in order."""
    if isinstance(read, Word):
        return (read.text,)
    if isinstance(read, Not):
        return words(read.inner)
    return tuple(word for part in read.parts for word in words(part))


class _Reader:
    """Reads a condition from left to right; `not` binds closest, then `and`, then `or`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str, int]] = []
        self._place = 0
        at = 0
        while text[at:].strip():
            token = _TOKEN.match(text, at)
            if token is None:
                raise self._mistake("a quote is opened and never closed", at)
            quoted = token[1] if token[1] is not None else token[2]
            kind = "word" if quoted is not None else self._kind(token[3] or token[4])
            self._tokens.append(
                (kind, quoted or token[3] or token[4] or "", token.end() - len(token[0].strip()))
            )
            at = token.end()

    def some(self) -> Condition:
        parts = [self._every()]
        while self._take("or"):
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def end(self) -> None:
        if self._place < len(self._tokens):
            _, text, at = self._tokens[self._place]
            raise self._mistake(f"'{text}' cannot stand here; join words with 'and' or 'or'", at)

    def _every(self) -> Condition:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _one(self) -> Condition:
        if self._take("not"):
            return Not(self._one())
        if self._take("("):
            inner = self.some()
            if not self._take(")"):
                raise self._mistake("a ')' is missing", len(self._text))
            return inner
        if self._place >= len(self._tokens):
            raise self._mistake("a word is missing", len(self._text))
        kind, text, at = self._tokens[self._place]
        if kind != "word":
            raise self._mistake(f"a word is expected, not '{text}'", at)
        self._place += 1
        return Word(text)

    def _take(self, kind: str) -> bool:
        here = self._place < len(self._tokens) and self._tokens[self._place][0] == kind
        self._place += here
        return here

    def _kind(self, text: str) -> str:
        return text if text in _OPERATORS else "word"

    def _mistake(self, message: str, at: int) -> HarnessError:
        return HarnessError(f"in the condition {self._text!r}, column {at + 1}: {message}")
