"""What an administrator does on the Provisioning page of the enterprise application.

Source: the AWS SSO User Guide, https://github.com/awsdocs/aws-single-sign-on-user-guide, doc_source/azure-ad-idp.md
(read 2026-11).
"""

from __future__ import annotations

import json
from typing import Any

from harness.azure_ad.provisioning.schema import attribute_mapping
from harness.base.errors import nearest
from harness.scenario.play import Play, Result, StepError, judge
from harness.scenario.steps.registry import step


@step("configure provisioning")
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


@step("test connection")
def _test_connection(play: Play, arguments: dict[str, Any]) -> Result:
    """Press Test Connection with the given credentials, or with those noted down."""
    body = {"templateId": "scim", "credentials": _credentials(play, arguments)}
    response = play.graph("POST", play.synchronization("/jobs/validateCredentials"), body)
    return judge(response, "the supplied credentials are authorized to enable provisioning")


@step("save notification settings")
def _save_notification(play: Play, arguments: dict[str, Any]) -> Result:
    return judge(
        play.graph("PUT", play.synchronization("/secrets"), {"value": _notification(arguments)}),
        "the settings are saved",
    )


@step("view mapping")
def _view_mapping(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(play.graph("GET", play.job_path("/schema")), "the attribute mappings are shown")


@step("edit mapping")
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


@step("turn provisioning on")
def _turn_on(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(play.graph("POST", play.job_path("/start")), "provisioning is on")


@step("turn provisioning off")
def _turn_off(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(play.graph("POST", play.job_path("/pause")), "provisioning is off")


@step("restart provisioning")
def _restart(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(
        play.graph("POST", play.job_path("/restart"), {"criteria": {"resetScope": ""}}),
        "provisioning starts over",
    )


@step("view job")
def _view_job(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(play.graph("GET", play.job_path()), "the job is shown")


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
