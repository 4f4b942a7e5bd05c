"""The user portal and the way into it: whom AWS SSO trusts, the assertion consumer service (ACS), what a person may enter.

`app.py` binds the routes through here.
"""

from __future__ import annotations

from flask import Blueprint, Flask

from harness.aws_sso.user_portal import identity_source, pages

blueprint = Blueprint("user_portal", __name__)
blueprint.add_url_rule("/platform/saml/acs/<saml_id>", view_func=pages.consume, methods=["POST"])
blueprint.add_url_rule("/start", view_func=pages.start)
blueprint.add_url_rule("/start/access-keys", view_func=pages.access_keys)
blueprint.add_url_rule("/start/sign-out", view_func=pages.sign_out, methods=["POST"])
blueprint.add_url_rule("/start/signed-out", view_func=pages.signed_out)


def register(app: Flask) -> None:
    """Bind the routes. The console's one is named into its blueprint, whose guard against other sites then holds."""
    rule = "/console/api/identity-source"
    app.add_url_rule(rule, "console.api_identity_source", identity_source.answer, methods=["GET", "PUT"])
    app.register_blueprint(blueprint)
