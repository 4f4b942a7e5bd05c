"""Chooses the synchronization schema among all that files hold: a job's or a template's, as Graph or PowerShell writes it.

Shapes: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationschema,
…/synchronization-synchronizationtemplate; that ConvertTo-Json cuts at a depth of two:
https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/convertto-json, "-Depth" (read 2026-11-30).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.base.errors import HarnessError
from harness.base.store import Document
from harness.exports.logbook import TAGS

EXPORT_IT = "export it again: Attribute mappings > Show advanced options > Review your schema > Download"
_DEEP = "Get-MgServicePrincipalSynchronizationJobSchema … | ConvertTo-Json -Depth 20"
_RULE = "USERGROUP_OUTBOUND_USERGROUP"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A schema with one rule, and its origin; `application` is set if it is neither AWS's nor a custom application's."""

    document: Document
    file: str
    is_template: bool
    application: str = ""

    @property
    def id(self) -> str:
        return str(self.document.get("id") or "")

    @property
    def rules(self) -> str:
        """Its rules, for comparing."""
        return json.dumps(self.document["synchronizationRules"], sort_keys=True, ensure_ascii=False)


@dataclass(slots=True)
class Schemas:
    """All schemas in the files; one of another application is used only where there is no other, with a note."""

    candidates: list[Candidate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, row: Document, file: str) -> str:
        """Add a row's schema; return why it is not used, an empty text if it is. Raises HarnessError for a cut schema."""
        whole = camel(row)
        is_template = "factoryTag" in whole
        document = whole if "synchronizationRules" in whole else whole.get("schema")
        if isinstance(document, str):
            raise _cut(file)
        if not isinstance(document, dict) or "synchronizationRules" not in document:
            return "no schema in it"
        _check_depth(document, file)
        if not document["synchronizationRules"]:
            return "a schema without rules"
        name = _foreign(document)
        if name and not _is_scim(document):
            return f"the schema of another application ({name}), which is not provisioned by SCIM"
        template = is_template or set(str(document.get("id") or "").split(".")[1:2]) == {"0" * 32}
        self.candidates.append(Candidate(self._with_one_rule(document, file), file, template, name))
        return ""

    def choose(self, job_ids: Iterable[str]) -> Document | None:
        """Return the schema to use: that of the log's job, else of a job, else of a template.

        Raises HarnessError where two different ones are left.
        """
        near = [each for each in self.candidates if not each.application] or self.candidates
        jobs = [each for each in near if not each.is_template]
        left = jobs or near
        ids = set(job_ids)
        left = [each for each in left if each.id in ids] or left
        if not jobs:
            left = [each for each in left if each.id.lower().startswith(TAGS[0])] or left
        texts = {each.rules for each in left}
        if len(texts) > 1:
            names = " and ".join(sorted({f"{each.file} ({each.id or 'without id'})" for each in left}))
            raise HarnessError(
                f"two schemas that differ: {names}; give the one of the job that is meant, as it is today"
            )
        unused = sorted({f"{each.file} ({each.id})" for each in self.candidates if each not in left})
        if unused:
            self.notes.append(f"not used, for another schema is nearer to the job: {', '.join(unused)}")
        if not left:
            return None
        if left[0].application:
            self.notes.append(
                f"{left[0].file} is the schema of the application {left[0].application}, judged here as if it provisioned to AWS; "
                "if it does not, give the schema of the one that does"
            )
        if left[0].is_template:
            self.notes.append(
                f"{left[0].file} is a template, not the schema of a job: changes made in the job are not in it; "
                + EXPORT_IT
            )
        return min(left, key=lambda each: (each.file, each.id)).document

    def _with_one_rule(self, document: Document, file: str) -> Document:
        """Return a schema with the rule of users to the target alone. Raises HarnessError where that is not certain."""
        rules: list[Document] = document["synchronizationRules"]
        if len(rules) > 1:
            chosen = [rule for rule in rules if rule.get("name") == _RULE or _target(rule) in TAGS]
            chosen = [rule for rule in chosen if _user_mappings(rule)] or chosen
            if len(chosen) != 1:
                names = ", ".join(str(rule.get("name")) for rule in rules)
                raise HarnessError(
                    f"{file}: {len(rules)} rules ({names}); leave in the one that provisions users to AWS"
                )
            others = [str(rule.get("name") or rule.get("id")) for rule in rules if rule is not chosen[0]]
            self.notes.append(f"{file}: other rules are not used: {', '.join(others)}")
            document = {**document, "synchronizationRules": chosen}
        if len(_user_mappings(document["synchronizationRules"][0])) > 1:
            raise HarnessError(f"{file}: two mappings of users are enabled; leave in the one that is meant")
        return document


def camel(value: Any) -> Any:
    """Return JSON with names in camel case, as Graph has them: PowerShell writes them in Pascal case."""
    if isinstance(value, list):
        return [camel(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name[:1].lower() + name[1:]: camel(each) for name, each in value.items()}


def _check_depth(document: Document, file: str) -> None:
    """Raise HarnessError where an object has become a text: ConvertTo-Json does so beyond its depth."""
    for rule in _objects(document["synchronizationRules"], file):
        for mapping in _objects(rule.get("objectMappings") or [], file):
            for entry in _objects(mapping.get("attributeMappings") or [], file):
                _objects([entry.get("source") or {}], file)
            _objects([mapping.get("scope") or {}], file)


def _objects(value: Any, file: str) -> Iterator[Document]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise _cut(file)
    return iter(value)


def _cut(file: str) -> HarnessError:
    return HarnessError(
        f"{file}: the schema was cut below a depth, as ConvertTo-Json does; export it whole: {_DEEP}"
    )


def _foreign(document: Document) -> str:
    """Return a schema's application if it is neither AWS's nor a custom one; an empty text for these, or if it names none."""
    tag, dot, _ = str(document.get("id") or "").partition(".")
    targets = {_target(rule) for rule in document["synchronizationRules"]} - {""}
    if targets.intersection(TAGS) or (not targets and (not dot or tag.lower() in TAGS)):
        return ""
    return ", ".join(sorted(targets)) or tag


def _is_scim(document: Document) -> bool:
    """Return whether the target is a SCIM one: a gallery application, or AWS's own under an unknown tag."""
    mappings = [each for rule in document["synchronizationRules"] for each in _user_mappings(rule)]
    return any(
        str(each.get("targetObjectName") or "").lower().startswith("urn:ietf:params:scim:")
        for each in mappings
    )


def _target(rule: Document) -> str:
    return str(rule.get("targetDirectoryName") or "").lower()


def _user_mappings(rule: Document) -> list[Document]:
    mappings = rule.get("objectMappings") or []
    return [each for each in mappings if each.get("sourceObjectName") == "User" and each.get("enabled", True)]
