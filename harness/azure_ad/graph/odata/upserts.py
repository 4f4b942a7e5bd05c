"""Objects that a PATCH creates if they do not exist: `PATCH /applications(uniqueName='…')` with `Prefer: create-if-missing`.

Source: https://learn.microsoft.com/en-us/graph/api/application-upsert and …/group-upsert, "Request headers" and "Response" (read
2026-11-29 at 028b8e3 of microsoftgraph/microsoft-graph-docs-contrib).
"""

from __future__ import annotations

from harness.wire.present import present

_UNIQUE = "uniqueName="


def missing_key(name: str) -> str:
    """Return the mark that takes the place of an id in an address whose unique name no object has."""
    return _UNIQUE + name


def name_to_make(key: str) -> str | None:
    """Return the unique name of the object to make; None where the object exists, or the request does not ask for it."""
    wishes = [wish.strip().lower() for wish in present().text("Prefer").split(",")]
    return key.removeprefix(_UNIQUE) if key.startswith(_UNIQUE) and "create-if-missing" in wishes else None
