"""A file of people to begin with: YAML, JSON, or what Entra ID or AWS exported.

A large JSON file is walked on the disk, entry by entry, so that a million people need no more memory than a few. It is mapped
before that, to see of which lists it is made: those pages are the system's, which takes them back when it wants them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import ijson
import msgspec

from harness.base import json_text
from harness.base.errors import HarnessError
from harness.holdings import HELD, Walked

_LARGE = 8 << 20  # bytes; a smaller file is read at once, and twice as fast
_AZURE_ALONE = "azure_ad"
_KEYS = frozenset((*HELD, *HELD[_AZURE_ALONE]))
_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class JsonList(Walked):
    """A list in a JSON file; `place` is where, in ijson's words. Walking it raises HarnessError for what cannot be read."""

    path: Path
    place: str

    def __iter__(self) -> Iterator[Any]:
        with _worded(self.path), self.path.open("rb") as stream:
            for entry in ijson.items(stream, f"{self.place}.item", use_float=True):
                json_text.encode(entry)
                yield entry


def read(path: Path) -> Mapping[str, Any]:
    """Read people from YAML or JSON: either `azure_ad`/`aws_sso`, or `users`, `groups` and `assignments` for Azure AD alone.

    A list of users that Entra ID or AWS exported does as well. Raises HarnessError.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        # A pipe that nobody writes to would be waited for without end.
        raise HarnessError(f"{path} is no plain file; write what it gives to one first")
    with _worded(path):
        if path.is_file() and path.stat().st_size > _LARGE and _first_key(path) in _KEYS:
            return _of_sides(path, _outline(path))
        if path.is_file() and path.suffix.lower() not in (".yaml", ".yml"):
            from harness.exports.directory import Holds, directory, holds

            if holds(path) is Holds.USERS:
                return directory([path])
        return _of_sides(path, _parsed(path.read_bytes()))


def _of_sides(path: Path, document: Any) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise HarnessError(f"{path} must hold a mapping with azure_ad and aws_sso, or with users and groups")
    return document if HELD.keys() & document else {_AZURE_ALONE: document}


@contextmanager
def _worded(path: Path) -> Iterator[None]:
    """Say of a file that cannot be read why, without what is in it."""
    try:
        yield
    except OSError as error:
        raise HarnessError(f"cannot read {path}: {error.strerror}") from error
    except (ijson.JSONError, msgspec.DecodeError) as error:
        raise HarnessError(f"{path} is not JSON to its end: {str(error).splitlines()[0]}") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise HarnessError(f"{path} is not a YAML or JSON file: {error}") from error


def _first_key(path: Path) -> str | None:
    """Return the first name in a JSON object; None for what begins in another way, such as a list."""
    with path.open("rb") as stream:
        try:
            begun = islice(ijson.basic_parse(stream), 2)
            return next((name for kind, name in begun if kind == "map_key"), None)
        except ijson.JSONError:
            return None


def _outline(path: Path) -> dict[str, Any]:
    """Return what a JSON object is made of: its lists of people and groups still to be walked, the rest as it is."""
    with path.open("rb") as stream:
        return _parts(path, mmap(stream.fileno(), 0, access=ACCESS_READ))


def _parts(path: Path, content: mmap | msgspec.Raw, within: str = "") -> dict[str, Any]:
    """Return the parts of a JSON object; `within` is where it stands in the file, with a dot behind it."""
    document: dict[str, Any] = {}
    for name, part in _PARTS.decode(content).items():
        first = bytes(memoryview(part)[:1])
        if first == b"[":
            document[name] = JsonList(path, within + name)
        elif first == b"{" and name in HELD and not within:
            document[name] = _parts(path, part, f"{name}.")
        else:
            document[name] = json_text.decode(bytes(part))
    return document


_TOO_DEEP = re.compile(rb"(?:[\[{][^\[\]{}]{0,200}){500}")


def _parsed(content: bytes) -> Any:
    """Return what JSON or YAML stands for; JSON is tried first, for reading it as YAML takes a hundred times as long.

    Raises ValueError.
    """
    import yaml

    try:
        return json_text.decode(content)
    except ValueError:
        pass
    if _TOO_DEEP.search(content):
        # The reader of YAML calls itself for each level.
        raise ValueError("it is nested deeper than anything that describes people")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(content.decode("utf-8"), loader)  # noqa: S506 - either is a safe one
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
