"""Hides secrets whose value is known, wherever it is repeated.

A secret is found as it is, percent-encoded (RFC 3986, 2.1), escaped as JSON (RFC 8259, 7) or HTML may escape it, and within
base64, as `Authorization: Basic` has it (RFC 7617, 2). What is known only by the name it stands under, `redaction.py` hides.
"""

from __future__ import annotations

import base64
import re
import string
from collections.abc import Iterable
from functools import cached_property, lru_cache

from msgspec import Struct

from harness.wire.message import Headers, Response

HIDDEN = "***"
LONGEST = 16_384  # bytes of a body that a log quotes: development servers answer errors with half a megabyte
_LONGEST_HEADER = 1_024  # characters of a value
# What tokens consist of, percent-encoded and in base64 too. Half a token is not recognised as one.
_OF_TOKENS = string.ascii_letters.encode() + string.digits.encode() + b"-._~+/=%\\"
_LONGEST_TOKEN = 16_384  # bytes
_SHORTEST = 12  # characters; a shorter secret may be part of any word, and is hidden where it is a word
_SHORTEST_ENCODED = 8  # bytes; base64 of fewer may be part of any text
_LITERAL = re.compile(r"[A-Za-z0-9_]+")


class _Spellings(Struct, frozen=True, dict=True):
    """`pattern` finds a secret in text, `in_bytes` in UTF-8. Without one of `marks` in it, no text can hold the secret.

    Most secrets are never repeated, so what finds them, `expression`, is compiled when one is.
    """

    marks: tuple[str, ...]
    marks_in_bytes: tuple[bytes, ...]
    expression: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.expression)

    @cached_property
    def in_bytes(self) -> re.Pattern[bytes]:
        return re.compile(self.expression.encode())


class Secrets:
    """Hides `texts` behind a mark; the empty text hides nothing. With `whole_words` they are found only as whole words."""

    def __init__(self, texts: Iterable[str], mark: str = HIDDEN, *, whole_words: bool = False) -> None:
        longest_first = sorted({text for text in texts if text}, key=lambda text: (-len(text), text))
        self._spellings = [_spellings(text, whole_words or len(text) < _SHORTEST) for text in longest_first]
        self._mark = mark

    def text(self, text: str) -> str:
        for each in self._spellings:
            if any(map(text.__contains__, each.marks)):
                text = each.pattern.sub(lambda _: self._mark, text)
        return text

    def body(self, body: bytes) -> bytes:
        for each in self._spellings:
            if any(map(body.__contains__, each.marks_in_bytes)):
                body = each.in_bytes.sub(lambda _: self._mark.encode(), body)
        return body

    def headers(self, headers: Headers) -> Headers:
        return tuple((name, self.text(value)) for name, value in headers)


def basic_password(credential: str) -> str:
    """Return the password in an Authorization header, from what follows `Basic `; an empty text without one."""
    try:
        return base64.b64decode(credential, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


@lru_cache(maxsize=256)
def _spellings(secret: str, whole_words: bool) -> _Spellings:
    plain = _pattern(secret)
    if whole_words:
        plain = rf"(?<!\w){plain}(?!\w)"
    encoded = _in_base64(secret.encode())
    expression = "|".join([plain, *map(_pattern, encoded)])
    marks = tuple(map(_mark, (secret, *encoded)))
    in_bytes = tuple(mark.encode() for mark in marks)
    return _Spellings(marks, in_bytes, expression)


def _mark(text: str) -> str:
    """Return the longest piece of a text that is the same in all its spellings."""
    return max(_LITERAL.findall(text), key=len, default="")


def _in_base64(secret: bytes) -> list[str]:
    """Return three texts, one of which stands in the base64 of any text with the secret; none for a short secret."""
    if len(secret) < _SHORTEST_ENCODED:
        return []
    texts = []
    for before in range(3):
        text = base64.b64encode(bytes(before) + secret).decode()
        mixed = (0, 2, 3)[before]  # characters that hold bits of what precedes
        texts.append(text[mixed : (before + len(secret)) * 8 // 6])
    return texts


def _pattern(text: str) -> str:
    """Return a pattern of a text's spellings; it begins with a backslash where the first of several stands."""
    pattern = "".join(map(_character, text))
    return pattern if _LITERAL.match(text) else rf"(?<!\\){pattern}"


def _character(character: str) -> str:
    """Return a pattern of a character's spellings."""
    if _LITERAL.fullmatch(character):
        return character
    units = character.encode("utf-16-be").hex()
    point = ord(character)
    escapes = [rf"(?<=\\)u{_any_case(units[at : at + 4])}" for at in range(0, len(units), 4)]
    spellings = [
        r"(?<=\\)" if character == "\\" else re.escape(character),
        "".join(f"%(?:25)*{_any_case(f'{byte:02x}')}" for byte in character.encode()),
        r"\\++".join(escapes),
        f"&#(?:0*{point}|[xX]0*{_any_case(f'{point:x}')});",
        *_NAMED.get(character, ()),
    ]
    # Backslashes are taken all at once: to try with fewer of them takes the square of their number.
    return rf"\\*+(?:{'|'.join(spellings)})"


def _any_case(digits: str) -> str:
    return "".join(
        f"[{digit.lower()}{digit.upper()}]" if digit.isalpha() else digit for digit in digits.lower()
    )


# Further spellings, as patterns: of a space in forms, of control characters in JSON, of what HTML names, of base64 in URLs.
_NAMED = {
    " ": (r"\+",),
    "\t": (r"(?<=\\)t",),
    "\n": (r"(?<=\\)n",),
    "\r": (r"(?<=\\)r",),
    "&": ("&amp;",),
    "<": ("&lt;",),
    ">": ("&gt;",),
    '"': ("&quot;",),
    "'": ("&apos;",),
    "+": ("-",),
    "/": ("_",),
}


def quotable(response: Response, secrets: Secrets) -> Response:
    """Return an answer without secrets, its body and headers cut to length; the body ends with the number of bytes left out."""
    headers, body = secrets.headers(response.headers), secrets.body(response.body)
    if len(body) > LONGEST:
        start = body[:LONGEST].decode("utf-8", "replace")
        body = f"{start}… ({len(body) - LONGEST:,} more bytes)".encode()
    return Response(response.status, tuple((name, _cut(value)) for name, value in headers), body)


def beginning(body: bytes, most: int) -> bytes:
    """Return the first `most` bytes of a body whose secrets are not hidden yet, without a word that goes on behind them."""
    if len(body) <= most:
        return body
    place = max(0, most - _LONGEST_TOKEN)
    return body[:place] + body[place:most].rstrip(_OF_TOKENS)


def _cut(value: str) -> str:
    return value if len(value) <= _LONGEST_HEADER else f"{value[:_LONGEST_HEADER]}…"
