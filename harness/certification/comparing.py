"""`harness certify compare A B`: what two certificates say differently, of two runs, servers or versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from harness.base import json_text
from harness.base.errors import HarnessError
from harness.certification.certificate import SUCCEEDED

Outcomes: TypeAlias = dict[tuple[str, str], str]  # by suite and check; an empty check is the suite's verdict

# How bad outcomes and verdicts are; a verdict with a reservation ("Succeeded but for OAuth") stands between the first two.
_BAD = {"WARNING": 2, "INCONCLUSIVE": 3, "Incomplete": 3, "FAILED": 4, "Failed": 4}
_RESERVED = 1


@dataclass(frozen=True, slots=True)
class Difference:
    """A check, or a suite's verdict (an empty `check`), before and after."""

    suite: str
    check: str
    before: str
    after: str

    @property
    def worse(self) -> bool:
        return _badness(self.after) > _badness(self.before)

    def __str__(self) -> str:
        name = f"{self.suite}  {self.check}" if self.check else self.suite
        return f"{name}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class OneSided:
    """Checks of a suite that only one certificate has, for the other run had --suite or --check, or was of another version.

    That says nothing of the server, so it is not worse; a run that was cut short has a verdict that is.
    """

    suite: str
    checks: tuple[str, ...]
    path: Path
    worse = False

    def __str__(self) -> str:
        if len(self.checks) == 1:
            return f"{self.suite}  {self.checks[0]}: only in {self.path}"
        return f"{self.suite}: {len(self.checks)} checks are only in {self.path}"


def compare(before: Path, after: Path) -> list[Difference | OneSided]:
    """Return the differences in the order of the first certificate, then the checks that only one of the two has.

    Raises HarnessError for what is no certificate.
    """
    old, new = dict(_outcomes(before)), dict(_outcomes(after))
    changed = [
        Difference(*name, old[name], new[name]) for name in old if new.get(name, old[name]) != old[name]
    ]
    return [*changed, *_one_sided(old, new, before), *_one_sided(new, old, after)]


def _one_sided(here: Outcomes, there: Outcomes, path: Path) -> Iterator[OneSided]:
    checks: dict[str, list[str]] = {}
    for suite, check in here:
        if check and (suite, check) not in there:
            checks.setdefault(suite, []).append(check)
    for suite, names in checks.items():
        yield OneSided(suite, tuple(names), path)


def _badness(word: str) -> int:
    return _BAD.get(word, _RESERVED if word.startswith(f"{SUCCEEDED} ") else 0)


def _outcomes(path: Path) -> Iterator[tuple[tuple[str, str], str]]:
    for suite in _suites(path):
        yield (str(suite.get("name")), ""), str(suite.get("verdict"))
        for result in suite.get("results", []):
            yield (str(suite.get("name")), str(result.get("name"))), str(result.get("outcome"))


def _suites(path: Path) -> list[Any]:
    document = json_text.read_file(path)
    suites = document.get("suites") if isinstance(document, dict) else None
    if not isinstance(suites, list) or not all(isinstance(each, dict) for each in suites):
        raise HarnessError(f"{path} is no certificate; write one with --json FILE")
    return suites
