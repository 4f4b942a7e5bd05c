"""Reads files of the package: texts, and tables in YAML.

A table is cached like a Python module, in `__pycache__` until the file changes: every start of the program reads seven tables,
and reading YAML takes fifty times as long.
"""

from __future__ import annotations

import marshal
import os
import sys
from contextlib import suppress
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def read_text(package: str, name: str) -> str:
    """Return the text of the file `name` of a package."""
    return _file(package, name).read_text(encoding="utf-8")


def read_table(package: str, name: str) -> Any:
    """Return the value of the YAML file `name` of a package; dates are texts."""
    source = _file(package, name)
    if not isinstance(source, Path):  # in an archive
        return _parse(source.read_text(encoding="utf-8"))
    status, place = source.stat(), _place(source)
    stamp = [status.st_mtime_ns, status.st_size]
    # Missing, outdated or cut short: the YAML is read again.
    with suppress(OSError, ValueError, EOFError, TypeError):
        of, table = marshal.loads(place.read_bytes())  # noqa: S302 - as trusted as the modules that lie beside it
        if of == stamp:
            return table
    table = _parse(source.read_text(encoding="utf-8"))
    if not sys.dont_write_bytecode:
        _keep(place, marshal.dumps([stamp, table]))
    return table


def _file(package: str, name: str) -> Path | Traversable:
    path = Path(import_module(package).__path__[0]) / name
    if path.is_file():
        return path
    from importlib.resources import files  # packages in an archive are few, and its import takes ten others

    return files(package).joinpath(name)


def _place(source: Path) -> Path:
    """Return the path of a table's cache, in the folder of Python's own."""
    folder = Path(cache_from_source(str(source))).parent
    return folder / f"{source.name}.{sys.implementation.cache_tag}"


def _keep(path: Path, content: bytes) -> None:
    """Write the cache whole or not at all; where it cannot be written, the YAML is read again next time."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        unfinished.write_bytes(content)
        unfinished.replace(path)


def _parse(text: str) -> Any:
    import yaml

    class _Loader(yaml.CSafeLoader):
        """libyaml's loader, ten times as fast as Python's; dates are texts, for the cache cannot hold dates."""

    _Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
