"""Waivers: failures that somebody accepted beforehand and gave a reason for, in a YAML file beside the build.

- suite: entra-gallery
  check: Update_Group_Test
  reason: Groups are renamed in our own console only, as the support page says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from harness.base.errors import nearest
from harness.certification.outcomes import Outcome
from harness.certification.running import Result
from harness.certification.suite import Suite
from harness.scenario.loading.source import Source, read
from harness.scenario.loading.yaml_nodes import Node, parse

_KEYS = ("suite", "check", "reason")
_WANTED = "waivers are a list of 'suite', 'check' and 'reason'"
Waivers: TypeAlias = Mapping[tuple[str, str], str]  # the names of suite and check, and the reason


@dataclass(frozen=True, slots=True)
class _File:
    source: Source
    root: Node

    def refuse(self, path: tuple[str | int, ...], message: str) -> Exception:
        return self.source.refusal(self.root.at(path), message)


def read_waivers(path: Path, suites: Iterable[Suite[Any]]) -> Waivers:
    """Return the reasons by suite and check. Raises ScenarioError with file, line and column of what is wrong."""
    source = read(path)
    file = _File(source, parse(source, _WANTED))
    entries = file.root.value
    if not isinstance(entries, list):
        raise file.refuse((), _WANTED)
    names = {suite.name: [check.name for check in suite.checks] for suite in suites}
    waivers: dict[tuple[str, str], str] = {}
    for index, entry in enumerate(entries):
        suite, check, reason = _entry(file, index, entry)
        _require_known(file, (index, "suite"), suite, names)
        _require_known(file, (index, "check"), check, names[suite])
        if (suite, check) in waivers:
            raise file.refuse((index,), f"'{check}' of {suite} is waived already")
        waivers[suite, check] = reason
    return waivers


def accepted(result: Result, waivers: Waivers) -> Result:
    """Return a result as it counts: what failed or was skipped, and has a waiver, is WAIVED, for that reason."""
    reason = waivers.get((result.suite, result.check.name))
    if reason is None or result.outcome not in (Outcome.FAILED, Outcome.WARNING, Outcome.SKIPPED):
        return result
    return replace(result, outcome=Outcome.WAIVED, reason=f"{reason} (waived: {result.reason})")


def _entry(file: _File, index: int, entry: Any) -> tuple[str, ...]:
    if not isinstance(entry, dict):
        raise file.refuse((index,), "a waiver is a mapping of suite, check and reason")
    for key in entry:
        if key not in _KEYS:
            raise file.refuse((index, key), f"unknown key '{key}'{nearest(key, _KEYS)}")
    for key in _KEYS:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise file.refuse((index, key) if key in entry else (index,), f"'{key}' must be given, as text")
    return tuple(entry[key] for key in _KEYS)


def _require_known(file: _File, path: tuple[str | int, ...], name: str, names: Iterable[str]) -> None:
    if name not in names:
        raise file.refuse(
            path, f"unknown {path[-1]} '{name}'{nearest(name, names)}; there are: {', '.join(names)}"
        )
