"""Waivers: failures that somebody accepted beforehand and gave a reason for, in a YAML file beside the build.

- suite: entra-gallery
  check: Update_Group_Test
  reason: Groups are renamed in our own console only, as the support page says.
  until: 2027-03-31

After its last day, which may be left out, a waiver does not count; one that is not needed any more is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from harness.base.errors import nearest
from harness.certification.outcomes import Outcome
from harness.certification.running import Result
from harness.certification.suite import Suite
from harness.scenario.loading.source import Source, read
from harness.scenario.loading.yaml_nodes import Node, parse

_NEEDED = ("suite", "check", "reason")
_KEYS = (*_NEEDED, "until")
_WANTED = "waivers are a list of 'suite', 'check' and 'reason'"
_WAIVED = (Outcome.FAILED, Outcome.WARNING, Outcome.SKIPPED)


@dataclass(frozen=True, slots=True)
class Waiver:
    """Why a failure is accepted, and until which day, that day included."""

    reason: str
    until: date | None = None

    def counts(self, today: date) -> bool:
        return self.until is None or today <= self.until


Waivers: TypeAlias = Mapping[tuple[str, str], Waiver]  # by the names of suite and check


@dataclass(frozen=True, slots=True)
class Standing:
    """A waiver after the run: used, expired, not needed (the check passes), or not run."""

    suite: str
    check: str
    waiver: Waiver
    state: str

    def document(self) -> dict[str, str | None]:
        until = self.waiver.until.isoformat() if self.waiver.until else None
        return {
            "suite": self.suite,
            "check": self.check,
            "reason": self.waiver.reason,
            "until": until,
            "state": self.state,
        }


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
    waivers: dict[tuple[str, str], Waiver] = {}
    for index, entry in enumerate(entries):
        suite, check, waiver = _entry(file, index, entry)
        _require_known(file, (index, "suite"), suite, names)
        _require_known(file, (index, "check"), check, names[suite])
        if (suite, check) in waivers:
            raise file.refuse((index,), f"'{check}' of {suite} is waived already")
        waivers[suite, check] = waiver
    return waivers


def accepted(result: Result, waivers: Waivers, today: date) -> Result:
    """Return a result as it counts: what failed or was skipped, and has a waiver that counts, is WAIVED, for its reason."""
    waiver = waivers.get((result.suite, result.check.name))
    if waiver is None or result.outcome not in _WAIVED:
        return result
    if not waiver.counts(today):
        return replace(result, reason=f"{result.reason} (its waiver expired on {waiver.until})")
    return replace(result, outcome=Outcome.WAIVED, reason=f"{waiver.reason} (waived: {result.reason})")


def standings(waivers: Waivers, results: Iterable[Result], today: date) -> tuple[Standing, ...]:
    """Return what became of each waiver, in the order of the file; `results` are as they count."""
    outcomes = {(each.suite, each.check.name): each.outcome for each in results}
    return tuple(
        Standing(*names, waiver, _state(waiver, outcomes.get(names), today))
        for names, waiver in waivers.items()
    )


def _state(waiver: Waiver, outcome: Outcome | None, today: date) -> str:
    if outcome in (None, Outcome.INCONCLUSIVE):
        return "not run"
    if outcome is Outcome.PASSED:
        return "not needed"
    return "used" if waiver.counts(today) else "expired"


def _entry(file: _File, index: int, entry: Any) -> tuple[str, str, Waiver]:
    if not isinstance(entry, dict):
        raise file.refuse((index,), "a waiver is a mapping of suite, check and reason")
    for key in entry:
        if key not in _KEYS:
            raise file.refuse((index, key), f"unknown key '{key}'{nearest(key, _KEYS)}")
    for key in _NEEDED:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise file.refuse((index, key) if key in entry else (index,), f"'{key}' must be given, as text")
    try:
        until = date.fromisoformat(entry["until"]) if "until" in entry else None
    except (TypeError, ValueError) as error:
        raise file.refuse((index, "until"), "'until' is a day, as in 2027-03-31") from error
    return entry["suite"], entry["check"], Waiver(entry["reason"], until)


def _require_known(file: _File, path: tuple[str | int, ...], name: str, names: Iterable[str]) -> None:
    if name not in names:
        raise file.refuse(
            path, f"unknown {path[-1]} '{name}'{nearest(name, names)}; there are: {', '.join(names)}"
        )
