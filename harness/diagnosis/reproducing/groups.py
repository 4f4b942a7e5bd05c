"""A group's failure as a scenario: the group alone, the failure as AWS and the logs show it, the remedy, the arrival."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.base.errors import HarnessError
from harness.base.store import Document
from harness.diagnosis.diagnosing import Diagnosis
from harness.diagnosis.groups import GroupFinding
from harness.diagnosis.preparing import Case
from harness.diagnosis.reproducing.masking import Mask
from harness.diagnosis.reproducing.mending import Node
from harness.diagnosis.reproducing.playing import trouble
from harness.diagnosis.reproducing.scenario import READ, beginning, edit, written
from harness.remedies.causes import causes

# What may stand before the start, and the remedy, by cause; the group's name goes into the place of {name}.
_ASSIGN: Node = {"assign": {"groups": ["{name}"]}}
_RENAME: Node = {"update group": {"group": "{name}", "set": {"displayName": "Renamed"}}}
_SECURE: Node = {"update group": {"group": "{name}", "set": {"securityEnabled": True}}}
_STORIES: Mapping[str, tuple[list[Node], list[Node]]] = {
    "group-not-assigned": ([], [_ASSIGN]),
    "group-not-security-enabled": ([_ASSIGN], [_SECURE]),
    "groups-not-mapped": (
        [{"edit mapping": {"of": "groups", "enabled": False}}],
        [{"edit mapping": {"of": "groups", "enabled": True}}],
    ),
    "group-refused": ([], [_RENAME]),
    "group-same-name": ([{"create group": {"displayName": "{name}"}}], [_RENAME]),
    "group-not-mappable": ([], []),
}
_BY_ASSIGNMENT = frozenset({"group-not-assigned", "group-not-security-enabled"})
_RENAMED = frozenset({"group-refused", "group-same-name"})


def named_group(diagnosis: Diagnosis, name: str) -> GroupFinding | None:
    """Return the verdict on the group of a name or id, if there is one."""
    folded = name.casefold()
    return next(
        (
            each
            for each in diagnosis.groups
            if folded and folded in (each.id, each.finding.user_principal_name.casefold())
        ),
        None,
    )


def of_group(case: Case, group: GroupFinding, mask: Mask, *, profile: str) -> str:
    """Return the scenario. Raises HarnessError for a group that does not fail, and where none fails in the same way."""
    finding = group.finding
    if finding.cause not in _STORIES:
        raise HarnessError(
            f"the group '{finding.user_principal_name}' is {finding.verdict.value}: there is no failure to reproduce. "
            f"{finding.meaning} {finding.remedy}".rstrip()
        )
    name = mask.text(finding.user_principal_name)
    document = _document(case, finding.cause, finding.meaning, name, profile)
    text = written({**document, "quirks": dict(case.quirks)} if case.quirks else document)
    if problem := trouble(text):
        raise HarnessError(
            f"no scenario fails as the group '{finding.user_principal_name}' does ({finding.meaning}): {problem}"
        )
    return text


def _document(case: Case, cause: str, meaning: str, name: str, profile: str) -> Node:
    rule = causes()[cause]
    before, remedy = ([_with_name(step, name) for step in steps] for steps in _STORIES[cause])
    secure: Node = {"securityEnabled": False} if cause == "group-not-security-enabled" else {}
    arrived = "Renamed" if cause in _RENAMED else name
    after: Node = {"wait": "24h", "expect": {"aws groups": {"$contains": {"displayName": arrived}}}}
    return {
        "scenario": f"Reproduced - a group: {meaning.rstrip('.')}",
        "source": {"title": rule.title, "url": rule.source, "section": rule.section, "read": READ},
        "tags": ["reported", "reproduced"],
        "profile": profile,
        "given": {"azure_ad": {"groups": [{"displayName": name, **secure}]}},
        "steps": [
            *beginning(case.template, everybody=cause not in _BY_ASSIGNMENT),
            *_edits(case.evidence.schema),
            *before,
            {"turn provisioning on": {}, "expect": _failure(cause, name)},
            *([*remedy, after] if remedy else []),
        ],
    }


def _failure(cause: str, name: str) -> Node:
    failed: Node = {"$contains": {"provisioningStatusInfo": {"status": "failure"}}}
    if cause == "group-same-name":
        return {"aws groups": [{"displayName": name}], "provisioning log": failed}
    expected: Node = {"aws groups": {"$not": {"$contains": {"displayName": name}}}}
    if cause == "group-refused":
        event = {"eventName": "CreateGroup", "errorCode": "ValidationException"}
        expected |= {"provisioning log": failed, "cloudtrail": {"$contains": event}}
    return expected


def _edits(schema: Document | None) -> list[Node]:
    """Return how the schema's mapping gives the name, where that is not the group's own."""
    rules = (schema or {}).get("synchronizationRules") or []
    mappings = [each for rule in rules for each in rule.get("objectMappings") or ()]
    groups: Document = next((each for each in mappings if each.get("sourceObjectName") == "Group"), {})
    entries = [
        e for e in groups.get("attributeMappings") or () if e.get("targetAttributeName") == "displayName"
    ]
    if not entries or (entries[0].get("source") or {}).get("expression") == "[displayName]":
        return []
    return [{"edit mapping": {"of": "groups", "set": [edit("displayName", entries[0])]}}]


def _with_name(step: Any, name: str) -> Any:
    if isinstance(step, dict):
        return {key: _with_name(value, name) for key, value in step.items()}
    if isinstance(step, list):
        return [_with_name(each, name) for each in step]
    return name if step == "{name}" else step
