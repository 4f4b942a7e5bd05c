"""The operations of a PATCH that several checks send.

Source: RFC 7644, 3.5.2, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from typing import Any

from harness.base.store import Document

WORK_ADDRESS = 'emails[type eq "work"].value'


def replaced(path: str, new: Any) -> Document:
    return {"op": "replace", "path": path, "value": new}


def members_added(*members: Document) -> Document:
    """Return the operation that adds members, to a group."""
    return {"op": "add", "path": "members", "value": [{"value": each["id"]} for each in members]}


def added(mail: str, **more: Any) -> Document:
    """Return the operation that adds an address of type home."""
    return {"op": "add", "path": "emails", "value": [{"value": mail, "type": "home", **more}]}
