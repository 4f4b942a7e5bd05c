"""A diagnosis for programs (JSON), for a spreadsheet (CSV) and for a browser (HTML), as texts that follow each other."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache

import orjson
from jinja2 import Environment, PackageLoader

from harness.diagnosis.diagnosing import Diagnosis
from harness.diagnosis.groups import GroupFinding
from harness.diagnosis.verdicts import Finding
from harness.remedies.causes import Verdict

_SHOWN_ON_PAGE = 5000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("userPrincipalName", "verdict", "attribute", "value", "mapping", "rule", "sentence", "remedy")


def json_texts(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield `{"inputs", "mapping", "users", "causes", "logs", …}`, users one a line."""
    head = {
        "inputs": [asdict(each) for each in diagnosis.inputs],
        "mapping": diagnosis.mapping,
        "profile": diagnosis.profile,
        "notes": diagnosis.notes,
        "complete": diagnosis.complete,
        "summary": {verdict.value: diagnosis.counts.get(verdict, 0) for verdict in Verdict},
    }
    yield _dumped(head)[:-1] + ',"users":['
    for number, each in enumerate(diagnosis.findings()):
        yield ("," if number else "") + "\n" + _dumped(user(each))
    tail = {
        "groups": [group(each) for each in diagnosis.groups],
        "causes": [
            {
                "cause": group.cause,
                "verdict": group.verdict.value,
                "attribute": group.attribute,
                "count": group.count,
                "remedy": group.remedy,
            }
            for group in diagnosis.causes
        ],
        "logs": [{**asdict(each), "verdict": each.verdict.value} for each in diagnosis.comparisons],
        "cloudtrailOnly": diagnosis.trail_only,
    }
    yield "\n]," + _dumped(tail)[1:] + "\n"


def csv_texts(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield a line a user; a cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    yield _line(_COLUMNS)
    for each in diagnosis.findings():
        row = user(each)
        yield _line(_neutral(row[name] or "") for name in _COLUMNS)


def html_texts(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield one page: the causes, then everybody who does not arrive, at most the first five thousand."""
    missing = [each for each in diagnosis.findings() if each.verdict is not Verdict.ARRIVES]
    page = _environment().get_template("page.html.jinja")
    yield page.render(
        diagnosis=diagnosis,
        verdicts=list(Verdict),
        users=missing[:_SHOWN_ON_PAGE],
        more=max(0, len(missing) - _SHOWN_ON_PAGE),
    )


def user(each: Finding) -> dict[str, str | None]:
    """Return one user as the JSON shows it."""
    return {
        "userPrincipalName": each.user_principal_name,
        "verdict": each.verdict.value,
        "attribute": each.attribute or None,
        "value": each.value or None,
        "mapping": each.mapping or None,
        "rule": each.rule or None,
        "sentence": each.sentence or None,
        "remedy": each.remedy or None,
    }


def group(each: GroupFinding) -> dict[str, str | list[str] | None]:
    """Return one group as the JSON shows it."""
    row = user(each.finding)
    return {
        "displayName": row.pop("userPrincipalName"),
        "id": each.id,
        **row,
        "missingMembers": list(each.missing),
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("harness.diagnosis", "writing"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _neutral(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _dumped(value: object) -> str:
    return orjson.dumps(value).decode()
