"""Setup that scenarios share: a file with the top key `background`, which they `include` by its path or as `@name`.

Its steps and people come before those of the file that includes it; its other values hold unless that file has its own. Every
value keeps the place where it is written, so a mistake in a background is shown there.
"""

from __future__ import annotations

import os
from functools import lru_cache, reduce
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from harness.base.errors import HarnessError, nearest
from harness.scenario import shipped
from harness.scenario.loading.merging import at, merged, with_part, without
from harness.scenario.loading.source import ScenarioError, Source, read, refuse, written
from harness.scenario.loading.violations import violations
from harness.scenario.loading.yaml_nodes import Node, parse
from harness.scenario.values import Trail

KEY = "background"
MOST = 16  # files in a row that include each other
_HEAD = ("include", KEY, "description")
_PEOPLE: Trail = ("given", "azure_ad", "from")


class Background(Struct, frozen=True):
    """A file that scenarios include: its path, its text and its content."""

    path: Path
    source: Source
    root: Node


def included(source: Source, root: Node, path: Path) -> tuple[Background, ...]:
    """Return the backgrounds of a file, each once, in the order of their steps. Raises ScenarioError where one cannot be had."""
    backgrounds: dict[Path, Background] = {}
    _gather((Background(path, source, root),), backgrounds)
    return tuple(backgrounds.values())


def with_included(source: Source, path: Path) -> str:
    """Return a file's text, followed by the files it includes as comments, as far as they can be read."""
    try:
        backgrounds = included(source, parse(source), path)
    except ScenarioError:
        backgrounds = ()
    text = source.text
    for background in backgrounds:
        lines = [f"included: {background.source.name}", "", *background.source.text.splitlines()]
        text += "\n" + "".join(f"{f'# {line}'.rstrip()}\n" for line in lines)
    return text


def also_read(path: Path) -> tuple[Path, ...]:
    """Return the other files of a scenario: backgrounds and people; none for a file with mistakes."""
    try:
        source = read(path)
        root = parse(source)
        backgrounds = included(source, root, path)
    except ScenarioError:
        return ()
    files = [Background(path, source, root), *backgrounds]
    people = [_people_listed(file.root, file.path.parent) for file in files]
    names = [str(name) for node in people if (listed := at(node, _PEOPLE)) for name in listed.value]
    return (
        *(file.path for file in backgrounds),
        *(Path(name) for name in names if not shipped.is_named(name)),
    )


def together(source: Source, root: Node, backgrounds: tuple[Background, ...]) -> tuple[Source, Node]:
    """Return a file with everything that it includes written into it."""
    if not backgrounds:
        return source, root
    source = replace(source, included=tuple(background.source for background in backgrounds))
    whole = reduce(merged, (_said(background) for background in backgrounds))
    return source, merged(whole, _people_listed(without(root, ("include",)), None))


def _gather(way: tuple[Background, ...], backgrounds: dict[Path, Background]) -> None:
    """Add what the last file of `way` includes, the innermost first; `way` leads there from the scenario."""
    file = way[-1]
    for name, trail in _names(file.root.value):
        path = _path(name, trail, file)
        if problem := _in_a_circle(name, path, way):
            raise file.source.refusal(file.root.at(trail), problem)
        if _place(path) not in backgrounds:
            background = _read(path, name)
            _gather((*way, background), backgrounds)
            backgrounds[_place(path)] = background


def _names(data: dict[str, Any]) -> list[tuple[str, Trail]]:
    """Return the names that a file includes, each with its place."""
    names = data.get("include", [])
    if isinstance(names, str):
        return [(names, ("include",))]
    return [(name, ("include", number)) for number, name in enumerate(names)]


def _in_a_circle(name: str, path: Path, way: tuple[Background, ...]) -> str | None:
    """Return why a file cannot be included at a place, None when it can."""
    if _place(path) == _place(way[-1].path):
        return f"'{name}' is this file itself; remove it"
    if _place(path) in (_place(each.path) for each in way):
        return f"'{name}' includes this file in turn; remove one of the two"
    return f"includes lead more than {MOST} files deep; name the last ones here" if len(way) > MOST else None


def _path(name: str, trail: Trail, file: Background) -> Path:
    try:
        path = (
            shipped.background(name)
            if shipped.is_named(name)
            else Path(os.path.normpath(file.path.parent / name))
        )
    except HarnessError as error:
        raise file.source.refusal(file.root.at(trail), str(error)) from error
    if not path.is_file():
        siblings = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
        message = f"there is no file '{written(path)}' to include{nearest(path.name, siblings)}"
        if path.name in siblings:
            message = f"'{written(path)}' is no plain file; only one can be included"
        raise file.source.refusal(file.root.at(trail), message)
    return path


def _read(path: Path, name: str) -> Background:
    return _understood(path, read(path, shipped.name_of(path) if shipped.is_named(name) else ""))


@lru_cache(maxsize=64)
def _understood(path: Path, source: Source) -> Background:
    """Return a background's content, cached by its text, for a hundred scenarios may share one."""
    root = parse(source, f"a background has at least '{KEY}'")
    if isinstance(root.value, dict) and KEY not in root.value and "scenario" in root.value:
        message = f"this is a scenario, and only a background can be included: a file with '{KEY}' in the place of 'scenario'"
        raise source.refusal(root.key(("scenario",)), message)
    refuse(source, violations(root.value, root, KEY))
    return Background(path, source, root)


def _said(background: Background) -> Node:
    """Return the background's `given`, with paths of its files of people that hold from any folder."""
    return _people_listed(without(background.root, _HEAD), background.path.parent.absolute())


def _people_listed(node: Node, folder: Path | None) -> Node:
    """Return files of people as a list, so that two files' lists can be joined, with `folder` in front of relative names."""
    people = at(node, _PEOPLE)
    if people is None:
        return node
    items = list(people.parts.values()) if isinstance(people.value, list) else [people]
    if folder is not None:
        own = (
            item if shipped.is_named(str(item.value)) else replace(item, value=str(folder / item.value))
            for item in items
        )
        items = list(own)
    listed = replace(
        people,
        value=[item.value for item in items],
        parts=dict(enumerate(items)),
        keys={number: item.location for number, item in enumerate(items)},
    )
    return with_part(node, _PEOPLE, listed)


def _place(path: Path) -> Path:
    return Path(os.path.realpath(path))
