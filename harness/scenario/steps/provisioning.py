"""What an administrator does on the Provisioning page of the enterprise application.

Source: the AWS SSO User Guide, https://github.com/awsdocs/aws-single-sign-on-user-guide, doc_source/azure-ad-idp.md,
steps 1 and 2 (read 2026-11-29).
"""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from harness.azure_ad.mappings.definitions import definition
from harness.azure_ad.mappings.importing import imported
from harness.azure_ad.mappings.schema import SchemaError
from harness.azure_ad.mappings.templates import attribute_mapping
from harness.azure_ad.provisioning.job.moves import SettingError
from harness.azure_ad.provisioning.job.records import DELETES_THRESHOLD
from harness.azure_ad.provisioning.log import on_demand_answer
from harness.base.errors import nearest
from harness.scenario.play import Play, Result, StepError, content, judge
from harness.scenario.steps.registry import step


@step("configure provisioning")
def _configure(play: Play, arguments: dict[str, Any]) -> Result:
    """Azure portal: Tenant URL, Secret Token, notification e-mail, Save; the job is created with them."""
    if not play.current_job():
        template = arguments.get("template") or _first_template(play)
        created = play.graph("POST", play.synchronization("/jobs"), {"templateId": template})
        if created.status != 201:
            return judge(created, "")
        play.job_id = created.json()["id"]
        if play.schema is not None:
            uploaded = _upload_schema(play, dict(play.schema))
            if uploaded.error:
                return uploaded
    secrets = _credentials(play, arguments) + _notification(arguments) + _sync_scope(arguments)
    return judge(
        play.graph("PUT", play.synchronization("/secrets"), {"value": secrets}), "provisioning is configured"
    )


def _upload_schema(play: Play, exported: dict[str, Any]) -> Result:
    """Azure portal: Review your schema, paste the exported one, Save."""
    own = content(play.graph("GET", play.job_path("/schema"), quiet=True))
    try:
        schema = imported(exported, own)
    except SchemaError as error:
        raise StepError(str(error)) from error
    return judge(play.graph("PUT", play.job_path("/schema"), schema), "the exported schema is saved")


@step("test connection")
def _test_connection(play: Play, arguments: dict[str, Any]) -> Result:
    """Press Test Connection with the given credentials, or with those noted down."""
    body = {"templateId": "scim", "credentials": _credentials(play, arguments)}
    response = play.graph("POST", play.synchronization("/jobs/validateCredentials"), body)
    return judge(response, "the supplied credentials are authorized to enable provisioning")


@step("save notification settings")
def _save_notification(play: Play, arguments: dict[str, Any]) -> Result:
    """Azure portal: Settings, Save; the threshold of accidental deletions is a setting of the job."""
    saved = play.graph("PUT", play.synchronization("/secrets"), {"value": _notification(arguments)})
    result = judge(saved, "the settings are saved")
    threshold = arguments.get("accidental deletion threshold")
    if result.error or threshold is None:
        return result
    try:
        play.world.azure.engine.save_settings(play.job_id, {DELETES_THRESHOLD: str(threshold)})
    except SettingError as error:
        raise StepError(str(error)) from error
    return result


@step("view mapping")
def _view_mapping(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(play.graph("GET", play.job_path("/schema")), "the attribute mappings are shown")


@step("edit mapping")
def _edit_mapping(play: Play, arguments: dict[str, Any]) -> Result:
    """Azure portal: Mappings; delete attributes, set others, choose what is matched on, and who the mapping is for."""
    schema = play.graph_page(play.job_path("/schema"))
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
    for entry in arguments.get("attribute list", []):
        row = {"name": entry} if isinstance(entry, str) else entry
        several = row.get("multi-value", False)
        _target_attributes(schema, mapping).append(definition(row["name"], multivalued=several))
    _edit_object(mapping, arguments)
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
    """Press Restart provisioning; what else to `reset` than the button does, only Microsoft Graph offers."""
    criteria = {"resetScope": ", ".join(arguments.get("reset", []))}
    restarted = play.graph("POST", play.job_path("/restart"), {"criteria": criteria})
    return judge(restarted, "provisioning starts over")


@step("allow deletes")
def _allow_deletes(play: Play, arguments: dict[str, Any]) -> Result:
    """Press Allow deletes on a job that is in quarantine with too many deletions."""
    del arguments
    body = {"criteria": {"resetScope": "ForceDeletes"}}
    return judge(play.graph("POST", play.job_path("/restart"), body), "the deletions go through")


@step("provision on demand")
def _provision_on_demand(play: Play, arguments: dict[str, Any]) -> Result:
    """Azure portal: Provision on demand; the body has Graph's key and value, read as the JSON they are."""
    schema = play.graph_page(play.job_path("/schema"))
    kind = "users" if "user" in arguments else "groups"
    subject: dict[str, Any] = {
        "objectId": play.principal(kind, arguments.get("user") or arguments["group"]),
        "objectTypeName": kind[:-1].capitalize(),
    }
    if "members" in arguments:
        chosen = (play.principal("users", name) for name in arguments["members"])
        subject["links"] = {"members": [{"objectId": key, "objectTypeName": "User"} for key in chosen]}
    parameters = {"ruleId": schema["synchronizationRules"][0]["id"], "subjects": [subject]}
    response = play.graph("POST", play.job_path("/provisionOnDemand"), {"parameters": [parameters]})
    result = judge(response, "")
    if result.error:
        return result
    answer = on_demand_answer.read(result.body)
    return replace(
        result,
        outcome=f"provisioning on demand: {answer.result.lower()}",
        error=answer.reason if answer.result == "Failure" else None,
        body={"key": answer.key, "value": answer.value},
    )


@step("view job")
def _view_job(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    return judge(play.graph("GET", play.job_path()), "the job is shown")


def _credentials(play: Play, arguments: dict[str, Any]) -> list[dict[str, str]]:
    url = arguments.get("tenant url", play.scim_endpoint)
    token = arguments.get("secret token", play.access_token)
    return [{"key": "BaseAddress", "value": url}, {"key": "SecretToken", "value": token}]


def _first_template(play: Play) -> str:
    """Return the template that the application is offered first."""
    offered = play.graph_page(play.synchronization("/templates?$select=id"))
    return str(offered["value"][0]["id"])


def _sync_scope(arguments: dict[str, Any]) -> list[dict[str, str]]:
    settings = {}
    if "scope" in arguments:
        settings["SyncAll"] = arguments["scope"].startswith("all")
    if "skip out of scope deletions" in arguments:
        settings["SkipOutOfScopeDeletions"] = arguments["skip out of scope deletions"]
    return [{"key": key, "value": str(value)} for key, value in settings.items()]


def _target_attributes(schema: dict[str, Any], mapping: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the attribute list of the object that a mapping writes to."""
    name = schema["synchronizationRules"][0]["targetDirectoryName"]
    objects = next(each["objects"] for each in schema["directories"] if each["name"] == name)
    attributes: list[dict[str, Any]] = next(
        each["attributes"] for each in objects if each["name"] == mapping["targetObjectName"]
    )
    return attributes


def _edit_object(mapping: dict[str, Any], arguments: dict[str, Any]) -> None:
    if "enabled" in arguments:
        mapping["enabled"] = arguments["enabled"]
    if "target object actions" in arguments:
        words = ["Add" if action == "Create" else action for action in arguments["target object actions"]]
        mapping["flowTypes"] = ",".join(words) or "None"
    if "source object scope" in arguments:
        groups = [
            {"name": each["title"], "clauses": [_clause(*clause) for clause in each["clauses"]]}
            for each in arguments["source object scope"]
        ]
        mapping["scope"] = {"groups": groups, "inputFilterGroups": [], "categoryFilterGroups": []}


def _clause(attribute: str, operator: str, *values: str) -> dict[str, Any]:
    return {
        "sourceOperandName": attribute,
        "operatorName": operator,
        "targetOperand": {"values": list(values)} if values else None,
    }


def _notification(arguments: dict[str, Any]) -> list[dict[str, str]]:
    if not arguments.keys() & {"notification email", "send on failure", "prevent accidental deletion"}:
        return []
    settings = {
        "Enabled": bool(arguments.get("send on failure", False)),
        "DeleteThresholdEnabled": arguments.get("prevent accidental deletion", False),
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
    if change.get("apply") == "only during object creation":
        row["flowType"] = "ObjectAddOnly"
    if present is None:
        rows.append(row)
    else:
        rows[rows.index(present)] = row
