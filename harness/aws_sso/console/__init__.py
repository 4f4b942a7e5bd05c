"""The administrator's console: JSON under `/console/api` for scenarios and scripts, plain pages for people.

It has no sign-in, since the app is a tool for the loopback interface; what it does refuse is being pressed by a page of
another site in the same browser. Wording and rules follow
https://docs.aws.amazon.com/singlesignon/latest/userguide/provision-automatically.html (read 2026-11).
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from harness.aws_sso.console import api, pages
from harness.base.json_text import encode
from harness.wire.sites import is_order_of_another_site

blueprint = Blueprint("console", __name__, url_prefix="/console")
api.register(blueprint)
pages.register(blueprint)


@blueprint.before_request
def _refuse_other_sites() -> None:
    if is_order_of_another_site(request.environ):
        abort(403, "The console takes no orders from other sites.")


def refuse(error: HTTPException) -> Response:
    """Answer what no console route took, and what broke in one."""
    code = error.code or 500
    if request.path.startswith("/console/api"):
        message = encode({"message": error.description or error.name})
        return Response(message, code, {"Content-Type": "application/json"})
    return make_response(render_template("declined.html", message=error.description or error.name), code)
