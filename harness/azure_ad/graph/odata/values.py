"""JSON values in the type that their property declares: Graph takes a string for a Boolean, and no number for one.

A Logic App's `@{…}` always yields a string, so Microsoft's own validation workflow sends
`"forceChangePasswordNextSignIn": "True"`. The string is read as .NET parses it: any case, blanks around it.

Source: https://github.com/OData/odata.net, ODataPayloadValueConverter.ConvertStringValue (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.azure_ad.directory.properties import table
from harness.base.store import Document

_BOOLEANS = {"true": True, "false": False}


def as_boolean(value: Any) -> Any:
    """Return true or false for a string that says so; anything else as it is, for its property to refuse."""
    return _BOOLEANS.get(value.strip().lower(), value) if isinstance(value, str) else value


def in_declared_types(kind: str, properties: Document) -> Document:
    """Return the properties of a `User` or `Group`, and the parts of complex ones, in their declared types."""
    rows = table()[kind]
    return {name: _converted(value, rows.get(name, {})) for name, value in properties.items()}


def _converted(value: Any, row: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        members = row.get("members", {})
        return {name: _converted(part, {"type": members.get(name)}) for name, part in value.items()}
    return as_boolean(value) if row.get("type") == "boolean" else value
