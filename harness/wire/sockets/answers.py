"""Answers as the bytes that the server writes."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus

from msgspec import Struct

_NO_BODY = (204, 304)


class Answer(Struct, frozen=True):
    """`head` is the status line and the headers, each with its end, without the line that ends them all.

    It `closes` where it is the last of its connection: its headers say so, or promise another length than its body has, whose
    end nobody could tell then.
    """

    head: bytes
    body: bytes
    closes: bool = False

    def of_head(self) -> Answer:
        """Return this answer without its body, for HEAD (RFC 9110 section 9.3.2)."""
        return Answer(self.head, b"", self.closes)

    def octets(self, *, is_last: bool = False) -> bytes:
        """Return the bytes to write; with `is_last` they say that the connection ends."""
        end = b"connection: close\r\n\r\n" if is_last and not self.closes else b"\r\n"
        return self.head + end + self.body


def answer(status: int, headers: list[tuple[str, str]], body: bytes, *, is_head: bool = False) -> Answer:
    """Return an answer, with a Content-Length where it has none; one to HEAD has no body."""
    if status in _NO_BODY:
        body = b""
    lines, closes, has_length = [_status_line(status)], False, is_head or status in _NO_BODY
    for written, value in headers:
        name = written.lower()
        lines.append(f"{name}: {value}\r\n")
        if name == "connection":
            closes = closes or "close" in value.lower()
        elif name == "content-length":
            has_length = True
            closes = closes or not (is_head or value == str(len(body)))
    if not has_length:
        lines.append(f"content-length: {len(body)}\r\n")
    return Answer("".join(lines).encode("latin-1"), b"" if is_head else body, closes)


def refusal(status: int, reason: str) -> Answer:
    """Return an answer of the server's own, after which the connection ends."""
    body = reason.encode() + b"\n"
    headers = [("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(body)))]
    return answer(status, [*headers, ("connection", "close")], body)


@cache
def _status_line(status: int) -> str:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}\r\n"
