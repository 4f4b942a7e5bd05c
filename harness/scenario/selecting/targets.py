"""From words on the command line to scenario files: files, folders, ids as `harness list` and pytest print them, `@…`.

In a folder the content decides: a YAML file is a scenario when it has the top key `scenario`. Files of other tools, fixtures
and included files are left alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from harness.base.errors import HarnessError, nearest
from harness.scenario import shipped

SUFFIXES = (".yaml", ".yml")
_TOP_KEY = re.compile(rb"^\{?[ ]?[\"']?([A-Za-z][\w -]*)[\"']?[ ]*:(?=\s)(.*)", re.MULTILINE)
_ID = re.compile(r"(?P<file>.+?\.ya?ml)(?:::[^\[\]/]*)?(?:\[(?P<case>.*)\])?", re.DOTALL)


class Target(Struct, frozen=True):
    """A file to load, and the one case of it that is meant (None: all). `name` is what messages and ids call the file."""

    path: Path
    name: str
    case: str | None = None


def targets(words: Sequence[str | Path]) -> list[Target]:
    """Return the targets of words, each once under its first name: two words may name one folder, or a case and its file.

    Raises HarnessError for a path that is missing.
    """
    named: dict[tuple[Path, str | None], Target] = {}
    for word in words:
        for target in _targets(str(word)):
            named.setdefault((_place(target.path), target.case), target)
    return [target for (place, case), target in named.items() if case is None or (place, None) not in named]


def file_of(scenario: str) -> str:
    """Return the file in a scenario's id."""
    parts = _ID.fullmatch(scenario)
    return parts["file"] if parts else scenario


def files_of(ids: Iterable[str]) -> tuple[str, ...]:
    """Return the files that ids of scenarios name, each once and in order, without those that are gone."""
    files = dict.fromkeys(map(file_of, sorted(ids)))
    return tuple(file for file in files if _path(file).is_file())


def _place(path: Path) -> Path:
    """Return a file's place with links of folders resolved; a link to a file is a file of its own, with its own neighbours."""
    return Path(os.path.realpath(path.parent)) / path.name


def _targets(word: str) -> Iterator[Target]:
    path, case = _path(word), None
    if not path.exists() and (parts := _ID.fullmatch(word)):
        path, case = _path(parts["file"]), parts["case"]
    if path.is_dir():
        for file in yaml_files(path):
            if is_scenario(file):
                yield Target(file, _name(file, word))
    elif path.exists():
        yield Target(path, _name(path, word), case)
    elif path.is_symlink():
        raise HarnessError(f"'{word}' is a link that leads to no file")
    else:
        raise HarnessError(f"there is no file or folder '{word}'{_instead(path, word)}")


def _instead(path: Path, word: str) -> str:
    """Return a hint for a missing path: a shipped file of that name, or a similar name beside it."""
    for suffix in ("", *SUFFIXES):
        named = f"{shipped.SIGN}{path.as_posix()}{suffix}"
        if not shipped.is_named(word) and shipped.path_of(named).exists():
            return f"; did you mean '{shipped.SIGN}{word}{suffix}', which comes with the harness?"
    siblings = [sibling.name for sibling in path.parent.iterdir()] if path.parent.is_dir() else []
    return nearest(path.name, siblings) or f"; '{shipped.SIGN}' is everything that comes with the harness"


def yaml_files(folder: Path) -> list[Path]:
    """Return the plain YAML files below a folder, in order; pipes and links that lead nowhere are none."""
    return sorted(file for file in folder.rglob("*") if file.suffix in SUFFIXES and file.is_file())


def others(words: Sequence[str | Path]) -> list[Path]:
    """Return the YAML files of the folders named that are no scenarios."""
    folders = filter(Path.is_dir, (_path(str(word)) for word in words))
    return [file for folder in folders for file in yaml_files(folder) if not is_scenario(file)]


def is_scenario(path: Path, *, strictly: bool = False) -> bool:
    """Return whether a file is meant as a scenario by its top keys: `scenario`, or a misspelling of it beside `steps`.

    `strictly`, for folders that may have no scenarios, requires both keys and a title: Ansible's Molecule has a `scenario`
    of its own. A file that cannot be read is none.
    """
    try:
        octets = path.read_bytes()
    except OSError:
        return False
    # Text in UTF-16 is meant, too; that it is not UTF-8 is said when it is loaded.
    plain = octets.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    lines = {key.decode(): value for key, value in _TOP_KEY.findall(plain)}
    if strictly:
        return bool(lines.get("scenario", b"").strip()) and "steps" in lines
    return "scenario" in lines or ("steps" in lines and any(nearest(key, ("scenario",)) for key in lines))


def _path(word: str) -> Path:
    return shipped.path_of(word) if shipped.is_named(word) else Path(word)


def _name(path: Path, word: str) -> str:
    if shipped.is_named(word):
        return shipped.name_of(path)
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
