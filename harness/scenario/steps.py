"""The verbs of scenario files, one small function each, in the words of the guides they replay.

`STEPS` is the registry; `schema.json` describes each verb's arguments (a test compares the two). A step acts over
HTTP, as the person it stands for would, and returns a `Result`; a refusal is a result too, so that scenarios can
expect it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

from harness.azure_ad.provisioning.schema import attribute_mapping
from harness.base.clock import parse_duration
from harness.base.errors import nearest
from harness.scenario.play import Play, Result, StepError, judge
from harness.wire.message import Request, Response, json_request

Step: TypeAlias = Callable[[Play, Any], Result]
STEPS: dict[str, Step] = {}
_FORM = re.compile(r'action="([^"]+)">\s*<input type="hidden" name="SAMLResponse" value="([^"]+)"')
_ALERT = re.compile(r'<p role="alert">([^<]+)</p>')


def _step(verb: str) -> Callable[[Step], Step]:
    def register(function: Step) -> Step:
        STEPS[verb] = function
        return function

    return register


@_step("enable automatic provisioning")
def _enable(play: Play, arguments: dict[str, Any]) -> Result:
    """AWS SSO console: Settings, Provisioning, Enable automatic provisioning; note down endpoint and token."""
    response = play.console("POST", "/automatic-provisioning", arguments)
    return _note_token(play, response, "automatic provisioning is enabled")


@_step("disable automatic provisioning")
def _disable(play: Play, arguments: dict[str, Any]) -> Result:
    body = {"confirm": arguments.get("confirm", "DISABLE")}
    return judge(
        play.console("DELETE", "/automatic-provisioning", body), "automatic provisioning is disabled"
    )


@_step("view automatic provisioning")
def _view(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(play.console("GET", "/automatic-provisioning"), "the provisioning settings are shown")


@_step("generate access token")
def _generate(play: Play, arguments: dict[str, Any]) -> Result:
    return _note_token(play, play.console("POST", "/tokens", arguments), "a new access token is shown")


@_step("delete access token")
def _delete_token(play: Play, arguments: dict[str, Any]) -> Result:
    """Delete one token by id, by default the oldest."""
    token = arguments.get("token id")
    if token is None:
        tokens = play.console("GET", "/automatic-provisioning", quiet=True).json()["tokens"]
        if not tokens:
            raise StepError("there is no access token to delete")
        token = tokens[0]["tokenId"]
    return judge(
        play.console("DELETE", f"/tokens/{quote(token, safe='')}", {"confirm": "DELETE"}),
        "the access token is deleted",
    )


@_step("configure provisioning")
def _configure(play: Play, arguments: dict[str, Any]) -> Result:
    """Azure portal: Tenant URL, Secret Token, notification e-mail, Save; the job is created with them."""
    if not play.job_id:
        created = play.graph("POST", play.synchronization("/jobs"), {"templateId": "scim"})
        if created.status != 201:
            return judge(created, "")
        play.job_id = created.json()["id"]
    secrets = _credentials(play, arguments) + _notification(arguments)
    return judge(
        play.graph("PUT", play.synchronization("/secrets"), {"value": secrets}), "provisioning is configured"
    )


@_step("test connection")
def _test_connection(play: Play, arguments: dict[str, Any]) -> Result:
    """Press Test Connection with the given credentials, or with those noted down."""
    body = {"templateId": "scim", "credentials": _credentials(play, arguments)}
    response = play.graph("POST", play.synchronization("/jobs/validateCredentials"), body)
    return judge(response, "the supplied credentials are authorized to enable provisioning")


@_step("save notification settings")
def _save_notification(play: Play, arguments: dict[str, Any]) -> Result:
    return judge(
        play.graph("PUT", play.synchronization("/secrets"), {"value": _notification(arguments)}),
        "the settings are saved",
    )


@_step("view mapping")
def _view_mapping(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(play.graph("GET", play.job_path("/schema")), "the attribute mappings are shown")


@_step("edit mapping")
def _edit_mapping(play: Play, arguments: dict[str, Any]) -> Result:
    """Azure portal: Mappings; delete attributes by source or target name, set others, choose what is matched on."""
    schema = play.graph("GET", play.job_path("/schema"), quiet=True).json()
    kind = "Group" if arguments.get("of") == "groups" else "User"
    mapping = next(
        entry
        for entry in schema["synchronizationRules"][0]["objectMappings"]
        if entry["sourceObjectName"] == kind
    )
    rows = mapping["attributeMappings"]
    for name in arguments.get("delete", []):
        rows.remove(_row(rows, name))
    for change in arguments.get("set", []):
        _set_row(rows, change)
    if "match on" in arguments:
        for row in rows:
            row["matchingPriority"] = 0
        for priority, name in enumerate(arguments["match on"], start=1):
            _row(rows, name)["matchingPriority"] = priority
    return judge(play.graph("PUT", play.job_path("/schema"), schema), "the attribute mappings are saved")


@_step("assign")
def _assign(play: Play, arguments: dict[str, Any]) -> Result:
    """Azure portal: Users and groups, Add user, Assign."""
    path = f"/servicePrincipals/{play.world.app_id}"
    role = play.graph("GET", f"{path}?$select=appRoles", quiet=True).json()["appRoles"][0]["id"]
    result = Result("nobody was named")
    for kind in ("users", "groups"):
        for name in arguments.get(kind, []):
            body = {
                "principalId": play.principal(kind, name),
                "resourceId": play.world.app_id,
                "appRoleId": role,
            }
            result = judge(play.graph("POST", f"{path}/appRoleAssignedTo", body), f"{name} is assigned")
            if result.error:
                return result
    return result


@_step("unassign")
def _unassign(play: Play, arguments: dict[str, Any]) -> Result:
    path = f"/servicePrincipals/{play.world.app_id}/appRoleAssignedTo"
    result = Result("nobody was named")
    for kind in ("users", "groups"):
        for name in arguments.get(kind, []):
            condition = quote(f"principalId eq '{play.principal(kind, name)}'")
            found = play.graph("GET", f"{path}?$filter={condition}", quiet=True).json()["value"]
            if not found:
                raise StepError(f"'{name}' is not assigned to the application")
            result = judge(
                play.graph("DELETE", f"{path}/{quote(found[0]['id'])}"), f"{name} is no longer assigned"
            )
    return result


@_step("turn provisioning on")
def _turn_on(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(play.graph("POST", play.job_path("/start")), "provisioning is on")


@_step("turn provisioning off")
def _turn_off(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(play.graph("POST", play.job_path("/pause")), "provisioning is off")


@_step("restart provisioning")
def _restart(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(
        play.graph("POST", play.job_path("/restart"), {"criteria": {"resetScope": ""}}),
        "provisioning starts over",
    )


@_step("view job")
def _view_job(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(play.graph("GET", play.job_path()), "the job is shown")


@_step("create user")
def _create_user(play: Play, arguments: dict[str, Any]) -> Result:
    return judge(play.graph("POST", "/users", arguments), "the user is created")


@_step("update user")
def _update_user(play: Play, arguments: dict[str, Any]) -> Result:
    return judge(
        play.graph("PATCH", f"/users/{quote(arguments['user'], safe='')}", arguments["set"]),
        "the user is updated",
    )


@_step("delete user")
def _delete_user(play: Play, arguments: dict[str, Any]) -> Result:
    return judge(play.graph("DELETE", f"/users/{quote(arguments['user'], safe='')}"), "the user is deleted")


@_step("create group")
def _create_group(play: Play, arguments: dict[str, Any]) -> Result:
    given = {name: value for name, value in arguments.items() if name != "members"}
    result = judge(play.graph("POST", "/groups", given), "the group is created")
    if result.error or not arguments.get("members"):
        return result
    return _add_members(play, result.body["id"], arguments["members"])


@_step("update group")
def _update_group(play: Play, arguments: dict[str, Any]) -> Result:
    group = play.principal("groups", arguments["group"])
    return judge(play.graph("PATCH", f"/groups/{group}", arguments["set"]), "the group is updated")


@_step("delete group")
def _delete_group(play: Play, arguments: dict[str, Any]) -> Result:
    return judge(
        play.graph("DELETE", f"/groups/{play.principal('groups', arguments['group'])}"),
        "the group is deleted",
    )


@_step("add member")
def _add_member(play: Play, arguments: dict[str, Any]) -> Result:
    return _add_members(play, play.principal("groups", arguments["group"]), arguments["members"])


@_step("remove member")
def _remove_member(play: Play, arguments: dict[str, Any]) -> Result:
    group = play.principal("groups", arguments["group"])
    result = Result("nobody was named")
    for name in arguments["members"]:
        member = _member(play, name)
        result = judge(
            play.graph("DELETE", f"/groups/{group}/members/{member}/$ref"), f"{name} left the group"
        )
        if result.error:
            return result
    return result


@_step("wait")
def _wait(play: Play, arguments: Any) -> Result:
    """Let virtual time pass; cycles that fall due run on the way."""
    play.world.advance(parse_duration(arguments))
    return Result(f"{arguments} later")


@_step("scim request")
def _scim_request(play: Play, arguments: dict[str, Any]) -> Result:
    """Send one SCIM request, with the noted token unless another is given; an empty token sends none."""
    endpoint = arguments.get("endpoint", play.scim_endpoint)
    token = arguments.get("token", play.access_token)
    headers = {"Content-Type": "application/scim+json", **arguments.get("headers", {})}
    if token:
        headers.setdefault("Authorization", f"Bearer {token}")
    body = b""
    if "raw body" in arguments:
        body = arguments["raw body"].encode()
    elif "body" in arguments:
        body = json.dumps(arguments["body"], ensure_ascii=False).encode()
    url = endpoint.rstrip("/") + quote(arguments["path"], safe="/?&=%:+$,;@!~*'().-_")
    method = arguments["method"]
    response = play.scim(Request(method, url, tuple(headers.items()), body))
    return judge(response, f"{method} {arguments['path']} answered {response.status}")


@_step("graph request")
def _graph_request(play: Play, arguments: dict[str, Any]) -> Result:
    response = play.graph(arguments["method"], arguments["path"], arguments.get("body"))
    return judge(response, f"{arguments['method']} {arguments['path']} answered {response.status}")


@_step("aws request")
def _aws_request(play: Play, arguments: dict[str, Any]) -> Result:
    """Call an operation of `identitystore`, `cloudtrail` or `sso-admin`; the identity store id is filled in."""
    parameters = dict(arguments.get("parameters", {}))
    if arguments["service"] == "identitystore":
        parameters.setdefault("IdentityStoreId", play.world.aws.settings.identity_store_id)
    response = play.aws(arguments["service"], arguments["operation"], parameters)
    return judge(response, f"{arguments['operation']} answered {response.status}")


@_step("sign in")
def _sign_in(play: Play, arguments: dict[str, Any]) -> Result:
    """Be a browser: post at Azure AD's sign-in page, submit the form it answers, follow to the user portal."""
    _connect_identity_source(play)
    settings, send = play.world.azure.settings, play.world.person
    who = {"user": arguments["user"], "nameId": arguments.get("name id")}
    url = f"{settings.graph_origin}/{settings.tenant_id}/saml2/sign-on"
    page = send(json_request("POST", url, {**who, "servicePrincipalId": play.world.app_id}))
    if page.status == 200:
        action, response = (unescape(part) for part in _FORM.findall(page.body.decode())[0])
        form = ("Content-Type", "application/x-www-form-urlencoded")
        page = send(Request("POST", action, (form,), urlencode({"SAMLResponse": response}).encode()))
    if page.status == 302:
        cookie = str(page.header("Set-Cookie")).partition(";")[0]
        page = send(Request("GET", str(page.header("Location")), (("Cookie", cookie),)))
    result = judge(page, f"{arguments['user']} is signed in to the user portal")
    sentence = _ALERT.search(page.body.decode())
    return replace(result, error=unescape(sentence[1])) if sentence else result


def _connect_identity_source(play: Play) -> None:
    """Make AWS SSO and Azure AD trust each other, once; unrecorded, for keys differ from run to run."""
    if play.console("GET", "/identity-source", quiet=True).json()["type"] == "EXTERNAL_IDP":
        return
    settings, send = play.world.azure.settings, play.world.unrecorded
    path = f"/{settings.tenant_id}/federationmetadata/2007-06/federationmetadata.xml"
    metadata = send(Request("GET", settings.graph_origin + path)).body.decode()
    source = play.console("PUT", "/identity-source", {"metadata": metadata}, quiet=True).json()
    names = {"servicePrincipalNames": [source["issuerUrl"]], "replyUrls": [source["acsUrl"]]}
    play.graph("PATCH", f"/servicePrincipals/{play.world.app_id}", names, quiet=True)


def _note_token(play: Play, response: Response, outcome: str) -> Result:
    result = judge(response, outcome)
    if result.error is None:
        play.scim_endpoint = result.body.get("scimEndpoint") or play.scim_endpoint
        play.access_token = result.body["accessToken"]
    return result


def _credentials(play: Play, arguments: dict[str, Any]) -> list[dict[str, str]]:
    url = arguments.get("tenant url", play.scim_endpoint)
    token = arguments.get("secret token", play.access_token)
    return [{"key": "BaseAddress", "value": url}, {"key": "SecretToken", "value": token}]


def _notification(arguments: dict[str, Any]) -> list[dict[str, str]]:
    if "notification email" not in arguments and "send on failure" not in arguments:
        return []
    settings = {
        "Enabled": bool(arguments.get("send on failure", False)),
        "DeleteThresholdEnabled": False,
        "HumanResourcesLookaheadQueryEnabled": False,
        "Recipients": arguments.get("notification email", ""),
    }
    return [{"key": "SyncNotificationSettings", "value": json.dumps(settings)}]


def _row(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Find an attribute mapping by its target or by its plain source attribute. Raises StepError."""
    names = {}
    for row in rows:
        source = row.get("source") or {}
        names[row["targetAttributeName"]] = row
        if source.get("type") == "Attribute":
            names.setdefault(source["name"], row)
    if name not in names:
        raise StepError(f"no attribute mapping has '{name}' as source or target{nearest(name, names)}")
    return names[name]


def _set_row(rows: list[dict[str, Any]], change: dict[str, Any]) -> None:
    target = change["target"]
    expression = change.get("expression") or (f"[{change['source']}]" if "source" in change else None)
    default = change.get("constant", change.get("default value"))
    present = next((row for row in rows if row["targetAttributeName"] == target), None)
    match = change.get("matching precedence", present["matchingPriority"] if present else 0)
    row = attribute_mapping(target, expression, match=match, default=default)
    if present is None:
        rows.append(row)
    else:
        rows[rows.index(present)] = row


def _add_members(play: Play, group: str, names: list[str]) -> Result:
    result = Result("nobody was named")
    for name in names:
        body = {
            "@odata.id": f"{play.world.azure.settings.graph_origin}/v1.0/directoryObjects/{_member(play, name)}"
        }
        result = judge(play.graph("POST", f"/groups/{group}/members/$ref", body), f"{name} joined the group")
        if result.error:
            return result
    return result


def _member(play: Play, name: str) -> str:
    return play.principal("users" if "@" in name else "groups", name)
