"""YAML with places: every value knows its line, and every refusal says where, what is wrong and how to mend it.

Built from libyaml's event stream rather than by PyYAML's constructors, so that types, nesting and aliases are ours
to bound. Plain scalars are null, true, false and decimal numbers; the rest is text: dates, `NO`, `+34 600…`, `007`.
"""

from __future__ import annotations

import json
import math
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from harness.base.errors import HarnessError
from harness.scenario.events import FileRejected, Location

MAX_DEPTH = 32
MAX_ALIASED = 10_000

_CONSTANTS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
# A leading plus is a telephone number and a leading zero a postal code far more often than either is a number.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,99})")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,99})\.[0-9]+(?:[eE][-+]?[0-9]{1,4})?")
REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_TEXT_TAGS = (None, "!", "tag:yaml.org,2002:str")
_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# libyaml's words, what we say instead, and whether the place to look at is where the construct began.
_PROBLEMS: tuple[tuple[str, str, bool], ...] = (
    ("mapping values are not allowed",
     "a ':' cannot stand here; check the indentation, or put the text in quotes", False),
    ("block sequence entries are not allowed", "a list cannot begin here; put '- …' on its own line", False),
    ("did not find expected ',' or ']'", "this '[' is never closed properly; add ',' or ']'", True),
    ("did not find expected ',' or '}'", "this '{' is never closed properly; add ',' or '}'", True),
    ("found unexpected end of stream", "this quote is opened and never closed; add the closing quote", True),
    ("found unknown escape character",
     "an unknown escape in double quotes; use single quotes, or write '\\\\' for a backslash", False),
    ("did not find expected key",
     "this fits neither the mapping above nor a new one; check the indentation and the quotes", False),
    ("did not find expected '-' indicator",
     "a list item beginning with '- ' is expected here; check the indentation", False),
    ("could not find expected ':'",
     "a key without its ':'; write 'key: value', or put the text in quotes", True),
    ("did not find expected node content",
     "a value is missing here, or a bracket is never closed; complete it or remove it", False),
    ("found a tab character", "a tab cannot indent YAML; use spaces", False),
    ("did not find expected <document start>",
     "nothing can follow the value before it; check the indentation", False),
)  # fmt: skip

Trail: TypeAlias = tuple[str | int, ...]


class ScenarioError(HarnessError):
    """A file that cannot be used; `rejection` says where and why, in the form that reports print."""

    def __init__(self, rejection: FileRejected) -> None:
        super().__init__(f"{rejection.location}: {rejection.message}")
        self.rejection = rejection


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file and the name it goes by in messages."""

    name: str
    text: str

    def refusal(self, location: Location, message: str) -> ScenarioError:
        """Build the error for a place in this file, with the line it stands on."""
        lines = _LINE_BREAK.split(self.text)
        snippet = lines[location.line - 1] if location.line <= len(lines) else ""
        return ScenarioError(FileRejected(location, message, snippet))

    def location(self, offset: int) -> Location:
        """Return line and column of a position in the text."""
        before = _LINE_BREAK.split(self.text[:offset])
        return Location(self.name, len(before), len(before[-1]) + 1)


@dataclass(slots=True)
class Node:
    """A plain value, where it stands, and its parts: by key in a mapping, by index in a list."""

    value: Any
    location: Location
    parts: dict[str | int, Node] = field(default_factory=dict)
    keys: dict[str | int, Location] = field(default_factory=dict)
    size: int = 1
    depth: int = 0

    def key(self, path: Trail) -> Location:
        """Return where the last key of `path` stands, or the closest place around it that is written down."""
        node, place = self, self.location
        for step in path:
            if step not in node.parts:
                break
            node, place = node.parts[step], node.keys[step]
        return place

    def at(self, path: Trail) -> Location:
        """Return where to point for `path`: at a scalar itself, but at the key of a mapping or list."""
        node, place = self, self.location
        for step in path:
            if step not in node.parts:
                break
            key = node.keys[step]
            node = node.parts[step]
            place = key if isinstance(node.value, (dict, list)) else node.location
        return place

    def walk(self, path: Trail = ()) -> Iterator[tuple[Trail, Location]]:
        """Yield every path below, in order, with the place to point at."""
        for step, node in self.parts.items():
            below = (*path, step)
            inner = isinstance(node.value, (dict, list))
            yield below, self.keys[step] if inner else node.location
            yield from node.walk(below)


def _written(path: Path) -> str:
    """Name a file as people would from where they are."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def read(path: Path, name: str = "") -> Source:
    """Read a file as UTF-8 text. Raises ScenarioError for what is not; messages call it `name`, or as people would."""
    name = name or _written(path)
    start = Location(name, 1, 1)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            # A pipe that nobody writes to would be waited for without end.
            raise ScenarioError(
                FileRejected(start, "only a plain file can be read here; write it to one first")
            )
        octets = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ScenarioError(FileRejected(start, f"the file cannot be read: {reason}")) from error
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = Source(name, octets[: error.start].decode("utf-8-sig", "replace"))
        message = f"byte 0x{octets[error.start]:02X} is not UTF-8; save the file as UTF-8 text"
        raise good.refusal(good.location(len(good.text)), message) from error
    source = Source(name, text)
    if odd := _UNPRINTABLE.search(text):
        message = f"the control character U+{ord(odd.group()):04X} has no place in YAML; remove it"
        raise source.refusal(source.location(odd.start()), message)
    return source


def parse(source: Source, wanted: str = "a scenario has at least 'scenario' and 'steps'") -> Node:
    """Build the one document of a file. Raises ScenarioError, whatever the text is; an empty one is told what is `wanted`."""
    builder = _Builder(source)
    try:
        for event in yaml.parse(source.text, Loader=yaml.CLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _refusal(source, error) from error
    except yaml.YAMLError as error:
        raise source.refusal(Location(source.name, 1, 1), f"this is not YAML: {error}") from error
    if builder.root is None or builder.root.value is None:
        raise source.refusal(Location(source.name, 1, 1), f"the file is empty; {wanted}")
    return builder.root


def substitute(value: Any, names: Mapping[str, Any]) -> Any:
    """Replace `${name}` by its value, everywhere in `value`; text that is nothing else takes the value's type.

    A name that is not in `names` stays as it is written.
    """
    if isinstance(value, str):
        whole = REFERENCE.fullmatch(value)
        if whole and whole[1] in names:
            return names[whole[1]]
        return REFERENCE.sub(lambda found: _as_text(names.get(found[1], found[0])), value)
    if isinstance(value, list):
        return [substitute(item, names) for item in value]
    if isinstance(value, dict):
        return {str(substitute(key, names)): substitute(item, names) for key, item in value.items()}
    return value


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _refusal(source: Source, error: yaml.MarkedYAMLError) -> ScenarioError:
    problem = error.problem or "something unexpected"
    mark = error.problem_mark or error.context_mark
    message = f"this is not YAML: {problem}"
    for words, plain, at_start in _PROBLEMS:
        if words in problem:
            message = plain
            mark = (error.context_mark or mark) if at_start else mark
            break
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if "cannot start any token" in problem:
        text = _LINE_BREAK.split(source.text)[line]
        if "\t" in text[: column + 1]:
            message = "a tab cannot indent YAML; use spaces"
        else:
            message = f"a value cannot begin with '{text[column : column + 1]}'; put it in quotes"
    return source.refusal(Location(source.name, line + 1, column + 1), message)


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


@dataclass(slots=True)
class _Frame:
    """A mapping or list whose end has not come yet."""

    node: Node
    anchor: str | None
    pending: tuple[str, Location] | None = None


class _Builder:
    """Takes events one by one; an explicit stack, so that depth costs nothing and can be refused."""

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
