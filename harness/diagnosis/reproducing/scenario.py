"""A specimen as a scenario file: what is there, the failure as both logs show it, the remedy, the arrival."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from harness.azure_ad.mappings.expression import EvaluationError
from harness.azure_ad.mappings.functions import Value
from harness.diagnosis.judging import Judge
from harness.diagnosis.reproducing.specimen import MANDATORY, Specimen, matching, person, unlisted
from harness.remedies.causes import Verdict, causes

Node = dict[str, Any]
_FILLED = {
    "displayName": "Filled In",
    "givenName": "Filled",
    "surname": "In",
    "mail": "filled.in@contoso.com",
}
_MOST_SHOWN = 60
# When the pages that causes.yaml names were read.
_READ = "2026-11-29"


@dataclass(frozen=True, slots=True)
class Remedy:
    """The steps that end the failure, and the user's name afterwards."""

    steps: list[Node]
    user_name: str


def text(specimen: Specimen, judge: Judge, *, profile: str, match_on: str, status: str) -> str:
    """Return the scenario as YAML, ending with the remedy where the case has one that a file can carry out.

    `match_on` is the target that existing accounts are searched by, where it is not the mapping's own; `status` what the
    provisioning log says of the failure.
    """
    document = _document(specimen, judge, profile, match_on, status)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=False, width=120, default_flow_style=None)


def _document(specimen: Specimen, judge: Judge, profile: str, match_on: str, status: str) -> Node:
    finding, rule = specimen.finding, causes()[specimen.finding.cause]
    user = _user_name(specimen, judge, {})
    gallery = specimen.template == "aws"
    everybody = finding.cause != "not-assigned"
    application: list[Node] = [
        {"add enterprise application": {"gallery": "AWS Single Sign-on", "name": "AWS"}}
    ]
    before: list[Node] = [
        {"enable automatic provisioning": {}},
        *(application if gallery else []),
        {
            "configure provisioning": {
                "scope": "all users and groups" if everybody else "assigned users and groups"
            }
        },
        *_edits(specimen, match_on),
    ]
    remedy = _REMEDIES.get(finding.cause, _none)(specimen, judge)
    after: list[Node] = []
    if remedy is not None:
        arrived = {"aws users": {"$contains": {"userName": remedy.user_name}}}
        after = [*remedy.steps, {"wait": "24h", "expect": arrived}]
    return {
        "scenario": f"Reproduced - {finding.meaning.rstrip('.')}",
        "source": {"title": rule.title, "url": rule.source, "section": rule.section, "read": _READ},
        "tags": ["reported", "reproduced"],
        "profile": profile,
        "given": _given(specimen),
        "steps": [*before, {"turn provisioning on": {}, "expect": _failure(specimen, user, status)}, *after],
    }


def _given(specimen: Specimen) -> Node:
    users = [each for each in (specimen.other, specimen.values) if each is not None]
    given: Node = {"azure_ad": {"users": [_user(values) for values in users]}}
    if specimen.account is not None:
        account: Node = {
            "userName": specimen.account.user_name,
            "displayName": "Made By Hand",
            "name": {"givenName": "Made", "familyName": "By Hand"},
        }
        if specimen.account.email:
            account["emails"] = [{"value": specimen.account.email, "type": "work", "primary": True}]
        given["aws_sso"] = {"users": [account]}
    return given


def _user(values: Mapping[str, Value]) -> Node:
    shown = {name: value for name, value in values.items() if value is not None}
    shown.pop("objectId", None)
    if original := shown.pop("originalUserPrincipalName", None):
        shown["userPrincipalName"] = original
    if "accountEnabled" in shown:
        enabled = shown.pop("accountEnabled") == "True"
        return {**shown, **({} if enabled else {"accountEnabled": False})}
    return dict(shown)


def _upn(values: Mapping[str, Value]) -> str:
    """Return the userPrincipalName as the directory has it: mappings see a guest's without `#EXT#` and what follows."""
    return str(values.get("originalUserPrincipalName") or values["userPrincipalName"])


def _user_name(specimen: Specimen, judge: Judge, changes: Mapping[str, Value]) -> str:
    """Return the name that the user has, or would have, in AWS after changes."""
    values = person({**specimen.values, **changes}, judge).values
    try:
        name = judge.mapping.users.mapped(values, creating=True).new.get("userName")
    except EvaluationError:
        name = None
    return name or str(values["userPrincipalName"])


def _edits(specimen: Specimen, match_on: str) -> list[Node]:
    settings: Node = {}
    deleted = [target for target, entry in specimen.edits.items() if entry is None]
    changed = [_edit(target, entry) for target, entry in specimen.edits.items() if entry is not None]
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


def _edit(target: str, entry: Node) -> Node:
    source = entry.get("source")
    shown: Node = {"target": target}
    if source is None:
        shown["constant"] = entry.get("defaultValue") or ""
    elif source.get("type") == "Attribute":
        shown["source"] = source["name"]
    else:
        shown["expression"] = source["expression"]
    if source is not None and entry.get("defaultValue"):
        shown["default value"] = entry["defaultValue"]
    return shown


def _clause(clause: Node) -> list[str]:
    operands = (clause.get("targetOperand") or {}).get("values") or []
    return [clause["sourceOperandName"], clause["operatorName"], *map(str, operands)]


def _failure(specimen: Specimen, user: str, status: str) -> Node:
    """Return what both logs are to show of the failure."""
    finding = specimen.finding
    missing: Node = {"$not": {"$contains": {"userName": user}}}
    entry: Node = {"provisioningStatusInfo": {"status": status}}
    if finding.cause in ("disabled", "out-of-scope", "not-assigned", "creation-off", "not-searchable"):
        return {"aws users": {"$not": {"$contains": {"userName": user}}}}
    expected: Node = {"provisioning log": {"$contains": entry}}
    if finding.cause != "same-as-somebody" and specimen.account is None:
        expected["aws users"] = missing
    if finding.verdict is Verdict.REFUSED:
        event: Node = {"eventName": "CreateUser", "errorCode": "ValidationException"}
        if specimen.finding.sentence and len(finding.sentence) < 10 * _MOST_SHOWN:
            event["errorMessage"] = {"$any": True}
        expected["cloudtrail"] = {"$contains": event}
    elif finding.verdict is Verdict.CONFLICTS:
        expected["cloudtrail"] = {"$contains": {"eventName": "CreateUser", "errorCode": "ConflictException"}}
    return expected


def _none(_specimen: Specimen, _judge: Judge) -> Remedy | None:
    return None


def _updated(specimen: Specimen, judge: Judge, changes: Mapping[str, Value | bool]) -> Remedy:
    after = _user_name(
        specimen, judge, {name: value for name, value in changes.items() if not isinstance(value, bool)}
    )
    return Remedy([{"update user": {"user": _upn(specimen.values), "set": dict(changes)}}], after)


def _sources(specimen: Specimen, judge: Judge) -> list[str]:
    names = sorted(judge.mapping.reads.get(specimen.finding.attribute, frozenset()))
    return [name for name in names if name != "IsSoftDeleted"]


def _fill(specimen: Specimen, judge: Judge) -> Remedy | None:
    empty = [name for name in _sources(specimen, judge) if not specimen.values.get(name)]
    missing = [name for name in MANDATORY if not specimen.values.get(name)]
    return _updated(specimen, judge, {name: _FILLED.get(name, "filled") for name in (*empty, *missing)})


def _clean(specimen: Specimen, judge: Judge) -> Remedy | None:
    """Take out of the value what AWS does not take: what cannot be seen, and white space where a name has none."""
    is_line = specimen.finding.attribute.startswith(("displayName", "name."))
    changes: dict[str, Value | bool] = {}
    for name in _sources(specimen, judge):
        value = specimen.values.get(name)
        if isinstance(value, str):
            visible = "".join(character for character in value if character.isprintable())
            changes[name] = _of_the_tenant(name, visible if is_line else visible.replace(" ", "."))
    return _updated(specimen, judge, changes) if changes else None


def _of_the_tenant(name: str, value: str) -> str:
    """Return a value as Graph takes it: a userPrincipalName in the scenario's own domain, which alone is verified."""
    return f"{value.partition('@')[0]}@contoso.com" if name == "userPrincipalName" else value


def _shorten(specimen: Specimen, judge: Judge) -> Remedy | None:
    changes: dict[str, Value | bool] = {}
    for name in _sources(specimen, judge):
        value = specimen.values.get(name)
        if isinstance(value, str):
            changes[name] = _of_the_tenant(name, value[-_MOST_SHOWN:])
    return _updated(specimen, judge, changes) if changes else None


def _delete_mappings(specimen: Specimen, judge: Judge) -> Remedy | None:
    name = specimen.finding.attribute
    targets = [target for target in judge.mapping.reads if target.startswith(f"{name}[")]
    stays = next((target for target in targets if '"work"' in target), targets[0])
    steps = [{"edit mapping": {"delete": [target for target in targets if target != stays]}}]
    return Remedy(steps, _user_name(specimen, judge, {}))


def _add_mapping(specimen: Specimen, judge: Judge) -> Remedy | None:
    usual = {"displayName": "displayName", "name.givenName": "givenName", "name.familyName": "surname"}
    lacking = {target: source for target, source in usual.items() if target not in judge.mapping.reads}
    edits = [{"target": target, "source": source} for target, source in lacking.items()]
    return Remedy([{"edit mapping": {"set": edits}}], _user_name(specimen, judge, {}))


def _enable(specimen: Specimen, judge: Judge) -> Remedy | None:
    return _updated(specimen, judge, {"accountEnabled": True})


def _assign(specimen: Specimen, judge: Judge) -> Remedy | None:
    return Remedy([{"assign": {"users": [_upn(specimen.values)]}}], _user_name(specimen, judge, {}))


def _open_filter(specimen: Specimen, judge: Judge) -> Remedy | None:
    return Remedy([{"edit mapping": {"source object scope": []}}], _user_name(specimen, judge, {}))


def _match_by_name(specimen: Specimen, judge: Judge) -> Remedy | None:
    return Remedy([{"edit mapping": {"match on": ["userName"]}}], _user_name(specimen, judge, {}))


def _allow_creation(specimen: Specimen, judge: Judge) -> Remedy | None:
    actions = ["Create", "Update", "Delete"]
    return Remedy([{"edit mapping": {"target object actions": actions}}], _user_name(specimen, judge, {}))


def _own_value(specimen: Specimen, judge: Judge) -> Remedy | None:
    return _updated(specimen, judge, dict.fromkeys(_sources(specimen, judge), "own@contoso.com"))


_REMEDIES: Mapping[str, Callable[[Specimen, Judge], Remedy | None]] = {
    "several-values": _delete_mappings,
    "empty-value": _fill,
    "required-missing": _fill,
    "nothing-to-match-by": _fill,
    "forbidden-character": _clean,
    "too-long": _shorten,
    "not-mapped": _add_mapping,
    "not-searchable": _match_by_name,
    "creation-off": _allow_creation,
    "disabled": _enable,
    "not-assigned": _assign,
    "out-of-scope": _open_filter,
    "same-as-somebody": _own_value,
    "taken-in-aws": _own_value,
}
