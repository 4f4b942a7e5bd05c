"""What failed in the last run here, for `--last-failed`: one small file in the folder `.harness_cache`.

It is written only once something has failed, and holds the ids of scenarios, and the names of files that were none.
"""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path

_FOLDER = Path(".harness_cache")
_FILE = _FOLDER / "last-failed.json"


def ids() -> frozenset[str] | None:
    """Return what failed last, None when nothing did: then everything is meant."""
    try:
        content = json.loads(_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return frozenset(map(str, content)) if isinstance(content, list) and content else None


def note(failed: AbstractSet[str], passed: AbstractSet[str]) -> None:
    """Add what failed and take off what passed; where nothing can be written, nothing is remembered."""
    before = ids() or frozenset()
    now = (before - passed) | failed
    if now == before:
        return
    with suppress(OSError):
        _FOLDER.mkdir(exist_ok=True)
        (_FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
        _FILE.write_text(json.dumps(sorted(now), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
