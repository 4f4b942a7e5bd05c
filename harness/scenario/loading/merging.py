"""Merges two YAML values; each part keeps the place where it is written."""

from __future__ import annotations

from collections.abc import Container

from msgspec.structs import replace

from harness.scenario.loading.yaml_nodes import Node
from harness.scenario.values import Trail


def at(node: Node, trail: Trail) -> Node | None:
    """Return the node at `trail`, None without one."""
    for step in trail:
        if step not in node.parts:
            return None
        node = node.parts[step]
    return node


def with_part(node: Node, trail: Trail, part: Node) -> Node:
    """Return a copy of a mapping with `part` at `trail`, whose keys exist."""
    inner = with_part(node.parts[trail[0]], trail[1:], part) if len(trail) > 1 else part
    return replace(node, value={**node.value, trail[0]: inner.value}, parts={**node.parts, trail[0]: inner})


def without(node: Node, keys: Container[str | int]) -> Node:
    """Return a copy of a mapping without `keys`."""
    rest = {key: part for key, part in node.parts.items() if key not in keys}
    return replace(node, value={key: part.value for key, part in rest.items()}, parts=rest)


def merged(before: Node, after: Node) -> Node:
    """Return two mappings as one and two lists one after the other; of two other values that of `after`."""
    if isinstance(before.value, dict) and isinstance(after.value, dict):
        parts = {**before.parts, **after.parts}
        for key in before.parts.keys() & after.parts.keys():
            parts[key] = merged(before.parts[key], after.parts[key])
        value = {key: part.value for key, part in parts.items()}
        return replace(after, value=value, parts=parts, keys={**before.keys, **after.keys})
    if isinstance(before.value, list) and isinstance(after.value, list):
        return replace(
            after,
            value=[*before.value, *after.value],
            parts=dict(enumerate([*before.parts.values(), *after.parts.values()])),
            keys=dict(enumerate([*before.keys.values(), *after.keys.values()])),
        )
    return after
