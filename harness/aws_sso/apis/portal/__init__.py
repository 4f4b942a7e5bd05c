"""The APIs of a signed-in person's programs, in REST-JSON: `sso-oidc` gives a token, `sso` lists accounts and gives credentials.

`app.py` binds the routes through here. None of these calls is signed; what they need is a client's secret or a token.
"""

from __future__ import annotations

from flask import Flask

from harness.aws_sso.apis.portal import accounts, tokens
from harness.aws_sso.apis.portal.frame import answering


def register(app: Flask) -> None:
    for method, path, operation in (
        ("POST", "/client/register", tokens.register_client),
        ("POST", "/device_authorization", tokens.start_device_authorization),
        ("POST", "/token", tokens.create_token),
        ("GET", "/assignment/accounts", accounts.list_accounts),
        ("GET", "/assignment/roles", accounts.list_account_roles),
        ("GET", "/federation/credentials", accounts.get_role_credentials),
        ("POST", "/logout", accounts.logout),
    ):
        name = f"portal_api_{operation.__name__}"
        app.add_url_rule(path, name, answering(operation), methods=[method])
