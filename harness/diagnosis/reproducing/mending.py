"""What ends a failure in a scenario: the steps that carry a cause's remedy out, and whom they bring to AWS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.azure_ad.mappings.expression import EvaluationError
from harness.azure_ad.mappings.functions import Value
from harness.diagnosis.judging import Judge
from harness.diagnosis.reproducing.specimen import MANDATORY, Specimen, person

Node = dict[str, Any]
_FILLED = {
    "displayName": "Filled In",
    "givenName": "Filled",
    "surname": "In",
    "mail": "filled.in@contoso.com",
}
MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Remedy:
    """The steps that end the failure, and the user's name afterwards."""

    steps: list[Node]
    user_name: str


def upn(values: Mapping[str, Value]) -> str:
    """Return the userPrincipalName as the directory has it: mappings see a guest's without `#EXT#` and what follows."""
    return str(values.get("originalUserPrincipalName") or values["userPrincipalName"])


def user_name(specimen: Specimen, judge: Judge, changes: Mapping[str, Value]) -> str:
    """Return the name that the user has, or would have, in AWS after changes."""
    values = person({**specimen.values, **changes}, judge).values
    try:
        name = judge.mapping.users.mapped(values, creating=True).new.get("userName")
    except EvaluationError:
        name = None
    return name or str(values["userPrincipalName"])


def no_remedy(_specimen: Specimen, _judge: Judge) -> Remedy | None:
    return None


def _updated(specimen: Specimen, judge: Judge, changes: Mapping[str, Value | bool]) -> Remedy:
    after = user_name(
        specimen, judge, {name: value for name, value in changes.items() if not isinstance(value, bool)}
    )
    return Remedy([{"update user": {"user": upn(specimen.values), "set": dict(changes)}}], after)


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
            changes[name] = _of_the_tenant(name, value[-MOST_SHOWN:])
    return _updated(specimen, judge, changes) if changes else None


def _delete_mappings(specimen: Specimen, judge: Judge) -> Remedy | None:
    name = specimen.finding.attribute
    targets = [target for target in judge.mapping.reads if target.startswith(f"{name}[")]
    stays = next((target for target in targets if '"work"' in target), targets[0])
    steps = [{"edit mapping": {"delete": [target for target in targets if target != stays]}}]
    return Remedy(steps, user_name(specimen, judge, {}))


def _add_mapping(specimen: Specimen, judge: Judge) -> Remedy | None:
    usual = {"displayName": "displayName", "name.givenName": "givenName", "name.familyName": "surname"}
    lacking = {target: source for target, source in usual.items() if target not in judge.mapping.reads}
    edits = [{"target": target, "source": source} for target, source in lacking.items()]
    return Remedy([{"edit mapping": {"set": edits}}], user_name(specimen, judge, {}))


def _enable(specimen: Specimen, judge: Judge) -> Remedy | None:
    return _updated(specimen, judge, {"accountEnabled": True})


def _assign(specimen: Specimen, judge: Judge) -> Remedy | None:
    return Remedy([{"assign": {"users": [upn(specimen.values)]}}], user_name(specimen, judge, {}))


def _open_filter(specimen: Specimen, judge: Judge) -> Remedy | None:
    return Remedy([{"edit mapping": {"source object scope": []}}], user_name(specimen, judge, {}))


def _match_by_name(specimen: Specimen, judge: Judge) -> Remedy | None:
    return Remedy([{"edit mapping": {"match on": ["userName"]}}], user_name(specimen, judge, {}))


def _allow_creation(specimen: Specimen, judge: Judge) -> Remedy | None:
    actions = ["Create", "Update", "Delete"]
    return Remedy([{"edit mapping": {"target object actions": actions}}], user_name(specimen, judge, {}))


def _own_value(specimen: Specimen, judge: Judge) -> Remedy | None:
    return _updated(specimen, judge, dict.fromkeys(_sources(specimen, judge), "own@contoso.com"))


REMEDIES: Mapping[str, Callable[[Specimen, Judge], Remedy | None]] = {
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
    "default-access": _assign,
    "out-of-scope": _open_filter,
    "same-as-somebody": _own_value,
    "taken-in-aws": _own_value,
}
