"""What a job writes: the target attributes of users and groups, and bodies that a check writes to them itself.

Microsoft's gallery tests that ask the endpoint themselves build their bodies from all that the job's target directory has,
mapped or not; the one that empties attributes takes the mapped ones alone.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
Initialization_Workflow.json, Build_SCIM_User_Body, and SCIMTests_Workflow.json, Filter_Update_Eligible_Attributes (read
2026-11-29).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from harness.base.store import Document
from harness.certification.outcomes import SkippedError
from harness.certification.subject import Subject
from harness.certification.suites.samples import sample
from harness.scim.names import CORE_GROUP, CORE_USER
from harness.scim.path import Path, get, parse_path, write

USER, GROUP = "User", "Group"
_CORE = {USER: CORE_USER, GROUP: CORE_GROUP}
_REQUIRED = {USER: "userName", GROUP: "displayName"}  # by RFC 7643, whatever the job maps
_TYPED: Mapping[str, tuple[Any, Any]] = {
    "Boolean": (True, False),
    "Integer": (1001, 1002),
    "DateTime": ("2026-11-02T08:00:00Z", "2026-11-03T08:00:00Z"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """A target attribute that the job writes: its name as in the mapping, and what its directory says of it."""

    name: str
    path: Path
    type: str
    multivalued: bool
    matching: bool

    @property
    def root(self) -> str:
        """Return the attribute's own name in lower case: `emails` of `emails[type eq "work"].value`."""
        return str(self.path.attribute).lower()

    @property
    def simple(self) -> bool:
        """Tell whether one value can be written there: no reference, no list, no whole element of one."""
        place = self.path.attribute is not None and (self.path.where is None or self.path.sub is not None)
        return place and not self.multivalued and self.type != "Reference"

    def value(self, word: str, *, later: bool = False) -> Any:
        """Return what to write, first or later; texts hold the word unless only some texts are right."""
        if self.type in _TYPED:
            return _TYPED[self.type][later]
        name = ".".join(filter(None, (self.path.attribute, self.path.sub)))
        return sample(name, word, later=later)


Values: TypeAlias = dict[str, Any]


def targets(subject: Subject, kind: str) -> tuple[Target, ...]:
    """Return what the job writes of `User` or `Group`, in the schema's order; nothing when it does not provision them."""
    mapped, definitions = _mapping(subject, kind)
    return tuple(_target(name, definitions[name], mapped) for name in mapped)


def known_targets(subject: Subject, kind: str) -> tuple[Target, ...]:
    """Return all that the job's target directory has of a kind, mapped or not, but for the id, which is the server's.

    What is left out of the mappings is left out here.
    """
    mapped, definitions = _mapping(subject, kind)
    names = [name for name in definitions if name not in ("id", *subject.without)]
    return tuple(_target(name, definitions[name], mapped) for name in names)


def _mapping(subject: Subject, kind: str) -> tuple[dict[str, Document], dict[str, Document]]:
    """Return the mapping's rows and the directory's definitions, both by target attribute; nothing without a mapping."""
    schema = subject.job_schema()
    rule = schema["synchronizationRules"][0]
    mapping = next(
        (each for each in rule["objectMappings"] if each["sourceObjectName"] == kind and each["enabled"]),
        None,
    )
    if mapping is None:
        return {}, {}
    directory = next(each for each in schema["directories"] if each["name"] == rule["targetDirectoryName"])
    described = next(each for each in directory["objects"] if each["name"] == mapping["targetObjectName"])
    mapped = {row["targetAttributeName"]: row for row in mapping["attributeMappings"]}
    return mapped, {each["name"]: each for each in described["attributes"]}


def _target(name: str, definition: Document, mapped: dict[str, Document]) -> Target:
    matching = (mapped.get(name, {}).get("matchingPriority") or 0) > 0
    return Target(name, parse_path(name), definition["type"], definition["multivalued"], matching)


def manager(subject: Subject) -> Target:
    """Return the manager's target. Raises SkippedError when the job's target directory has none."""
    for target in known_targets(subject, USER):
        if target.root == "manager" and target.type == "Reference":
            return target
    raise SkippedError("the job's target directory has no manager")


def values(chosen: Iterable[Target], kind: str, word: str) -> Values:
    """Return a first value for each of some targets that takes one, by its name, and for what RFC 7643 requires."""
    written = {target.name: target.value(word) for target in chosen if target.simple}
    name = _REQUIRED[kind]
    written.setdefault(
        name, Target(name, parse_path(name), "String", multivalued=False, matching=True).value(word)
    )
    return written


def body(kind: str, values: Values) -> Document:
    """Return a resource that holds these values; extensions are named in `schemas`, of each list the first is primary."""
    resource: Document = {"schemas": [_CORE[kind]]}
    for name, value in values.items():
        path = parse_path(name)
        first = path.where is not None and get(resource, str(path.attribute)) is None
        write(resource, path, value)
        if first:
            get(resource, str(path.attribute))[0].setdefault("primary", True)
        if path.schema is not None and path.schema not in resource["schemas"]:
            resource["schemas"].append(path.schema)
    return resource
