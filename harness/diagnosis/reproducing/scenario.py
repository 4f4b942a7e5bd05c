"""A specimen as a scenario file: what is there, the failure as both logs show it, the remedy, the arrival."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from harness.azure_ad.mappings.functions import Value
from harness.diagnosis.judging import Judge
from harness.diagnosis.reproducing.mending import (
    MOST_SHOWN,
    REMEDIES,
    Node,
    no_remedy,
    upn,
    user_name,
)
from harness.diagnosis.reproducing.specimen import Specimen, matching, unlisted
from harness.remedies.causes import Verdict, causes

# When the pages that causes.yaml names were read.
READ = "2026-11-29"
BY_ASSIGNMENT = frozenset({"not-assigned", "default-access"})
# Nothing is sent, and the log need not say why.
_NOTHING_LOGGED = BY_ASSIGNMENT | {"disabled", "out-of-scope", "creation-off", "not-searchable"}


def text(
    specimen: Specimen,
    judge: Judge,
    *,
    profile: str,
    quirks: Mapping[str, Any],
    match_on: str,
    status: str,
    member_of: str = "",
) -> str:
    """Return the scenario as YAML, ending with the remedy where the case has one that a file can carry out.

    `match_on` is the target that existing accounts are searched by, where it is not the mapping's own; `status` what the
    provisioning log says of the failure; `member_of` is a group that arrives without them, and later with them.
    """
    document = _document(specimen, judge, profile, match_on, status)
    if member_of and specimen.finding.cause not in BY_ASSIGNMENT:
        _add_group(document, member_of, specimen)
    return written({**document, "quirks": dict(quirks)} if quirks else document)


def written(document: Node) -> str:
    """Return a scenario as YAML."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=False, width=120, default_flow_style=None)


def _document(specimen: Specimen, judge: Judge, profile: str, match_on: str, status: str) -> Node:
    finding, rule = specimen.finding, causes()[specimen.finding.cause]
    user = user_name(specimen, judge, {})
    everybody = finding.cause not in BY_ASSIGNMENT
    given_role: list[Node] = [
        {"assign": {"users": [upn(specimen.values)], "role": "Default Access"}},
    ]
    before: list[Node] = [
        *beginning(specimen.template, everybody=everybody),
        *_edits(specimen, match_on),
        *(given_role if finding.cause == "default-access" else []),
    ]
    remedy = REMEDIES.get(finding.cause, no_remedy)(specimen, judge)
    after: list[Node] = []
    if remedy is not None:
        arrived = {"aws users": {"$contains": {"userName": remedy.user_name}}}
        after = [*remedy.steps, {"wait": "24h", "expect": arrived}]
    return {
        "scenario": f"Reproduced - {finding.meaning.rstrip('.')}",
        "source": {"title": rule.title, "url": rule.source, "section": rule.section, "read": READ},
        "tags": ["reported", "reproduced"],
        "profile": profile,
        "given": _given(specimen),
        "steps": [*before, {"turn provisioning on": {}, "expect": _failure(specimen, user, status)}, *after],
    }


def _add_group(document: Node, name: str, specimen: Specimen) -> None:
    """Make the user a member of a group of theirs alone: AWS has it without them until the remedy."""
    document["given"]["azure_ad"]["groups"] = [{"displayName": name, "members": [upn(specimen.values)]}]
    steps = document["steps"]
    failing = next(step for step in steps if "turn provisioning on" in step)
    failing["expect"]["aws memberships"] = {name: []}
    # Who was disabled when the group was sent comes into it with the next change of the group.
    if "wait" in steps[-1] and specimen.finding.cause != "disabled":
        arrived = steps[-1]["expect"]["aws users"]["$contains"]["userName"]
        steps[-1]["expect"]["aws memberships"] = {name: [arrived]}


def beginning(template: str, *, everybody: bool) -> list[Node]:
    """Return the steps that set up provisioning from an application of a template, over everybody or those assigned."""
    application = {"add enterprise application": {"gallery": "AWS Single Sign-on", "name": "AWS"}}
    scope = "all users and groups" if everybody else "assigned users and groups"
    return [
        {"enable automatic provisioning": {}},
        *([application] if template == "aws" else []),
        {"configure provisioning": {"scope": scope}},
    ]


def _given(specimen: Specimen) -> Node:
    users = [each for each in (specimen.other, specimen.values) if each is not None]
    holdings: Node = {"azure_ad": {"users": [_user(values) for values in users]}}
    if specimen.account is not None:
        account: Node = {
            "userName": specimen.account.user_name,
            "displayName": "Made By Hand",
            "name": {"givenName": "Made", "familyName": "By Hand"},
        }
        if specimen.account.email:
            account["emails"] = [{"value": specimen.account.email, "type": "work", "primary": True}]
        holdings["aws_sso"] = {"users": [account]}
    return holdings


def _user(values: Mapping[str, Value]) -> Node:
    properties = {name: value for name, value in values.items() if value is not None}
    properties.pop("objectId", None)
    if original := properties.pop("originalUserPrincipalName", None):
        properties["userPrincipalName"] = original
    if "accountEnabled" in properties:
        enabled = properties.pop("accountEnabled") == "True"
        return {**properties, **({} if enabled else {"accountEnabled": False})}
    return dict(properties)


def _edits(specimen: Specimen, match_on: str) -> list[Node]:
    settings: Node = {}
    deleted = [target for target, entry in specimen.edits.items() if entry is None]
    changed = [edit(target, entry) for target, entry in specimen.edits.items() if entry is not None]
    if lacking := unlisted(specimen):
        settings["attribute list"] = [{"name": target} for target in lacking]
    if deleted:
        settings["delete"] = deleted
    if changed:
        settings["set"] = changed
    if targets := [match_on] if match_on else matching(specimen):
        settings["match on"] = targets
    if specimen.filtered is not None:
        groups = [
            group
            for name in ("groups", "inputFilterGroups", "categoryFilterGroups")
            for group in specimen.filtered.get(name) or []
        ]
        settings["source object scope"] = [
            {"title": group.get("name") or "Filter", "clauses": [_clause(each) for each in group["clauses"]]}
            for group in groups
        ]
    if specimen.actions:
        settings["target object actions"] = sorted(specimen.actions & {"Update", "Delete"})
    return [{"edit mapping": settings}] if settings else []


def edit(target: str, entry: Node) -> Node:
    """Return one mapping of a schema as the step `edit mapping` takes it."""
    source = entry.get("source")
    node: Node = {"target": target}
    if source is None:
        node["constant"] = entry.get("defaultValue") or ""
    elif source.get("type") == "Attribute":
        node["source"] = source["name"]
    else:
        node["expression"] = source["expression"]
    if source is not None and entry.get("defaultValue"):
        node["default value"] = entry["defaultValue"]
    return node


def _clause(clause: Node) -> list[str]:
    operands = (clause.get("targetOperand") or {}).get("values") or []
    return [clause["sourceOperandName"], clause["operatorName"], *map(str, operands)]


def _failure(specimen: Specimen, user: str, status: str) -> Node:
    """Return what both logs are to show of the failure."""
    finding = specimen.finding
    missing: Node = {"$not": {"$contains": {"userName": user}}}
    entry: Node = {"provisioningStatusInfo": {"status": status}}
    if finding.cause in _NOTHING_LOGGED:
        return {"aws users": {"$not": {"$contains": {"userName": user}}}}
    expected: Node = {"provisioning log": {"$contains": entry}}
    if finding.cause != "same-as-somebody" and specimen.account is None:
        expected["aws users"] = missing
    if finding.verdict is Verdict.REFUSED:
        event: Node = {"eventName": "CreateUser", "errorCode": "ValidationException"}
        if specimen.finding.sentence and len(finding.sentence) < 10 * MOST_SHOWN:
            event["errorMessage"] = {"$any": True}
        expected["cloudtrail"] = {"$contains": event}
    elif finding.verdict is Verdict.CONFLICTS:
        expected["cloudtrail"] = {"$contains": {"eventName": "CreateUser", "errorCode": "ConflictException"}}
    return expected
