"""The common routes of both portals: style and script, the form that lets time pass, and the harness's own pages."""

from __future__ import annotations

from datetime import timedelta
from threading import BoundedSemaphore

from flask import Blueprint, Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from harness.base.clock import parse_duration
from harness.base.errors import HarnessError
from harness.pages import agreement, rewinding, timeline
from harness.pages.addresses import way_back
from harness.pages.policy import guard
from harness.pages.routes import bind
from harness.pages.surroundings import Surroundings, surroundings
from harness.wire.cross_site import is_order_of_another_site

NEXT_CYCLE = "next cycle"
# A request that lets time pass waits for the cycles, and these need free threads to answer their own requests.
_WAITING = BoundedSemaphore(2)

blueprint = Blueprint(
    "pages", __name__, url_prefix="/pages", template_folder="templates", static_folder="static"
)
bind(blueprint, (agreement, rewinding, timeline))


@blueprint.before_request
def _refuse_other_sites() -> None:
    if is_order_of_another_site(request.environ):
        abort(403, "The harness takes no orders from other sites.")


@blueprint.after_request
def _guard(response: Response) -> Response:
    return guard(response) if response.mimetype == "text/html" else response


@blueprint.post("/clock")
def let_time_pass() -> ResponseReturnValue:
    """Move the clock by a span, or until the next cycle is over; then return to the form's page."""
    around = surroundings()
    if around is None:
        abort(404)
    try:
        span = _span(around, request.form.get("span", ""))
    except HarnessError as error:
        abort(400, str(error))
    if not _WAITING.acquire(blocking=False):
        abort(503, "Time is passing already. Try again when that is over.")
    try:
        around.advance(span)
    except HarnessError as error:
        abort(400, str(error))
    finally:
        _WAITING.release()
    return redirect(way_back(request.form.get("back", "/")), 303)


def _span(around: Surroundings, text: str) -> timedelta:
    """Return the span to move by. Raises HarnessError for a bad duration, or when no cycle is planned."""
    if text != NEXT_CYCLE:
        return parse_duration(text)
    due = around.next_cycle()
    if due is None:
        raise HarnessError("No cycle is planned: start provisioning first.")
    return max(due - around.clock.now(), timedelta())
