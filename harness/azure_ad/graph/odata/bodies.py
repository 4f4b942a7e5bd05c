"""Request bodies: JSON as OData.net reads it, which takes names without quotes and single quotes.

Microsoft's own examples are written so: `{ credentials: [ { key: "UserName", …`, `{ templateId: "customappsso" }`.

Source: https://github.com/OData/odata.net, src/Microsoft.OData.Core/Json/JsonReader.cs, the remarks marked COMPAT, and
https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationjob-validatecredentials (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

import re
from typing import Any

from harness.azure_ad.graph.odata import refusals
from harness.base import json_text
from harness.base.store import Document
from harness.wire.present import present

_DEEPEST = 300  # a schema with the most deeply nested expression has 160 levels
_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t\r\n]+)
  | (?P<double>"(?:[^"\\]|\\.)*")
  | (?P<single>'(?:[^'\\]|\\.)*')
  | (?P<mark>[{}\[\]:,])
  | (?P<word>[^\s{}\[\]:,"']+)
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"[\w$@.\-#]+\Z")


def body() -> Document:
    """Return the JSON object of the request. Raises ODataError 400 for anything else."""
    raw = present().body()
    if not raw.strip():
        raise refusals.BODY_NO_OBJECT.error(node="EndOfInput")
    try:
        document = _decoded(raw)
        if json_text.is_deep(document, _DEEPEST):
            raise ValueError("nested too deeply")  # noqa: TRY301
    except (ValueError, TypeError) as error:
        raise refusals.BODY_UNREADABLE.error() from error
    if not isinstance(document, dict):
        raise refusals.BODY_NO_OBJECT.error(
            node="StartArray" if isinstance(document, list) else "PrimitiveValue"
        )
    return document


def optional_body() -> Document:
    """Return the JSON object of the request, an empty one when it has no body. Raises ODataError 400."""
    return body() if present().body().strip() else {}


def _decoded(text: bytes) -> Any:
    try:
        return json_text.decode(text)
    except ValueError:
        return json_text.decode(strict(text.decode()))


def strict(text: str) -> str:
    """Return relaxed JSON as JSON: names get quotation marks, single quotes become double ones. Raises ValueError."""
    pieces: list[str] = []
    position, is_name = 0, False  # `is_name`: the last piece may be a name, if a colon follows
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"no JSON at position {position}")
        position, kind, token = match.end(), match.lastgroup, match[0]
        if kind == "blank":
            continue
        if kind == "mark" and is_name and token.startswith(":"):
            pieces[-1] = f'"{pieces[-1]}"'
        is_name = kind == "word" and _NAME.match(token) is not None
        pieces.append(_double_quoted(token) if kind == "single" else token)
    return " ".join(pieces)  # so that two words stay two


def _double_quoted(token: str) -> str:
    inner = re.sub(r"\\'", "'", token[1:-1])
    return '"' + re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', inner) + '"'
