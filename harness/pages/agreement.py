"""The page that says whether both sides agree, in both portals: each difference with its reason, waiting ones apart from wrong ones."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from harness.base.errors import HarnessError
from harness.pages.instruments import instruments
from harness.pages.routes import Route


def shown() -> ResponseReturnValue:
    """Compare both sides now."""
    problem, differences = None, []
    try:
        differences = instruments().agreement()["differences"]
    except HarnessError as error:
        problem = str(error)
    return render_template(
        "pages/agreement.html",
        wrong=[each for each in differences if not each["waiting"]],
        waiting=[each for each in differences if each["waiting"]],
        problem=problem,
    )


ROUTES: tuple[Route, ...] = (("GET", "/agreement", shown),)
