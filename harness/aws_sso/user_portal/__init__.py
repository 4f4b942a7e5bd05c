"""The user portal and its sign-in: the trusted identity provider, the assertion consumer service (ACS), a person's accounts.

`app.py` binds the routes through here.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, render_template, request

from harness.aws_sso.user_portal import consent, identity_source, pages
from harness.pages.policy import guard
from harness.wire.cross_site import is_order_of_another_site

blueprint = Blueprint("user_portal", __name__)
blueprint.add_url_rule("/platform/saml/acs/<saml_id>", view_func=pages.consume, methods=["POST"])
blueprint.add_url_rule("/platform/saml/metadata/<saml_id>", view_func=identity_source.metadata)
blueprint.add_url_rule("/start", view_func=pages.start)
blueprint.add_url_rule("/start/access-keys", view_func=pages.access_keys)
blueprint.add_url_rule("/start/console", view_func=pages.management_console)
blueprint.add_url_rule("/start/sign-out", view_func=pages.sign_out, methods=["POST"])
blueprint.add_url_rule("/start/signed-out", view_func=pages.signed_out)
blueprint.add_url_rule("/device", view_func=consent.device, methods=["GET", "POST"])
blueprint.add_url_rule("/authorize", view_func=consent.authorize, methods=["GET", "POST"])


@blueprint.before_request
def _refuse_other_sites() -> tuple[str, int] | None:
    """Refuse changes from pages of other sites, except the identity provider's, which posts an assertion."""
    brings_assertion = request.endpoint == "user_portal.consume"
    if brings_assertion or not is_order_of_another_site(request.environ):
        return None
    sentence = "The user portal takes no orders from other sites."
    return render_template("portal_message.html", title="Not done", sentence=sentence), 403


@blueprint.after_request
def _guard(response: Response) -> Response:
    """Forbid other sites to show these pages in a frame. Forms may redirect to the identity provider or to a program."""
    return guard(response, forms_lead_on=True)


def register(app: Flask) -> None:
    """Bind the routes. That of the console gets its blueprint's name, and with it the blueprint's guard against other sites."""
    rule = "/console/api/identity-source"
    app.add_url_rule(
        rule, "console.api_identity_source", identity_source.answer, methods=["GET", "PUT", "DELETE"]
    )
    app.register_blueprint(blueprint)
