"""What `harness why` prints, of a user or a group, as plain lines. Pure functions over JSON values."""

from __future__ import annotations

import textwrap
from itertools import chain, repeat
from typing import Any

from harness.azure_ad.provisioning.why.sections import sections
from harness.base.wording import moment
from harness.client.layout import WIDTH, cut, row, rows
from harness.client.words import advice_lines, entry_lines, mend

# What each part of the answer is called in the margin; the others are called by their own name.
_LABELS = {"waiting": "waits", "next": "next cycle"}


def why_lines(account: dict[str, Any], now: str) -> list[str]:
    """Word why somebody, or a group, is or is not in the target; a group's members come last."""
    lines = [*textwrap.wrap(account["summary"], WIDTH), ""]
    for name, texts in sections(account, now):
        label = "group" if name == "who" and "group" in account else _LABELS.get(name, name)
        lines += rows(label, texts)
        if name == "match":
            lines += _entries(account)
    lines += _job(account["job"])
    return lines if account["advice"] is None else [*lines, "", *advice_lines(account["advice"])]


def _entries(account: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for label, name in (("last", "last"), ("last sent", "lastSent")):
        entry = account[name]
        if entry and (name == "last" or entry != account["last"]):
            lines += map(row, chain((label,), repeat("")), entry_lines(entry))
    return lines or [row("last", "nothing in the provisioning log")]


def _job(job: dict[str, Any]) -> list[str]:
    lines = [row("job", f"{job['state']}, schedule {'on' if job['schedule'] == 'Active' else 'off'}")]
    if job["quarantine"]:
        quarantine = job["quarantine"]
        since = f"in quarantine since {moment(quarantine['since'])}: {cut(quarantine['message'])}"
        lines += rows("", [since, *mend(quarantine["code"])])
    return lines
