"""What a person does in the AWS SSO console and at the sign-in page: provisioning, access tokens, the user portal.

Source: the AWS SSO User Guide, https://github.com/awsdocs/aws-single-sign-on-user-guide, doc_source/provision-automatically.md, the
procedures (edition of June 2023, read 2026-11-30).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

from msgspec.structs import replace

from harness.base.json_text import decode
from harness.scenario.play import Play, Result, StepError, content, judge
from harness.scenario.steps.registry import step
from harness.wire.message import Request, Response, json_request

_ACTION = re.compile(r'<form method="post" action="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')

_ALERT = re.compile(r'<p[^>]* role="alert">([^<]+)</p>')


@step("enable automatic provisioning")
def _enable(play: Play, arguments: dict[str, Any]) -> Result:
    """AWS SSO console: Settings, Provisioning, Enable automatic provisioning; note down endpoint and token."""
    response = play.console("POST", "/automatic-provisioning", arguments)
    return _note_token(play, response, "automatic provisioning is enabled")


@step("disable automatic provisioning")
def _disable(play: Play, arguments: dict[str, Any]) -> Result:
    body = {"confirm": arguments.get("confirm", "DISABLE")}
    return judge(
        play.console("DELETE", "/automatic-provisioning", body), "automatic provisioning is disabled"
    )


@step("view automatic provisioning")
def _view(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(play.console("GET", "/automatic-provisioning"), "the provisioning settings are shown")


@step("generate access token")
def _generate(play: Play, arguments: dict[str, Any]) -> Result:
    return _note_token(play, play.console("POST", "/tokens", arguments), "a new access token is shown")


@step("delete access token")
def _delete_token(play: Play, arguments: dict[str, Any]) -> Result:
    """Delete one token by id, by default the oldest."""
    token = arguments.get("token id")
    if token is None:
        tokens = content(play.console("GET", "/automatic-provisioning", quiet=True))["tokens"]
        if not tokens:
            raise StepError("there is no access token to delete")
        token = tokens[0]["tokenId"]
    return judge(
        play.console("DELETE", f"/tokens/{quote(token, safe='')}", {"confirm": "DELETE"}),
        "the access token is deleted",
    )


@step("download event history")
def _download_events(play: Play, arguments: dict[str, Any]) -> Result:
    """Download the events as a file; JSON (also compressed, or one document a line) is parsed, CSV stays text."""
    form = arguments["form"]
    response = play.console("GET", f"/event-history?form={form}")
    result = judge(response, f"the event history is downloaded as {form}")
    if form == "s3":
        import gzip  # as S3 keeps them, and nobody else

        return replace(result, body=decode(gzip.decompress(response.body)))
    if form == "eventbridge":
        return replace(result, body=[decode(line) for line in response.body.splitlines()])
    return result


@step("sign in")
def _sign_in(play: Play, arguments: dict[str, Any]) -> Result:
    """Act as a browser: choose who signs in at Azure AD's page, submit its form, follow the redirect to the user portal."""
    _connect_identity_source(play)
    begins_at = arguments.get("begins at", "azure ad")
    if begins_at == "open session":
        return _look_again(play, arguments["user"])
    page = (_ask_portal if begins_at == "user portal" else _ask_azure_ad)(play, arguments)
    send = play.world.person
    if page.status == 200:
        fields = _fields(page)
        action = _plain(_ACTION.findall(page.body.decode())[0])
        page = send(_form(action, fields))
    if page.status == 302:
        cookie = play.cookies[arguments["user"]] = str(page.header("Set-Cookie")).partition(";")[0]
        page = send(Request("GET", str(page.header("Location")), (("Cookie", cookie),)))
        if page.status == 200 and "access keys" in arguments:
            keys = arguments["access keys"]
            query = urlencode({"account_id": keys["account"], "role_name": keys["permission set"]})
            origin = play.world.aws.settings.signin_origin
            page = send(Request("GET", f"{origin}/start/access-keys?{query}", (("Cookie", cookie),)))
    result = judge(page, f"{arguments['user']} is signed in to the user portal")
    sentence = _ALERT.search(page.body.decode())
    return replace(result, error=_plain(sentence[1])) if sentence else result


def _ask_azure_ad(play: Play, arguments: dict[str, Any]) -> Response:
    """Return Azure AD's page with the SAML response, as after a click at My Apps."""
    settings = play.world.azure.settings
    body = {
        "user": arguments["user"],
        "nameId": arguments.get("name id"),
        "claims": arguments.get("claims"),
        "servicePrincipalId": play.world.app_id,
    }
    url = f"{settings.graph_origin}/{settings.tenant_id}/saml2/sign-on"
    return play.world.person(json_request("POST", url, body))


def _ask_portal(play: Play, arguments: dict[str, Any]) -> Response:
    """Open the user portal, follow to Azure AD's page, and choose there who signs in."""
    if {"name id", "claims"} & arguments.keys():
        raise StepError(
            "'name id' and 'claims' are for sign-in that begins at Azure AD; its page asks for the user only"
        )
    send, settings = play.world.person, play.world.azure.settings
    source = content(play.console("GET", "/identity-source", quiet=True))
    page = send(Request("GET", source["signInUrl"]))
    if page.status == 302:
        page = send(Request("GET", str(page.header("Location"))))
    if page.status != 200:
        return page
    action = f"{settings.graph_origin}/{settings.tenant_id}/saml2/sign-on"
    return send(_form(action, {**_fields(page), "user": arguments["user"]}))


def _look_again(play: Play, user: str) -> Result:
    """Open the user portal in the browser in which the person signed in before."""
    cookie = play.cookies.get(user)
    if cookie is None:
        raise StepError(
            f"{user} has not signed in before; a step 'sign in' without 'begins at: open session' does that"
        )
    url = f"{play.world.aws.settings.signin_origin}/start"
    page = play.world.person(Request("GET", url, (("Cookie", cookie),)))
    result = judge(page, f"{user} is still signed in to the user portal")
    ended = "the session has ended; the user portal leads to Azure AD's page"
    return replace(result, outcome="failure", error=ended) if page.status == 302 else result


def _fields(page: Response) -> dict[str, str]:
    """Return the hidden fields of a page's forms."""
    return {name: _plain(value) for name, value in _HIDDEN.findall(page.body.decode())}


def _plain(text: str) -> str:
    """Return an HTML text as plain text."""
    from html import unescape  # few scenarios look at pages

    return unescape(text)


def _form(url: str, fields: dict[str, str]) -> Request:
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    return Request("POST", url, (kind,), urlencode(fields).encode())


def _connect_identity_source(play: Play) -> None:
    """Set up SAML between AWS SSO and Azure AD, once; unrecorded, for the keys differ from run to run."""
    if content(play.console("GET", "/identity-source", quiet=True))["type"] == "EXTERNAL_IDP":
        return
    settings, send = play.world.azure.settings, play.world.unrecorded
    path = f"/{settings.tenant_id}/federationmetadata/2007-06/federationmetadata.xml"
    metadata = send(Request("GET", settings.graph_origin + path)).body.decode()
    source = content(play.console("PUT", "/identity-source", {"metadata": metadata}, quiet=True))
    names = {"servicePrincipalNames": [source["issuerUrl"]], "replyUrls": [source["acsUrl"]]}
    play.graph("PATCH", f"/servicePrincipals/{play.world.app_id}", names, quiet=True)


def _note_token(play: Play, response: Response, outcome: str) -> Result:
    result = judge(response, outcome)
    if result.error is None:
        play.scim_endpoint = result.body.get("scimEndpoint") or play.scim_endpoint
        play.access_token = result.body["accessToken"]
    return result
