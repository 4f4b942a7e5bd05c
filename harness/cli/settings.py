"""Defaults for the command line from the table `[tool.harness]` of the nearest pyproject.toml.

[tool.harness]
paths = ["stories"]        # what `run` and `list` take when nothing is named, relative to the file
seed = "7"
processes = "auto"
tag = ["not slow"]
junit = "reports/scenarios.xml"
variables = {tenant = "contoso"}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import click

from harness.base.errors import HarnessError, nearest
from harness.report.writers import WRITERS

_HEAD = b"[tool.harness"


class Settings(NamedTuple):
    """`defaults` are by the names of the options of `run`; `paths` and `variables` serve every command."""

    paths: tuple[str, ...] = ()
    variables: Mapping[str, str] = MappingProxyType({})
    defaults: Mapping[str, Any] = MappingProxyType({})


class _Key(NamedTuple):
    """A key of the table: what it takes, in words, and the option it is the default of."""

    wanted: str
    fits: Callable[[Any], bool]
    option: str = ""


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and value > 0)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


_TEXT = partial(_Key, "text", _is_text)
_KEYS: Mapping[str, _Key] = {
    "paths": _Key("a list of texts", _is_texts),
    "variables": _Key("a table of texts", _is_table),
    "tag": _Key("a list of texts", _is_texts, "tags"),
    "seed": _TEXT("seed"),
    **{writer.option: _TEXT(f"{writer.option}_file") for writer in WRITERS},
    "keep-going": _Key("true or false", _is_truth, "keep_going"),
    "processes": _Key('a number or "auto"', _is_number, "processes"),
}


def settings() -> Settings:
    """Return those of the command under way."""
    table = click.get_current_context().find_root().obj
    assert isinstance(table, Settings)
    return table


def read_settings(folder: Path) -> Settings:
    """Read the table above `folder`, none when nobody wrote one. Raises HarnessError for what it cannot hold."""
    for place in (folder, *folder.parents):
        file = place / "pyproject.toml"
        if file.is_file():
            octets = file.read_bytes()
            return _read(file, octets) if _HEAD in octets else Settings()
    return Settings()


def _read(file: Path, octets: bytes) -> Settings:
    import tomllib

    try:
        table: dict[str, Any] = tomllib.loads(octets.decode()).get("tool", {}).get("harness", {})
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise HarnessError(f"{file} is not TOML: {error}") from error
    for name, value in table.items():
        key = _KEYS.get(name)
        if key is None:
            hint = nearest(name, _KEYS) or f"; there are: {', '.join(_KEYS)}"
            raise HarnessError(f"{file}, [tool.harness]: unknown key '{name}'{hint}")
        if not key.fits(value):
            raise HarnessError(f"{file}, [tool.harness]: '{name}' takes {key.wanted}, not {value!r}")
    defaults = {_KEYS[name].option: value for name, value in table.items() if _KEYS[name].option}
    paths = tuple(_placed(file.parent, path) for path in table.get("paths", ()))
    return Settings(paths, table.get("variables", {}), defaults)


def _placed(folder: Path, path: str) -> str:
    """Say a path of the file from where the command runs."""
    if path.startswith("@"):
        return path
    whole = folder / path
    return str(whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole)
