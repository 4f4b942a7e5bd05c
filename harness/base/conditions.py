"""Conditions on words, `setup and not (slow or "two words")`, which select by tags and by names."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from harness.base.errors import HarnessError
from harness.base.language import (
    END,
    Both,
    Condition,
    DepthError,
    Either,
    Grammar,
    Mark,
    Negated,
    Reader,
    UnreadableError,
    tokens,
)

_TOKENS = tokens(
    r"""(?P<operator>(?:and|or|not)(?![^\s()"'])|[()])|(?P<quoted>"[^"]*"|'[^']*')|(?P<word>[^\s()"']+)"""
)
_DEEPEST = 50


class Word(Struct, frozen=True):
    text: str

    def holds(self, item: Any) -> bool:
        """Return the result of `item`, a function of one text, for this word."""
        return bool(item(self.text))


def condition(text: str) -> Condition:
    """Read a condition. It holds for a function that returns whether a word is there.

    Raises HarnessError with the column of the mistake.
    """
    try:
        return _GRAMMAR.read_all(Reader(text, _TOKENS))
    except UnreadableError as error:
        raise _mistake(text, error.position, _objection(text, error.position)) from error
    except DepthError as error:
        raise _mistake(text, 0, f"more than {_DEEPEST} brackets and 'not' inside each other") from error


def any_of(texts: tuple[str, ...]) -> Condition | None:
    """Read several conditions as one that holds if any does, None for none. Raises HarnessError."""
    return Either(tuple(map(condition, texts))) if texts else None


def words(read: Condition) -> tuple[str, ...]:
    """Return the words of a condition, in order."""
    if isinstance(read, Negated):
        return words(read.part)
    if isinstance(read, (Either, Both)):
        return tuple(word for part in read.parts for word in words(part))
    return (read.text,) if isinstance(read, Word) else ()


def _term(reader: Reader) -> Condition:
    if reader.token.kind == "quoted":
        return Word(reader.advance().text[1:-1])
    return Word(reader.take("word"))


_GRAMMAR = Grammar(
    either=Mark("operator", "or"),
    both=Mark("operator", "and"),
    negation=Mark("operator", "not"),
    opening=Mark("operator", "("),
    closing=Mark("operator", ")"),
    deepest=_DEEPEST,
    term=_term,
)


def _objection(text: str, position: int) -> str:
    """Return what is wrong at a position, by the tokens before it."""
    before = [match for match in _TOKENS.finditer(text[:position]) if match.lastgroup != END]
    lacks_word = not before or before[-1]["operator"] not in (None, ")")
    if position == len(text):
        return "a word is missing" if lacks_word else "a ')' is missing"
    token = _TOKENS.match(text, position)
    if token is None:
        return "a quote is opened and never closed"
    if lacks_word:
        return f"a word is expected, not '{token[0]}'"
    return f"'{token[0]}' cannot stand here; join words with 'and' or 'or'"


def _mistake(text: str, position: int, message: str) -> HarnessError:
    return HarnessError(f"in the condition {text!r}, column {position + 1}: {message}")
