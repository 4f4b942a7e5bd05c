"""The page that compares both sides, in both portals: each difference with its reason, waiting ones apart from wrong ones.

A comparison reads all users and groups: a small world is compared as the page opens, a large one when a button is pressed.
"""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from harness.base.errors import HarnessError
from harness.pages.instruments import instruments
from harness.pages.routes import Route

_PEOPLE_AT_ONCE = 1_000  # a comparison of as many takes about 150 milliseconds
_ROWS = 100  # of wrong and of waiting differences each


def shown() -> ResponseReturnValue:
    """Compare both sides now, or show the button that does."""
    people = instruments().people
    offered = people > _PEOPLE_AT_ONCE and "compare" not in request.args
    problem: str | None = None
    differences: list[dict[str, Any]] = []
    try:
        if not offered:
            verdict = instruments().agreement()
            differences, problem = verdict["differences"], verdict["problem"]
    except HarnessError as error:
        problem = str(error)
    return render_template(
        "pages/agreement.html",
        people=people if offered else None,
        wrong=[each for each in differences if not each["waiting"]],
        waiting=[each for each in differences if each["waiting"]],
        most=_ROWS,
        problem=problem,
    )


ROUTES: tuple[Route, ...] = (("GET", "/agreement", shown),)
