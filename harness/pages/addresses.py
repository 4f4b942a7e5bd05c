"""The address to which a form returns: a path of this application, never another site."""

from __future__ import annotations


def way_back(address: str, otherwise: str = "/") -> str:
    """Return a path of this application; `otherwise` in place of anything else."""
    inside = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if inside and address.isprintable() else otherwise
