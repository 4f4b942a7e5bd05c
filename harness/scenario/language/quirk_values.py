"""Quirks with other values than the profile's: checks of their names and values.

For the `quirks:` of a scenario file and for `harness serve --quirk`; `harness quirks` lists the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from harness.base.errors import HarnessError, nearest
from harness.base.quirks import QuirkTable, load_table
from harness.scenario.values import show

# The package of each service's quirks.
QUIRK_PACKAGES = {"AWS SSO": "harness.aws_sso", "Azure AD": "harness.azure_ad"}


def quirk_tables() -> Iterator[tuple[str, QuirkTable]]:
    """Yield each service's name and table."""
    for service, package in QUIRK_PACKAGES.items():
        yield service, load_table(package)


def mistake(name: str, value: Any) -> str | None:
    """Return why a quirk cannot be set to a value, None if it can."""
    rows = {key: row for _, table in quirk_tables() for key, row in table.rows.items()}
    if name not in rows:
        hint = nearest(name, rows) or "; 'harness quirks' lists them"
        return f"unknown quirk '{name}'{hint}"
    values = list(rows[name].values.values())
    if any(_alike(value, each) for each in values):
        return None
    model = next(filter(None, reversed(values)), values[-1])
    return f"the quirk '{name}' takes such a value as {show(model)}, not {show(value)}"


def _alike(value: Any, model: Any) -> bool:
    """Return whether a value has the type of `model`; numbers are not negative, and 0 only if the model is."""
    if model is None:
        return value is None or isinstance(value, str)
    if type(value) is not type(model):
        return False
    if isinstance(model, list):
        return _alike_list(value, model)
    if isinstance(model, dict):
        return all(isinstance(key, str) and _alike_within(part, model) for key, part in value.items())
    return type(model) is not int or value >= min(1, model)


def _alike_within(part: Any, model: dict[str, Any]) -> bool:
    """Return whether a part has the type of one of the model's parts; an empty model takes texts or lists of texts."""
    return any(_alike(part, each) for each in model.values() or ("", [""]))


def _alike_list(value: list[Any], model: list[Any]) -> bool:
    if not value:
        return not model or isinstance(model[0], str)
    return bool(model) and all(_alike(item, model[0]) for item in value)


def read_quirks(texts: Iterable[str]) -> dict[str, Any]:
    """Read `NAME=VALUE` texts of a command line. Raises HarnessError for an unknown quirk or a bad value."""
    quirk_values: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise HarnessError(f"--quirk '{text}' is not NAME=VALUE, as in escrow-days=7")
        try:
            quirk_values[name] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise HarnessError(f"--quirk {name}: '{value}' is not YAML") from error
        if problem := mistake(name, quirk_values[name]):
            raise HarnessError(problem)
    return quirk_values
