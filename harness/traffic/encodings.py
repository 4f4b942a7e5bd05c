"""Decodes compressed bodies, so that they can be read and searched for secrets."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TypeVar

import urllib3
from urllib3.exceptions import HTTPError

from harness.wire.message import Headers, Request, Response, TransportError
from harness.wire.sockets.network import MAX_ANSWER

_Message = TypeVar("_Message", Request, Response)


def plain(message: _Message) -> _Message:
    """Return a message with its body decoded. Raises TransportError for an unknown encoding."""
    packing = message.header("content-encoding")
    if packing is None:
        return message
    body = decoded(message.headers, message.body)
    if body is None:
        raise TransportError("reset", f"a body is packed as {packing}, which cannot be read here")
    headers = tuple(each for each in message.headers if each[0].lower() != "content-encoding")
    return replace(message, headers=headers, body=body)


def decoded(headers: Headers, body: bytes) -> bytes | None:
    """Return a body without its Content-Encoding; None for an unknown encoding, or a body not in it or beyond MAX_ANSWER.

    Gzip and deflate are always known, Brotli and Zstandard where a package for them is installed
    (https://urllib3.readthedocs.io/en/stable/advanced-usage.html#decoding-and-encoding, read 2026-11-29).
    """
    encodings = [
        each.strip().lower()
        for name, value in headers
        if name.lower() == "content-encoding"
        for each in value.split(",")
    ]
    packed = [each for each in encodings if each not in ("", "identity")]
    if not packed or not body:
        return body
    if not set(packed) <= set(urllib3.HTTPResponse.CONTENT_DECODERS):
        return None
    answer = urllib3.HTTPResponse(
        io.BytesIO(body), {"content-encoding": ", ".join(packed)}, preload_content=False
    )
    try:
        unpacked = answer.read(MAX_ANSWER + 1, decode_content=True)
    except HTTPError:
        return None
    return unpacked if len(unpacked) <= MAX_ANSWER else None
