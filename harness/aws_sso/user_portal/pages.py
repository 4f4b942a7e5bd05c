"""The user portal for people: signing in, the accounts with their permission sets, access keys to copy, signing out.

Imitates https://docs.aws.amazon.com/singlesignon/latest/userguide/using-the-portal.html and howtogetcredentials.html, "To
get temporary credentials of an IAM role for CLI access to an AWS account" (edition of June 2023, read 2026-11-29). A
permission set's name leads to its account's management console. The console is not imitated: a page says so, and the event of
entering it is logged. The HTTP statuses of the error pages are nowhere recorded.
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from harness.aws_sso import identity_store
from harness.aws_sso.accounts import access, credentials
from harness.aws_sso.identity_store import USER, Record
from harness.aws_sso.tenant import Tenant, current
from harness.aws_sso.user_portal import (
    addresses,
    assertions,
    events,
    identity_source,
    replays,
    sessions,
    sign_in_requests,
)
from harness.aws_sso.user_portal.assertions import UNEXPECTED, SignInError, Vouched
from harness.aws_sso.user_portal.sessions import SignedIn
from harness.base.clock import iso

_COOKIE = "x-amz-sso_authn"
_WITH_PROVIDER = "Open AWS SSO from your identity provider."
_WITHOUT_PROVIDER = (
    "The identity source is the directory of AWS itself, whose passwords are not imitated: nobody signs in until the console's"
    " Settings name an identity provider."
)


def consume(saml_id: str) -> ResponseReturnValue:
    """Take the response that a browser posts from the identity provider, and sign the person in."""
    tenant = current()
    try:
        vouched = assertions.vouched(tenant, saml_id)
        with tenant.store.transaction():
            back = _accept(tenant, vouched)
            user = _user(tenant, vouched.name_id)
            secret, session = sessions.begin(tenant, user.id, attributes=vouched.attributes)
            events.signed_in(tenant, user, vouched.name_id, session)
    except SignInError as error:
        events.refused(tenant, str(error))
        return render_template("sign_in.html", sentence=error.page), 400
    answer = redirect(back)
    answer.set_cookie(_COOKIE, secret, httponly=True, secure=request.is_secure, samesite="Lax")
    return answer


def _accept(tenant: Tenant, vouched: Vouched) -> str:
    """Return the address to go to after an assertion. Raises SignInError for a used one, and for one that answers an unknown request."""
    if not replays.is_new(tenant, vouched.assertion_id, vouched.until):
        raise SignInError(UNEXPECTED, "Assertion was used before")
    if vouched.answers is None:
        return addresses.portal(tenant)
    awaited = sign_in_requests.take(tenant, vouched.answers)
    if awaited is None:
        raise SignInError(UNEXPECTED, "Response answers no request that is open")
    return f"{tenant.settings.signin_origin}{awaited.back}"


def start() -> ResponseReturnValue:
    """Show the person's accounts; without a session redirect to the identity provider, if there is one."""
    tenant = current()
    person = signed_in(tenant)
    if person is None:
        return outside()
    entries = access.entries(tenant, person.user.id)
    with tenant.store.transaction():
        events.called(tenant, "ListApplications", person, {})
    nothing = tenant.quirks["portal-without-assignments"]
    return render_template("portal.html", user=person.user.attributes, entries=entries, nothing=nothing)


def access_keys() -> ResponseReturnValue:
    """Show temporary credentials for one permission set in one account, new ones each time."""
    tenant = current()
    person = signed_in(tenant)
    if person is None:
        return outside()
    account, name, details = _chosen()
    role = access.role(tenant, person.user.id, account, name)
    if role is None:
        return _no_access(tenant, "GetRoleCredentials", person, details, "Access keys")
    with tenant.store.transaction():
        keys = credentials.issue(tenant, account, role, person.user.attributes["userName"])
        events.called(tenant, "GetRoleCredentials", person, details)
        events.entered(tenant, person, account, name)
    return render_template(
        "access_keys.html", account=account, role=name, keys=keys, expires=iso(keys.expires)
    )


def management_console() -> ResponseReturnValue:
    """Show where the permission set's name would lead, and log that the person went there."""
    tenant = current()
    person = signed_in(tenant)
    if person is None:
        return outside()
    account, name, details = _chosen()
    if access.role(tenant, person.user.id, account, name) is None:
        return _no_access(tenant, "Federate", person, details, "AWS Management Console")
    with tenant.store.transaction():
        events.called(tenant, "Federate", person, details)
        events.entered(tenant, person, account, name)
    return render_template("management_console.html", account=account, role=name)


def _chosen() -> tuple[str, str, dict[str, str]]:
    """Return account and permission set of the present address, and both under their names in events."""
    account, name = request.args.get("account_id", ""), request.args.get("role_name", "")
    return account, name, {"role_name": name, "account_id": account}


def _no_access(
    tenant: Tenant, call: str, person: SignedIn, details: dict[str, str], title: str
) -> ResponseReturnValue:
    """Refuse access that the person does not have, in the words of the real page's API."""
    with tenant.store.transaction():
        events.refused_call(tenant, call, person, details)
    return render_template("portal_message.html", title=title, sentence=events.NO_ACCESS), 403


def sign_out() -> ResponseReturnValue:
    """End the session, if there is one; the page is the same without."""
    tenant = current()
    person = signed_in(tenant)
    if person is not None:
        with tenant.store.transaction():
            sessions.end(tenant, _secret())
            events.called(tenant, "Logout", person, {})
    answer = redirect(url_for("user_portal.signed_out"), 303)
    answer.delete_cookie(_COOKIE)
    return answer


def signed_out() -> ResponseReturnValue:
    sentence = "Open AWS SSO from your identity provider to sign in again."
    return render_template("portal_message.html", title="You are signed out", sentence=sentence)


def signed_in(tenant: Tenant) -> SignedIn | None:
    """Return the session of the present request's browser, None without one."""
    return sessions.find(tenant, _secret())


def outside() -> ResponseReturnValue:
    """Redirect a person without a session to the identity provider and back here; without a provider, show a page that says so."""
    tenant = current()
    if request.method == "GET":
        with tenant.store.transaction():
            address = sign_in_requests.begin(tenant, request.full_path.rstrip("?"))
        if address is not None:
            return redirect(address)
    sentence = (
        f"You are not signed in. {_WITH_PROVIDER if identity_source.provider(tenant) else _WITHOUT_PROVIDER}"
    )
    return render_template("sign_in.html", sentence=sentence), 401


def _secret() -> str:
    return request.cookies.get(_COOKIE, "")


def _user(tenant: Tenant, name_id: str) -> Record:
    """Return the active user with exactly this user name; none is created just in time."""
    user_id = identity_store.find(tenant, "user.userName", name_id)
    user = None if user_id is None else identity_store.fetch(tenant, USER, user_id)
    # `find` may ignore case, for names are unique regardless of case.
    exact = user is not None and user.attributes["userName"] == name_id
    if user is None or not (exact or tenant.quirks["name-id-ignores-case"]):
        raise SignInError(UNEXPECTED, "NameID matches the user name of no user")
    if not user.attributes["active"]:
        raise SignInError(UNEXPECTED, "User is disabled")
    return user
