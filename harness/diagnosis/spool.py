"""Findings in a file on disk while people are judged, so that a million users need little memory.

Equal unique values are looked for by their hashes first; only values with equal hashes are compared in full.
"""

from __future__ import annotations

import tempfile
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import pairwise
from types import TracebackType
from typing import IO, Protocol

import orjson

from harness.diagnosis.judging import Judged
from harness.diagnosis.verdicts import Finding
from harness.remedies.causes import Verdict


class Clash(Protocol):
    """Returns the finding of a user whose unique value another user has too (`certain`), or may have."""

    def __call__(self, user: str, name: str, value: str, /, *, certain: bool) -> Finding: ...


@dataclass(frozen=True, slots=True)
class _Line:
    """One finding as saved. `decided`: no other user's values change the verdict; `is_sent` as in Judged."""

    finding: Finding
    keys: dict[str, str]
    decided: bool
    is_sent: bool


class Spool(AbstractContextManager["Spool"]):
    """Findings in the order in which they were added. `settle` is called once, after the last one."""

    def __init__(self) -> None:
        self._lines: IO[bytes] = tempfile.TemporaryFile(prefix="harness-diagnosis-")  # noqa: SIM115 - closed with the spool
        self._hashes: dict[str, array[int]] = {}
        self._shared: dict[str, dict[str, bool]] = {}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.close()

    def add(self, judged: Judged) -> None:
        """Save one finding."""
        for name, value in judged.keys.items():
            self._hashes.setdefault(name, array("q")).append(hash(value))
        finding = judged.finding
        line: list[object] = [finding.user_principal_name, finding.verdict.value, judged.keys, judged.is_sent]
        if finding.cause:
            line.append([getattr(finding, name) for name in _WORDED])
        self._lines.write(orjson.dumps(line) + b"\n")

    def settle(self) -> None:
        """Find the unique values that several users would have, and whether two of those users are certainly sent."""
        twice = {name: _repeated(sorted(hashes)) for name, hashes in self._hashes.items()}
        self._hashes.clear()
        if not any(twice.values()):
            return
        holders = {name: Counter[str]() for name in twice}
        certain = {name: Counter[str]() for name in twice}
        for line in self._read():
            for name, value in line.keys.items():
                if hash(value) in twice[name]:
                    holders[name][value] += 1
                    certain[name][value] += line.is_sent
        self._shared = {
            name: {value: certain[name][value] > 1 for value, count in counter.items() if count > 1}
            for name, counter in holders.items()
        }

    def findings(self, clash: Clash) -> Iterator[Finding]:
        """Yield every finding; `clash` makes that of a user who is sent with a unique value of another user's."""
        for line in self._read():
            name = None
            if self._shared and line.is_sent and not line.decided:
                names = [name for name, value in line.keys.items() if value in self._shared.get(name, ())]
                name = min(names, key=lambda each: not self._shared[each][line.keys[each]], default=None)
            if name is None or (
                line.finding.verdict is Verdict.UNDECIDABLE and not self._shared[name][line.keys[name]]
            ):
                yield line.finding
            else:
                value = line.keys[name]
                yield clash(line.finding.user_principal_name, name, value, certain=self._shared[name][value])

    def _read(self) -> Iterator[_Line]:
        self._lines.seek(0)
        for line in self._lines:
            user, name, keys, is_sent, *rest = orjson.loads(line)
            verdict = _VERDICTS[name]
            finding = Finding(user, verdict, *rest[0]) if rest else Finding(user, verdict)
            yield _Line(finding, keys, verdict in _DECIDED, is_sent)


_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_DECIDED = (Verdict.REFUSED, Verdict.SKIPPED, Verdict.CONFLICTS)
# The fields of a finding behind the verdict, in their order.
_WORDED = ("cause", "attribute", "value", "mapping", "rule", "sentence", "meaning", "remedy")


def _repeated(ordered: list[int]) -> frozenset[int]:
    return frozenset(value for value, after in pairwise(ordered) if value == after)
