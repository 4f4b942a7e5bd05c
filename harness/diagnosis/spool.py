"""Findings on disk while people are judged: a million users fit where memory is small.

Unique values are counted by a hash first, and compared as they are where hashes agree.
"""

from __future__ import annotations

import tempfile
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import pairwise
from types import TracebackType
from typing import IO

import orjson

from harness.diagnosis.judging import Judged
from harness.diagnosis.verdicts import Finding
from harness.remedies.causes import Verdict

Clash = Callable[[str, str, str], Finding]


class Spool(AbstractContextManager["Spool"]):
    """Findings in the order they came. `settle` is called once, after the last one."""

    def __init__(self) -> None:
        self._lines: IO[bytes] = tempfile.TemporaryFile(prefix="harness-diagnosis-")  # noqa: SIM115 - closed with the spool
        self._hashes: dict[str, array[int]] = {}
        self._shared: dict[str, frozenset[str]] = {}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.close()

    def add(self, judged: Judged) -> None:
        """Keep one finding."""
        for name, value in judged.keys.items():
            self._hashes.setdefault(name, array("q")).append(hash(value))
        finding = judged.finding
        line: list[object] = [finding.user_principal_name, finding.verdict.value, judged.keys]
        if finding.cause:
            line.append([getattr(finding, name) for name in _WORDED])
        self._lines.write(orjson.dumps(line) + b"\n")

    def settle(self) -> None:
        """Find the values that several users would hold."""
        twice = {name: _repeated(sorted(hashes)) for name, hashes in self._hashes.items()}
        self._hashes.clear()
        if not any(twice.values()):
            return
        counts: dict[str, Counter[str]] = {name: Counter() for name in twice}
        for _, keys, _ in self._read():
            for name, value in keys.items():
                if hash(value) in twice[name]:
                    counts[name][value] += 1
        self._shared = {
            name: frozenset(value for value, count in counter.items() if count > 1)
            for name, counter in counts.items()
        }

    def findings(self, clash: Clash) -> Iterator[Finding]:
        """Yield every finding; `clash` words that of a user, an attribute and a value that another user holds too."""
        for finding, keys, decided in self._read():
            name = None
            if not decided and self._shared:
                name = next(
                    (name for name, value in keys.items() if value in self._shared.get(name, ())), None
                )
            yield finding if name is None else clash(finding.user_principal_name, name, keys[name])

    def _read(self) -> Iterator[tuple[Finding, dict[str, str], bool]]:
        self._lines.seek(0)
        for line in self._lines:
            user, name, keys, *rest = orjson.loads(line)
            verdict = _VERDICTS[name]
            finding = Finding(user, verdict, *rest[0]) if rest else Finding(user, verdict)
            yield finding, keys, verdict in _DECIDED


_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_DECIDED = (Verdict.REFUSED, Verdict.SKIPPED, Verdict.CONFLICTS)
# The fields of a finding behind the verdict, in their order.
_WORDED = ("cause", "attribute", "value", "mapping", "rule", "sentence", "meaning", "remedy")


def _repeated(ordered: list[int]) -> frozenset[int]:
    return frozenset(value for value, after in pairwise(ordered) if value == after)
