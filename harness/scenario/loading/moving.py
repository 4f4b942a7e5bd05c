"""A scenario's text for another folder, with the paths of included files and of people rewritten."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from harness.scenario import shipped
from harness.scenario.events import Location
from harness.scenario.loading.merging import at
from harness.scenario.loading.source import ScenarioError, Source
from harness.scenario.loading.yaml_nodes import Node, parse
from harness.scenario.values import Trail

_NAMES: tuple[Trail, ...] = (("include",), ("given", "azure_ad", "from"))
# A text that needs no quotes anywhere in YAML.
_PLAIN = re.compile(r"[\w./-]+")


def moved(source: Source, path: Path, folder: Path) -> str:
    """Return the text of a file at `path` for a copy in `folder`; one that is no YAML is copied as it is.

    Shipped files have the same name everywhere: `@small`, `@connected`.
    """
    try:
        root = parse(source)
    except ScenarioError:
        return source.text
    lines = source.text.splitlines(keepends=True)
    # From the end, so that places before it stay where they are.
    for node in sorted(_named(root), key=lambda each: _place(each.location), reverse=True):
        line, column = _place(node.location)
        written = next((form for form in _forms(node.value) if lines[line].startswith(form, column)), None)
        if written is not None:
            rest = lines[line][column + len(written) :]
            lines[line] = lines[line][:column] + _quoted(_from(folder, path.parent / node.value)) + rest
    return "".join(lines)


def _named(root: Node) -> Iterator[Node]:
    """Yield every path that is relative to this file."""
    for trail in _NAMES:
        node = at(root, trail)
        if node is None:
            continue
        for name in node.parts.values() if isinstance(node.value, list) else [node]:
            if isinstance(name.value, str) and not (
                shipped.is_named(name.value) or Path(name.value).is_absolute()
            ):
                yield name


def _from(folder: Path, path: Path) -> str:
    return shipped.short_name(path) or Path(os.path.relpath(path, folder)).as_posix()


def _place(location: Location) -> tuple[int, int]:
    return location.line - 1, location.column - 1


def _forms(name: str) -> tuple[str, ...]:
    return name, f"'{name}'", json.dumps(name, ensure_ascii=False)


def _quoted(name: str) -> str:
    """Write a name so that YAML reads it as text."""
    if _PLAIN.fullmatch(name):
        return name
    return f"'{name}'" if shipped.is_named(name) else json.dumps(name, ensure_ascii=False)
