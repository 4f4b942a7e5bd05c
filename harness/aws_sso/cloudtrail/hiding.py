"""Hides personal values in a SCIM call's JSON: they are null in the log, and AWS's words for them in the event."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from harness.base.clock import from_iso

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_LEFT_OUT = "externalId"
_NOT_NULL = frozenset({"id", "resourceType", _LEFT_OUT})
_META_SHOWN = frozenset({"resourceType", "created", "lastModified"})


def request_body(body: Any, *, hide_schemas: bool) -> Any:
    """Return a request's JSON as logged: operations under a lower-case name, their op and path readable."""
    if not isinstance(body, dict) or not isinstance(body.get("Operations"), list):
        return _hide(body, hide_schemas)
    rest = {name: value for name, value in body.items() if name != "Operations"}
    operations = [_operation(operation) for operation in body["Operations"]]
    return {"operations": operations, **_hide(rest, hide_schemas)}


def _operation(operation: Any) -> Any:
    if not isinstance(operation, dict):
        return None
    copy: dict[str, Any] = {"op": str(operation.get("op")).upper()}
    if isinstance(operation.get("path"), str):
        copy["path"] = operation["path"]
    if "value" in operation:
        copy["value"] = None
    return copy


def _hide(value: Any, hide_schemas: bool) -> Any:
    """Return a JSON value with null for every text and number; booleans, ids and dates of answers stay.

    Every write calls this for each member, so it compares exact types, which is faster; JSON is read into no others.
    """
    kind = type(value)
    if kind is dict:
        hidden: dict[str, Any] = {}
        for name, item in value.items():
            kind = type(item)
            if kind is str:
                if name not in _NOT_NULL:
                    hidden[name] = None
                elif name != _LEFT_OUT:
                    hidden[name] = item
            elif kind is bool or (name == "schemas" and not hide_schemas and _are_texts(item)):
                hidden[name] = item
            elif kind is dict and name == "meta":
                hidden[name] = {
                    key: date for key, date in item.items() if key in _META_SHOWN and isinstance(date, str)
                }
            elif item is not None:
                hidden[name] = _hide(item, hide_schemas)
        return hidden
    if kind is list:
        return [_hide(item, hide_schemas) for item in value]
    return value if kind is bool else None


def with_words(hidden: Any) -> Any:
    """Return what `_hide` left, with AWS's words in place of null."""
    if isinstance(hidden, dict):
        return {name: with_words(item) for name, item in hidden.items()}
    if isinstance(hidden, list):
        return [with_words(item) for item in hidden]
    return HIDDEN if hidden is None else hidden


def _are_texts(item: Any) -> bool:
    return isinstance(item, list) and set(map(type, item)) <= {str}


def resource(answer: Mapping[str, Any], *, hide_schemas: bool) -> dict[str, Any]:
    """Return the resource that a call answered with, as logged."""
    hidden: dict[str, Any] = _hide(answer, hide_schemas)
    meta = answer["meta"]
    hidden["meta"] = {
        "created": _english(meta["created"]),
        "lastModified": _english(meta["lastModified"]),
        "resourceType": meta["resourceType"],
    }
    return hidden


@lru_cache(maxsize=64)
def _english(moment: str) -> str:
    """Write `Oct 10, 2024, 1:23:45 PM`, which is how these events print dates."""
    when = from_iso(moment)
    hour = when.hour % 12 or 12
    return f"{when:%b} {when.day}, {when.year}, {hour}:{when:%M:%S %p}"
