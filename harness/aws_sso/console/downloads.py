"""The event history as a file: `GET /console/api/event-history?form=csv`, or json, s3, eventbridge."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from harness.aws_sso.cloudtrail.carriers import FORMS, MOST, Carried, carry
from harness.aws_sso.tenant import current


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/api/event-history", view_func=event_history, methods=["GET"])


def event_history() -> Response:
    """Answer with the newest events in a form, at most as many as the parameter `most` says."""
    form, most = request.args.get("form", "csv"), request.args.get("most", str(MOST))
    if form not in FORMS:
        abort(400, f"form must be one of {', '.join(FORMS)}")
    if not (most.isascii() and most.isdigit() and 1 <= int(most) <= MOST):
        abort(400, f"most must be a number between 1 and {MOST}")
    return attached(carry(current(), form, int(most)))


def attached(carried: Carried) -> Response:
    """Answer with a file that a browser keeps."""
    name = carried.name.rpartition("/")[2]
    headers = {
        "Content-Type": carried.media_type,
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(carried.content, 200, headers)
