"""`harness certify compare A B`: what two certificates say differently, of two runs, servers or versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.base import json_text
from harness.base.errors import HarnessError

_GOOD = ("PASSED", "SKIPPED", "WAIVED")


@dataclass(frozen=True, slots=True)
class Difference:
    """A check, or a suite's verdict (an empty `check`), before and after; an empty text where one certificate lacks it."""

    suite: str
    check: str
    before: str
    after: str

    @property
    def worse(self) -> bool:
        """Tell of what was good and is not any more, or is gone."""
        good = (*_GOOD, "Succeeded")
        return self.before in good and self.after not in good

    def __str__(self) -> str:
        name = f"{self.suite}  {self.check}" if self.check else self.suite
        return f"{name}: {self.before or 'absent'} → {self.after or 'absent'}"


def compare(before: Path, after: Path) -> list[Difference]:
    """Return the differences, in the order of the first certificate. Raises HarnessError for what is no certificate."""
    old, new = dict(_outcomes(before)), dict(_outcomes(after))
    names = [*old, *(name for name in new if name not in old)]
    return [
        Difference(*name, old.get(name, ""), new.get(name, ""))
        for name in names
        if old.get(name) != new.get(name)
    ]


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
