"""What the commands that take scenarios say when none is there."""

from __future__ import annotations

from pathlib import Path

from harness.base.errors import nearest


def nothing_there(paths: tuple[Path, ...], tags: tuple[str, ...], known: set[str]) -> str:
    """Say that no scenario was found, or none with these tags; `known` are the tags that there are."""
    where = ", ".join(map(str, paths)) or "scenarios"
    if not tags:
        return f"no scenario was found in {where}"
    hint = next(
        filter(None, (nearest(tag, known) for tag in tags)), f"; there are: {', '.join(sorted(known))}"
    )
    return (
        f"no scenario has the tag {' or '.join(repr(tag) for tag in tags)} in {where}{hint if known else ''}"
    )
