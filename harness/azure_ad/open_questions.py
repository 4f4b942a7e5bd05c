"""What sources leave open about the provisioning service, and which quirk answers it.

Source: the pages and reports that `quirks.yaml` cites, row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from harness.base.tables import read_table


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """`quirks` are ids of the table beside; `reason` says what else there is to say, or why there is no quirk."""

    question: str
    quirks: tuple[str, ...] = ()
    reason: str = ""


@cache
def open_questions() -> tuple[OpenQuestion, ...]:
    rows = read_table("harness.azure_ad", "open_questions.yaml")
    return tuple(
        OpenQuestion(row["question"], tuple(row.get("quirks", ())), row.get("reason", "")) for row in rows
    )
