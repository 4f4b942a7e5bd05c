"""Where a form leads back to: a path of this application, and of no other site."""

from __future__ import annotations


def way_back(address: str, otherwise: str = "/") -> str:
    """Return a path of this application; anything else is taken for `otherwise`."""
    inside = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if inside and address.isprintable() else otherwise
