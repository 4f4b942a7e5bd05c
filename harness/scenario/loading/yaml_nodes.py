"""YAML with places: every value has its line, and every error says where, what is wrong and how to mend it.

Built from libyaml's events instead of PyYAML's constructors, so that types, nesting and aliases can be limited here. Plain
scalars are null, true, false and decimal numbers; the rest is text: dates, `NO`, `+34 600…`, `007`.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml
from msgspec import Struct, field

from harness.scenario.events import Location
from harness.scenario.loading.source import ScenarioError, Source
from harness.scenario.values import Trail
from harness.scenario.variables import REFERENCE

MAX_DEPTH = 32
MAX_ALIASED = 10_000

_CONSTANTS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
# A leading plus is a telephone number and a leading zero a postal code far more often than either is a number.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,99})")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,99})\.[0-9]+(?:[eE][-+]?[0-9]{1,4})?")
_TEXT_TAGS = (None, "!", "tag:yaml.org,2002:str")


class Node(Struct):
    """A plain value, its place, and its parts: by key in a mapping, by index in a list."""

    value: Any
    location: Location
    parts: dict[str | int, Node] = field(default_factory=dict)
    keys: dict[str | int, Location] = field(default_factory=dict)
    size: int = 1
    depth: int = 0

    def key(self, path: Trail) -> Location:
        """Return the place of the last key of `path`, or the nearest one around it that is written."""
        node, place = self, self.location
        for step in path:
            node = node if step in node.parts else self._meant(node)
            if step not in node.parts:
                break
            node, place = node.parts[step], node.keys[step]
        return place

    def at(self, path: Trail) -> Location:
        """Return the place to point at for `path`: a scalar itself, but the key of a mapping or list."""
        node, place = self, self.location
        for step in path:
            node = node if step in node.parts else self._meant(node)
            if step not in node.parts:
                return place
            key = node.keys[step]
            node = node.parts[step]
            place = key if isinstance(node.value, (dict, list)) else node.location
        meant = self._meant(node)
        return place if meant is node else meant.location

    def _meant(self, node: Node) -> Node:
        """Return the node that a place stands for: itself, but for a column of a table."""
        return node


class CaseNode(Node):
    """A file as one row of its table has it: places below a whole `${column}` are those in the row."""

    columns: dict[str | int, Node] = field(default_factory=dict)

    def _meant(self, node: Node) -> Node:
        whole = REFERENCE.fullmatch(node.value) if isinstance(node.value, str) else None
        return self.columns.get(whole[1], node) if whole else node


def of_row(root: Node, number: int) -> Node:
    """Return a file with the places of one row of its table; the file itself when it has none."""
    if "cases" not in root.parts:
        return root
    columns = root.parts["cases"].parts[number].parts
    return CaseNode(root.value, root.location, root.parts, root.keys, root.size, root.depth, columns)


def parse(source: Source, description: str = "a scenario has at least 'scenario' and 'steps'") -> Node:
    """Return the one document of a file. Raises ScenarioError for a bad text; for an empty one it says `description`."""
    builder = _Builder(source)
    try:
        for event in yaml.parse(source.text, Loader=yaml.CLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        # Only a broken file needs it.
        from harness.scenario.loading.yaml_problems import refusal

        raise refusal(source, error) from error
    except yaml.YAMLError as error:
        raise source.refusal(Location(source.name, 1, 1), f"this is not YAML: {error}") from error
    if builder.root is None or builder.root.value is None:
        raise source.refusal(Location(source.name, 1, 1), f"the file is empty; {description}")
    return builder.root


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if event.style or event.tag is not None:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


class _Frame(Struct):
    """A mapping or list whose end has not come yet."""

    node: Node
    anchor: str | None
    pending: tuple[str, Location] | None = None


class _Builder:
    """Builds nodes from events, with an explicit stack, so that a deep text can be refused without recursion."""

    def __init__(self, source: Source) -> None:
        self.root: Node | None = None
        self._source = source
        self._frames: list[_Frame] = []
        self._anchors: dict[str, Node | None] = {}
        self._aliased = 0

    def take(self, event: yaml.Event) -> None:
        mark = event.start_mark
        assert mark is not None
        location = Location(self._source.name, mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
            self._check_tag(event.tag, location)
            self._scalar(event, location)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._check_tag(event.tag, location)
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor, location)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            frame = self._frames.pop()
            if frame.anchor is not None:
                self._anchors[frame.anchor] = frame.node
            self._place(frame.node)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(str(event.anchor), location)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise self._refuse(
                location, "a second document begins here; one file holds one, so remove '---' or split it"
            )

    def _refuse(self, location: Location, message: str) -> ScenarioError:
        return self._source.refusal(location, message)

    def _check_tag(self, tag: str | None, location: Location) -> None:
        if tag not in _TEXT_TAGS:
            raise self._refuse(location, f"the tag '{tag}' means nothing here; write the value without it")

    def _scalar(self, event: yaml.ScalarEvent, location: Location) -> None:
        if self._frames and self._expects_key():
            self._key(event, location)
            return
        node = Node(_scalar(event), location)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._place(node)

    def _expects_key(self) -> bool:
        top = self._frames[-1]
        return isinstance(top.node.value, dict) and top.pending is None

    def _key(self, event: yaml.ScalarEvent, location: Location) -> None:
        top, key = self._frames[-1], event.value
        if key == "<<" and not event.style:
            raise self._refuse(location, "'<<' merges nothing in YAML 1.2; write the keys out")
        if key in top.node.parts:
            first = top.node.keys[key].line
            raise self._refuse(
                location, f"the key '{key}' stands twice, first on line {first}; remove one of them"
            )
        top.pending = (key, location)

    def _open(self, value: Any, anchor: str | None, location: Location) -> None:
        if self._frames and self._expects_key():
            raise self._refuse(location, "a key is one word or text, not a list or a mapping")
        self._check_depth(1, location)
        if anchor is not None:
            self._anchors[anchor] = None
        self._frames.append(_Frame(Node(value, location), anchor))

    def _check_depth(self, more: int, location: Location) -> None:
        if len(self._frames) + more > MAX_DEPTH:
            raise self._refuse(location, f"nested more than {MAX_DEPTH} deep; flatten it")

    def _alias(self, name: str, location: Location) -> None:
        if name not in self._anchors:
            raise self._refuse(
                location, f"'*{name}' refers to nothing; define '&{name}' before, or quote the text"
            )
        node = self._anchors[name]
        if node is None:
            raise self._refuse(location, f"'*{name}' stands inside itself; write the value out")
        if self._frames and self._expects_key():
            raise self._refuse(location, "a key cannot be an alias; write the key out")
        self._check_depth(node.depth, location)
        self._aliased += node.size
        if self._aliased > MAX_ALIASED:
            raise self._refuse(
                location, f"aliases repeat more than {MAX_ALIASED} values; write out what is needed"
            )
        self._place(node)

    def _place(self, node: Node) -> None:
        if not self._frames:
            self.root = node
            return
        top = self._frames[-1]
        parent = top.node
        parent.size += node.size
        parent.depth = max(parent.depth, node.depth + 1)
        if top.pending is not None:
            key, place = top.pending
            top.pending = None
            parent.value[key] = node.value
            parent.parts[key], parent.keys[key] = node, place
        else:
            index = len(parent.value)
            parent.value.append(node.value)
            parent.parts[index], parent.keys[index] = node, node.location
