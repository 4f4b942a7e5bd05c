"""A page of the HTML report, read as its script reads it: blocks unpacked, numbers turned into lines."""

import gzip
import json
from base64 import b64decode
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from lxml import html

from harness.report.page.html import HtmlReport
from harness.report.page.packing import NEW
from harness.scenario.events import Event


@dataclass(frozen=True)
class Row:
    at: str
    kind: str
    lane: str
    summary: str
    good: bool
    details: dict[str, str]


@dataclass(frozen=True)
class Inside:
    """What opens of one scenario. `picture` is None when nothing was drawn."""

    description: list[str]
    facts: dict[str, tuple[str, str]]
    picture: Any
    rows: list[Row]
    file: str


@dataclass(frozen=True)
class Page:
    text: str
    tree: Any
    scenarios: list[Inside]


def page_of(events: list[Event], path: Path) -> Page:
    report = HtmlReport(path)
    for event in events:
        report.consume(event)
    report.finish()
    text = path.read_text(encoding="utf-8")
    tree = html.fromstring(text)
    (lines,) = map(_unpacked, tree.xpath("//script[@id='lines']"))
    blocks = [
        _unpacked(tree.get_element_by_id(article.get("data-packed")))[int(article.get("data-place"))]
        for article in tree.xpath("//article")
    ]
    return Page(text, tree, [_inside(block, lines) for block in blocks])


def _unpacked(script: Any) -> Any:
    return json.loads(gzip.decompress(b64decode(script.text)))


def _inside(block: dict[str, Any], lines: list[str]) -> Inside:
    following = count(block["first"])

    def texts(value: Any) -> Any:
        if isinstance(value, list):
            return [texts(each) for each in value]
        if isinstance(value, bool) or not isinstance(value, int):
            return value
        return lines[next(following) if value == NEW else value]

    picture, rows, file = (texts(block[name]) for name in ("picture", "rows", "file"))
    return Inside(
        description=block["description"],
        facts={label: (text, link) for label, text, link in block["facts"]},
        picture=html.fromstring("".join(picture)) if picture else None,
        rows=[Row(*row[:5], details={name: "\n".join(text) for name, text in row[5]}) for row in rows],
        file="\n".join(file),
    )
