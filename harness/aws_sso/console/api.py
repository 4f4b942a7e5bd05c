"""The console as JSON: what scenarios press and read. Errors are `{"message": …}` with a 4xx status.

The identity source and the event history, which few ask for, are bound with the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException

from harness.aws_sso import notices, tokens
from harness.aws_sso.console import actions
from harness.aws_sso.documents import decode
from harness.aws_sso.tenant import current
from harness.aws_sso.tokens import Declined, Token
from harness.base.json_text import encode
from harness.pages.policy import guard
from harness.wire.application import Application
from harness.wire.cross_site import is_order_of_another_site

_PROVISIONING = "/console/api/automatic-provisioning"
_TOKENS, _USERS, _GROUPS = "/console/api/tokens", "/console/api/users", "/console/api/groups"
_ADDRESSES = (_PROVISIONING, _TOKENS, _USERS, _GROUPS)


def is_order(path: str) -> bool:
    """Tell whether a path is one that this application answers."""
    return path.startswith(_ADDRESSES)


def create_app() -> Flask:
    """Build the application; one serves every tenant of the process."""
    app = Application(__name__, static_folder=None)
    routes: tuple[tuple[str, str, Callable[..., Any]], ...] = (
        ("GET", _PROVISIONING, get_provisioning),
        ("POST", _PROVISIONING, enable),
        ("DELETE", _PROVISIONING, disable),
        ("POST", _TOKENS, generate_token),
        ("DELETE", f"{_TOKENS}/<token_id>", delete_token),
        ("GET", _USERS, get_users),
        ("GET", _GROUPS, get_groups),
    )
    for method, rule, view in routes:
        app.add_url_rule(rule, view.__name__, _answering(view), methods=[method])
    app.before_request(_refuse_other_sites)
    app.after_request(guard)
    app.register_error_handler(HTTPException, refused)
    return app


def refused(error: HTTPException) -> Response:
    """Answer what no route took, and what broke in one."""
    message = encode({"message": error.description or error.name})
    return Response(message, error.code or 500, {"Content-Type": "application/json"})


def _refuse_other_sites() -> None:
    if is_order_of_another_site(request.environ):
        abort(403, "The console takes no orders from other sites.")


def _answering(view: Callable[..., tuple[int, Any]]) -> Callable[..., Response]:
    def answer(**path: str) -> Response:
        try:
            status, document = view(**path)
        except Declined as declined:
            status, document = declined.status, {"message": str(declined)}
        body = b"" if document is None else encode(document)
        return Response(body, status, {"Content-Type": "application/json"})

    return answer


def get_provisioning() -> tuple[int, Any]:
    tenant = current()
    on = tokens.enabled(tenant)
    return 200, {
        "provisioningMethod": "SCIM" if on else "Manual",
        "scimEndpoint": tokens.endpoint(tenant) if on else None,
        "tokens": [_described(token) for token in tokens.listed(tenant)],
        "expiryBanner": [_described(token) for token in notices.banner(tenant)],
        "healthEvents": [
            {"tokenId": notice.token_id, "sentAt": notice.sent_at, "expiresAt": notice.expires_at}
            for notice in notices.sent(tenant)
        ],
    }


def enable() -> tuple[int, Any]:
    tenant = current()
    return 201, _issued(actions.enable(tenant))


def disable() -> tuple[int, Any]:
    actions.disable(current(), _confirmation())
    return 204, None


def generate_token() -> tuple[int, Any]:
    return 201, _issued(actions.generate_token(current()))


def delete_token(token_id: str) -> tuple[int, Any]:
    actions.delete_token(current(), token_id, _confirmation())
    return 204, None


def get_users() -> tuple[int, Any]:
    return 200, {"users": list(actions.users(current()))}


def get_groups() -> tuple[int, Any]:
    return 200, {"groups": list(actions.groups(current()))}


def _issued(token: Token) -> dict[str, Any]:
    return {
        "provisioningMethod": "SCIM",
        "scimEndpoint": tokens.endpoint(current()),
        "accessToken": token.value,
        **_described(token),
    }


def _described(token: Token) -> dict[str, str]:
    return {"tokenId": token.id, "createdAt": token.created_at, "expiresAt": token.expires_at}


def _confirmation() -> object:
    """Return the word that the body confirms with."""
    try:
        document = decode(request.get_data(cache=False) or b"{}")
    except ValueError as error:
        raise Declined(400, "The body is not JSON.") from error
    return document.get("confirm") if isinstance(document, dict) else None
