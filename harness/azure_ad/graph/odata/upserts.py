"""Objects that are made when they are not there: `PATCH /applications(uniqueName='…')` with `Prefer: create-if-missing`.

Source: https://learn.microsoft.com/en-us/graph/api/application-upsert and …/group-upsert, "Request headers" and "Response" (read
2026-11-29 at 028b8e3 of microsoftgraph/microsoft-graph-docs-contrib).
"""

from __future__ import annotations

from harness.wire.present import present

_UNIQUE = "uniqueName="


def missing_key(name: str) -> str:
    """Return what stands in an address for the id of an object that has no such unique name."""
    return _UNIQUE + name


def name_to_make(key: str) -> str | None:
    """Return the unique name that an object is to be made with; None where there is one, or the request wants none made."""
    wishes = [wish.strip().lower() for wish in present().text("Prefer").split(",")]
    return key.removeprefix(_UNIQUE) if key.startswith(_UNIQUE) and "create-if-missing" in wishes else None
