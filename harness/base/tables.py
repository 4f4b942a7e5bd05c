"""Files that come with the package: texts, and tables as YAML, which libyaml reads ten times as fast as Python does."""

from __future__ import annotations

from importlib.resources import files
from typing import Any


def read_text(package: str, name: str) -> str:
    """Return the text of the file `name` of a package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def read_table(package: str, name: str) -> Any:
    """Return what the YAML file `name` of a package holds."""
    import yaml

    return yaml.load(read_text(package, name), Loader=yaml.CSafeLoader)
