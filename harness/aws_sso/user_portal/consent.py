"""The pages on which a signed-in person allows a program access: by a device code, or by an authorization code.

Imitates https://docs.aws.amazon.com/cli/latest/userguide/sso-configure-profile-token.html (read 2026-11). Redirects go
only to addresses that the client registered.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from harness.aws_sso.tenant import Tenant, current
from harness.aws_sso.user_portal import grants, pages
from harness.aws_sso.user_portal.grants import ALLOWED, DENIED, Client, Permission


def device() -> ResponseReturnValue:
    """Show a code to compare, or a field to type one; a POST allows or denies it."""
    tenant = current()
    person = pages.signed_in(tenant)
    if person is None:
        return pages.outside()
    code = request.values.get("user_code", "")
    with tenant.store.transaction():
        device = grants.device_of(tenant, code)
        if device is None:
            return render_template("device.html", code=code), 400 if code else 200
        client = grants.client(tenant, device.client_id)
        if request.method == "GET" or client is None:
            return render_template("device.html", device=device, client=client)
        allowed = request.form.get("answer") == "allow"
        grants.answer(tenant, device, person.session, ALLOWED if allowed else DENIED)
    sentence = "You can close this page." if allowed else "Nothing was allowed."
    title = "Request approved" if allowed else "Request denied"
    return render_template("portal_message.html", title=title, sentence=sentence)


def authorize() -> ResponseReturnValue:
    """Show the question whether a client may have access; a POST allows or denies it and redirects to the client."""
    tenant = current()
    fields = request.values
    client, back = _client(tenant)
    if client is None:
        sentence = (
            "The request names no known client, or an address to return to that the client did not register."
        )
        return render_template("portal_message.html", title="Not authorized", sentence=sentence), 400
    person = pages.signed_in(tenant)
    if person is None:
        return pages.outside()
    if fields.get("response_type") != "code" or fields.get("code_challenge_method") != "S256":
        return _return(back, {"error": "invalid_request", "state": fields.get("state", "")})
    if request.method == "GET":
        return render_template("authorize.html", client=client, parameters=request.args.items(multi=True))
    if fields.get("answer") != "allow":
        return _return(back, {"error": "access_denied", "state": fields.get("state", "")})
    scopes = tuple(each for each in fields.get("scopes", "").split() if each in client.scopes)
    with tenant.store.transaction():
        permission = Permission(
            client.id,
            person.user.id,
            scopes or client.scopes,
            redirect_uri=back,
            challenge=fields.get("code_challenge", ""),
            attributes=person.session.attributes,
            times_disabled=person.session.times_disabled,
        )
        code = grants.allow(tenant, permission)
    return _return(back, {"code": code, "state": fields.get("state", "")})


def _client(tenant: Tenant) -> tuple[Client | None, str]:
    """Return the client and the address to redirect to; None if the client did not register that address."""
    client = grants.client(tenant, request.values.get("client_id", ""))
    back = request.values.get("redirect_uri", "")
    if client is None or not any(_same_place(back, each) for each in client.redirect_uris):
        return None, ""
    return client, back


def _same_place(address: str, registered: str) -> bool:
    """Return whether two loopback addresses differ at most in the port, which a native client chooses anew each time.

    RFC 8252, section 7.3, demands it (https://www.rfc-editor.org/rfc/rfc8252; read 2026-11-30 as quoted in
    https://github.com/cloudflare/workers-oauth-provider/issues/35).
    """
    wanted, listed = (grants.loopback(each) for each in (address, registered))
    return wanted is not None and wanted == listed


def _return(back: str, parameters: dict[str, str]) -> ResponseReturnValue:
    joint = "&" if "?" in back else "?"
    return redirect(f"{back}{joint}{urlencode(parameters)}", 303)
