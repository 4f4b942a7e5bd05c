"""Reads the text of an answer as .NET's HttpContent does.

The charset that the Content-Type declares counts, else a byte order mark, else it is UTF-8. A Content-Encoding is not undone: the
provisioning service sends no Accept-Encoding, and .NET only undoes what it offers.

Sources: https://github.com/dotnet/runtime/blob/main/src/libraries/System.Net.Http/src/System/Net/Http/HttpContent.cs,
ReadBufferAsString; https://github.com/dotnet/corefx/issues/24496 and https://github.com/dotnet/HttpRepl/issues/238, the opening
posts (only a few charsets without a further package); https://github.com/reactiveui/refit/issues/336, opening post (`utf8` is
none); https://learn.microsoft.com/en-us/dotnet/api/system.net.http.httpclienthandler.automaticdecompression, "Remarks" (all read
2026-11-30). That the service reads this way is inferred.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from email.message import Message
from functools import lru_cache
from typing import Any

from harness.wire.message import Response

# .NET's names, and Python's. Where .NET's name leaves the order of octets open, it is the little-endian one.
_CODECS: Mapping[str, str] = {
    "utf-8": "utf-8",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32-le",
    "utf-32le": "utf-32-le",
    "utf-32be": "utf-32-be",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
}
# UTF-32's mark begins with UTF-16's.
_MARKS: Mapping[str, bytes] = {
    "utf-8": codecs.BOM_UTF8,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
_DETECTED = ("utf-8", "utf-32-le", "utf-16-le", "utf-16-be")


def in_utf8(response: Response) -> Response:
    """Return an answer whose body is UTF-8 without a mark; the same answer where that is so, or nobody knows its charset."""
    codec = _declared(response.header("Content-Type") or "") or _by_mark(response.body)
    mark = _MARKS.get(codec, b"")
    if codec in _CODECS.values() and (codec != "utf-8" or response.body.startswith(mark)):
        text = response.body.removeprefix(mark).decode(codec, "replace")
        return Response(response.status, response.headers, text.encode("utf-8", "replace"))
    return response


def json_in(response: Response) -> Any:
    """Return the JSON of an answer in UTF-8. Raises ValueError for other text, and where it declares an unknown charset."""
    declared = _declared(response.header("Content-Type") or "")
    if declared and declared not in _CODECS.values():
        raise ValueError(f"'{declared}' is not a supported encoding name")
    return response.json()


@lru_cache(maxsize=64)
def _declared(content_type: str) -> str:
    """Return the codec of a Content-Type's charset, an unknown charset itself, an empty text without one."""
    header = Message()
    header["Content-Type"] = content_type
    charset = str(header.get_param("charset", "")).lower()
    return _CODECS.get(charset, charset)


def _by_mark(body: bytes) -> str:
    return next((codec for codec in _DETECTED if body.startswith(_MARKS[codec])), "utf-8")
