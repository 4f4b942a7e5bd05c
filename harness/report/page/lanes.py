"""The swim-lane picture of a scenario, as inline SVG: the exchanges of each step between the lanes, and jumps of the clock.

A long scenario is thinned, never cut off: each step has its first arrows, as many failed ones as fit, and the number of those
left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from urllib.parse import unquote, unquote_plus, urlsplit

from msgspec import Struct

from harness.report.collected import ScenarioStory, StepStory
from harness.report.writing import legal
from harness.scenario.events import Observation
from harness.wire.recording.exchanges import Exchange

MAX_ARROWS = 60
_ORDER = ("Administrator", "Azure AD", "AWS SSO")
# The first lane is near the edge, so that a phone shows it without scrolling.
_LEFT, _LANE, _ROW, _HEAD = 0, 300, 30, 44
_MARGIN, _LETTER = 10, 6.5
_CHARACTERS_PER_LANE = 40
_LONGEST_JUMP = 34
# UUIDs are shortened, for they hide the rest of a path; the timeline has them in full.
_IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_KINDS = ("exchange", "mail", "clock")


class _Row(Struct, frozen=True):
    """One line of the picture. `kind` is step, arrow, mail, clock or more; `ends` are lanes, from and to.

    An arrow has no text of its own: its label is made from the exchange, as long as the arrow allows.
    """

    kind: str
    text: str
    ends: tuple[str, str] = ("", "")
    good: bool = True
    title: str = ""
    exchange: Exchange | None = None


def draw(story: ScenarioStory) -> list[str]:
    """Return the elements of the picture as SVG markup, none when nothing was exchanged."""
    rows = list(_rows(story))
    named = {lane for row in rows for lane in row.ends if lane}
    lanes = [lane for lane in _ORDER if lane in named] + sorted(named - set(_ORDER))
    if not lanes:
        return []
    places = {lane: _LEFT + _LANE // 2 + _LANE * index for index, lane in enumerate(lanes)}
    width, height = _LEFT + _LANE * len(lanes), _HEAD + _ROW * len(rows) + 12
    title = escape(legal(f"Exchanges of: {story.started.title}"))
    parts = [
        f'<svg class="lanes" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{title}</title>",
    ]
    for lane, x in places.items():
        parts.append(f'<line class="lane" x1="{x}" y1="{_HEAD - 10}" x2="{x}" y2="{height - 6}"/>')
        parts.append(f'<rect class="lane-head" x="{x - 75}" y="4" width="150" height="26" rx="5"/>')
        parts.append(_text(x, 22, lane, "lane-name", anchor="middle"))
    for index, row in enumerate(rows):
        parts += _draw(row, _HEAD + _ROW * index, places, width)
    return [*parts, "</svg>"]


def _rows(story: ScenarioStory) -> Iterator[_Row]:
    busy = [step for step in story.steps if any(item.kind in _KINDS[:2] for item in step.observations)]
    total = sum(item.kind in _KINDS[:2] for step in busy for item in step.observations)
    share = MAX_ARROWS if total <= MAX_ARROWS else max(1, MAX_ARROWS // len(busy))
    left = MAX_ARROWS
    for step in story.steps:
        yield _Row("step", f"{step.started.number}. {step.started.verb}", good=not step.failures)
        chosen = _choose(step, min(share, left))
        hidden = 0
        for index, item in enumerate(step.observations):
            if item.kind not in _KINDS:
                continue
            if item.kind != "clock" and index not in chosen:
                hidden += 1
                continue
            if hidden:
                yield _Row("more", _left_out(hidden))
                hidden = 0
            yield _row(item)
        if hidden:
            yield _Row("more", _left_out(hidden))
        left -= len(chosen)


def _choose(step: StepStory, room: int) -> set[int]:
    """Return the indices of a step's arrows to draw: up to half of them failed ones, the rest the first ones."""
    arrows = [index for index, item in enumerate(step.observations) if item.kind in _KINDS[:2]]
    if len(arrows) <= room:
        return set(arrows)
    chosen = set([index for index in arrows if not step.observations[index].good][: (room + 1) // 2])
    for index in arrows:
        if len(chosen) >= room:
            break
        chosen.add(index)
    return chosen


def _left_out(count: int) -> str:
    return f"… {count} more {'exchange' if count == 1 else 'exchanges'}, see the timeline"


def _row(item: Observation) -> _Row:
    title = f"{item.at} {item.summary}"
    if item.exchange is not None:
        exchange = item.exchange
        return _Row("arrow", "", (exchange.source, exchange.target), item.good, title, exchange)
    if item.kind == "mail":
        return _Row("mail", f"✉ {item.summary}", (item.lane, "Administrator"), item.good, title)
    return _Row("clock", item.summary, title=title)


def label(exchange: Exchange, most: int = 110) -> str:
    """Return an exchange in about `most` characters, with the whole status: `POST /Users → 201`."""
    parts = urlsplit(exchange.request.url)
    # An endpoint begins with /<tenant>/scim/v2, which is left out.
    path = _IDENTIFIER.sub("…", unquote(parts.path.partition("/scim/v2")[2] or parts.path))
    path += f"?{unquote_plus(parts.query)}" if parts.query else ""
    answer = (
        str(exchange.response.status) if exchange.response else (exchange.error or "no answer").split(":")[0]
    )
    room = max(12, most - len(exchange.request.method) - len(answer) - 4)
    if len(path) > room:
        # A query is cut at its end, a path at its beginning: …/synchronization/jobs/…/start.
        path = f"{path[: room - 1]}…" if parts.query else f"…{path[1 - room :]}"
    return f"{exchange.request.method} {path} → {answer}"


def _draw(row: _Row, y: int, places: dict[str, int], width: int) -> Iterator[str]:
    tone = "" if row.good else " bad"
    middle = y + _ROW // 2 + 4
    if row.kind == "step":
        yield f'<rect class="band{tone}" x="0" y="{y + 2}" width="{width}" height="{_ROW - 4}"/>'
        yield _text(_MARGIN, middle, row.text, f"verb{tone}", most=90)
    elif row.kind == "clock":
        start = 2 * _MARGIN + round(_LETTER * min(len(row.text), _LONGEST_JUMP))
        yield f'<line class="jump" x1="{start}" y1="{middle - 4}" x2="{width}" y2="{middle - 4}"/>'
        yield _text(_MARGIN, middle, row.text, "jump-text", most=_LONGEST_JUMP, title=row.title)
    elif row.kind == "more":
        yield _text((_LEFT + width) // 2, middle, row.text, "more", anchor="middle")
    else:
        yield from _arrow(row, y, places, tone)


def _arrow(row: _Row, y: int, places: dict[str, int], tone: str) -> Iterator[str]:
    start, end, base = places[row.ends[0]], places[row.ends[1]], y + _ROW - 6
    direction = 1 if end >= start else -1
    dashed = " mail" if row.kind == "mail" else ""
    if start == end:
        path = f"M{start} {base - 12} h22 v12 h-22"
        tip, side = start, -1
    else:
        path = f"M{start} {base} H{end}"
        tip, side = end, direction
    yield f'<path class="arrow{tone}{dashed}" d="{path}"/>'
    yield f'<path class="tip{tone}" d="M{tip} {base} l{-9 * side} -5 v10 z"/>'
    middle = start + 30 if start == end else (start + end) // 2
    anchor = "start" if start == end else "middle"
    room = _CHARACTERS_PER_LANE * max(1, abs(end - start) // _LANE)
    text = label(row.exchange, room) if row.exchange else row.text
    yield _text(middle, base - 6, text, f"arrow-text{tone}", anchor=anchor, most=room, title=row.title)


def _text(
    x: int, y: int, text: str, style: str, *, anchor: str = "start", most: int = 80, title: str = ""
) -> str:
    visible = legal(text)
    if len(visible) > most:
        visible, title = f"{visible[: most - 1]}…", title or text
    hover = f"<title>{escape(legal(title))}</title>" if title else ""
    return f'<text class="{style}" x="{x}" y="{y}" text-anchor="{anchor}">{hover}{escape(visible)}</text>'
