"""Strict reading of JSON for all three surfaces, safe with any input; `base.json_text` writes it."""

from __future__ import annotations

import json
from typing import Any

from harness.base import json_text
from harness.base.json_text import encode

# Deep enough for any SCIM body, shallow enough for every function that later walks one.
_DEEPEST = 32


def decode(raw: bytes) -> Any:
    """Read JSON in UTF-8. Raises ValueError for anything else, duplicate members and unpaired surrogates included."""
    if b"\\" not in raw and (document := _read_at_once(raw)) is not None:
        return document
    text = raw.decode()
    try:
        document = _decoder.decode(text)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if text.count("[") + text.count("{") > _DEEPEST and _deeper(document, _DEEPEST):
        raise ValueError("too deep")
    if "\\ud" in text or "\\uD" in text:
        _require_writable(document)
    return document


def _read_at_once(raw: bytes) -> Any:
    """Return a document without escapes, deep nesting or repeated members; None where that is not certain.

    A repeated member shows in the number of quotation marks: decoding drops one of the two.
    """
    if raw.count(b"[") + raw.count(b"{") > _DEEPEST:
        return None
    try:
        document = json_text.decode(raw)
    except ValueError:
        return None
    return document if encode(document).count(b'"') == raw.count(b'"') else None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def _require_writable(document: Any) -> None:
    """Raise ValueError for an unpaired surrogate, which neither an answer nor the store can write as UTF-8."""
    try:
        encode(document)
    except TypeError as error:
        raise ValueError("an unpaired surrogate") from error


def _constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _deeper(document: Any, levels: int) -> bool:
    if not isinstance(document, dict | list):
        return False
    inner = document.values() if isinstance(document, dict) else document
    return levels == 0 or any(_deeper(item, levels - 1) for item in inner)


_decoder = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_constant)
