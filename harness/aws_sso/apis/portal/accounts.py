"""The `sso` API: a person's accounts and roles, temporary credentials for one, and the end of the session.

Imitates the four operations of the model sso/2019-06-10 in botocore 1.44.5 (read 2026-11-30). Without access the
answer is a ForbiddenException, which the reference does not list but https://github.com/aws/aws-sam-cli/issues/2129 shows; the
sentence about tokens is in https://github.com/fwdcloudsec/granted/issues/715 (comment of 2021-09-15, description; read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from harness.aws_sso import cursors
from harness.aws_sso.accounts import access, credentials
from harness.aws_sso.apis.portal.frame import PORTAL, PortalError
from harness.aws_sso.apis.sentences import inferred
from harness.aws_sso.tenant import Tenant
from harness.aws_sso.user_portal import events, sessions
from harness.aws_sso.user_portal.sessions import ACCOUNTS, SignedIn

_BEARER = "x-amz-sso_bearer_token"
_PAGE = 100


def list_accounts(tenant: Tenant) -> dict[str, Any]:
    person = _person(tenant)
    rows = [
        {"accountId": each.account.id, "accountName": each.account.name, "emailAddress": each.account.email}
        for each in access.entries(tenant, person.user.id)
    ]
    page = _page(tenant, f"accounts of {person.user.id}", "accountList", rows, "accountId")
    events.called(tenant, "ListAccounts", person, {})
    return page


def list_account_roles(tenant: Tenant) -> dict[str, Any]:
    person, account = _person(tenant), _parameter(tenant, "account_id")
    entry = access.entry(tenant, person.user.id, account)
    if entry is None:
        raise _forbidden(tenant, "ListAccountRoles", person, {"account_id": account})
    rows = [{"roleName": each.name, "accountId": account} for each in entry.roles]
    page = _page(tenant, f"roles of {person.user.id} in {account}", "roleList", rows, "roleName")
    events.called(tenant, "ListAccountRoles", person, {"account_id": account})
    return page


def get_role_credentials(tenant: Tenant) -> dict[str, Any]:
    person = _person(tenant)
    account, name = _parameter(tenant, "account_id"), _parameter(tenant, "role_name")
    details = {"role_name": name, "account_id": account}
    role = access.role(tenant, person.user.id, account, name)
    if role is None:
        raise _forbidden(tenant, "GetRoleCredentials", person, details)
    keys = credentials.issue(tenant, account, role, person.user.attributes["userName"])
    events.called(tenant, "GetRoleCredentials", person, details)
    events.entered(tenant, person, account, name)
    return {
        "roleCredentials": {
            "accessKeyId": keys.access_key_id,
            "secretAccessKey": keys.secret_access_key,
            "sessionToken": keys.session_token,
            "expiration": int(keys.expires.timestamp() * 1000),
        }
    }


def logout(tenant: Tenant) -> None:
    person = _person(tenant)
    sessions.end(tenant, request.headers[_BEARER])
    events.called(tenant, "Logout", person, {})


def _person(tenant: Tenant) -> SignedIn:
    """Return the user of the request's access token. Raises PortalError for a missing or ended one."""
    person = sessions.find(tenant, request.headers.get(_BEARER, ""), ACCOUNTS)
    if person is None:
        raise _error("UnauthorizedException", 401, "Session token not found or invalid")
    return person


def _parameter(tenant: Tenant, name: str) -> str:
    value = request.args.get(name, "")
    if not value:
        raise _error("InvalidRequestException", 400, inferred(tenant, "portal-parameter", name=name))
    return value


def _page(
    tenant: Tenant, scope: str, member: str, rows: Sequence[dict[str, str]], key: str
) -> dict[str, Any]:
    """Return the requested page and the next page's token. Raises PortalError for a bad size or token."""
    token, text = request.args.get("next_token"), request.args.get("max_result", str(_PAGE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _PAGE):
        raise _error("InvalidRequestException", 400, inferred(tenant, "portal-page-size", most=_PAGE))
    try:
        shown_last = None if token is None else cursors.unseal(tenant, scope, token)[0]
    except ValueError as error:
        raise _error("InvalidRequestException", 400, inferred(tenant, "portal-token")) from error
    keys = [row[key] for row in rows]
    start = keys.index(shown_last) + 1 if shown_last in keys else 0
    end = start + int(text)
    following = {"nextToken": cursors.seal(tenant, scope, [keys[end - 1]])} if end < len(rows) else {}
    return {member: list(rows[start:end]), **following}


def _forbidden(tenant: Tenant, name: str, person: SignedIn, details: Mapping[str, str]) -> PortalError:
    """Log a refused call in the event history, and return its error."""
    events.refused_call(tenant, name, person, details)
    return _error("ForbiddenException", 403, events.NO_ACCESS)


def _error(code: str, status: int, message: str) -> PortalError:
    return PortalError(PORTAL, code, status, {"message": message, "__type": f"{PORTAL}#{code}"})
