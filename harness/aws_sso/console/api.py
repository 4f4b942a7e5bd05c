"""The console as JSON: what scenarios press and read. Errors are `{"message": …}` with a 4xx status.

The identity source and the event history, which few ask for, are bound with the pages.
"""

from __future__ import annotations

from typing import Any

from harness.aws_sso import notices, tokens
from harness.aws_sso.console import actions
from harness.aws_sso.documents import decode
from harness.aws_sso.tenant import current
from harness.aws_sso.tokens import Declined, Token
from harness.base.json_text import encode
from harness.base.store import StorageError
from harness.pages.policy import policy
from harness.wire.cross_site import is_order_of_another_site
from harness.wire.message import Response
from harness.wire.present import HttpError, log_broken, present, without_view
from harness.wire.routes import Route, Routes

_PROVISIONING = "/console/api/automatic-provisioning"
_TOKENS, _USERS, _GROUPS = "/console/api/tokens", "/console/api/users", "/console/api/groups"
_ADDRESSES = (_PROVISIONING, _TOKENS, _USERS, _GROUPS)


def is_order(path: str) -> bool:
    """Tell whether a path is one that this application answers."""
    return path.startswith(_ADDRESSES)


def answer() -> Response:
    """Answer the present request; what is refused or breaks says so in a `message`."""
    try:
        return _answer()
    except Declined as declined:
        return _written(declined.status, {"message": str(declined)})
    except HttpError as error:
        return _written(error.status, {"message": _WORDS[error.status]})
    except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and worded
        log_broken(present().environ, error)
        return _written(500, {"message": str(error) if isinstance(error, StorageError) else _WORDS[500]})


def _answer() -> Response:
    request = present()
    if is_order_of_another_site(request.environ):
        raise Declined(403, "The console takes no orders from other sites.")
    match = _ROUTES.match(request.method, request.path.removesuffix("/"))
    if match.view is None:
        allowed = without_view(match)
        return Response(allowed.status, (*allowed.headers, *policy().items()))
    return _written(*match.view(**match.arguments))


def _written(status: int, document: Any) -> Response:
    body = b"" if document is None else encode(document)
    return Response(status, (("Content-Type", "application/json"), *policy().items()), body)


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
        document = decode(present().body() or b"{}")
    except ValueError as error:
        raise Declined(400, "The body is not JSON.") from error
    return document.get("confirm") if isinstance(document, dict) else None


# What HTTP itself refuses, and what breaks.
_WORDS = {
    404: "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.",
    405: "The method is not allowed for the requested URL.",
    413: "The data value transmitted exceeds the capacity limit.",
    500: "The server encountered an internal error and was unable to complete your request. Either the server is overloaded or "
    "there is an error in the application.",
}
_TABLE: tuple[Route, ...] = (
    ("GET", _PROVISIONING, get_provisioning),
    ("POST", _PROVISIONING, enable),
    ("DELETE", _PROVISIONING, disable),
    ("POST", _TOKENS, generate_token),
    ("DELETE", f"{_TOKENS}/<token_id>", delete_token),
    ("GET", _USERS, get_users),
    ("GET", _GROUPS, get_groups),
)
_ROUTES = Routes(_TABLE)
