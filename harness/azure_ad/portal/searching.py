"""Searching the directory's objects by what people know of them: name, address or id."""

from __future__ import annotations

from harness.pages.listing import Test, containing

_NAMES = ("displayName", "userPrincipalName", "mail", "id")


def named(text: str) -> Test | None:
    """Return a test for objects whose name, address or id holds a text, in whatever case; None for no text."""
    return containing(text, _NAMES)
