"""What a job reads: the properties of users and groups in Microsoft Graph that flow, and the targets that they flow to.

The gallery's validation reads the schema too, to give a value to whatever is mapped and to change whatever can change.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md, "Architecture" and tests 15 to 20 (at 3372c7e, read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.azure_ad.directory.properties import EXTENSION_ATTRIBUTES, table
from harness.azure_ad.mappings.compiled import REDACTED, ObjectMapping, compile_mappings
from harness.azure_ad.mappings.expression import Attribute, Node, attributes_of, to_text
from harness.azure_ad.mappings.schema import expression_of, object_mappings
from harness.azure_ad.provisioning.target.dialect import differences
from harness.base.store import Document
from harness.certification.answers import written
from harness.certification.suites.samples import sample
from harness.scim.path import read

_EXTENSIONS = "onPremisesExtensionAttributes"


@dataclass(frozen=True, slots=True)
class Mapped:
    """An object mapping, and for each of its targets the source, constants left out."""

    mapping: ObjectMapping
    sources: Mapping[str, Node]

    @property
    def match(self) -> str:
        """Return the target attribute that objects are matched by first."""
        return self.mapping.matching[0].target

    @property
    def match_expression(self) -> str:
        """Return what gives the match its value, an empty text where that is a constant."""
        node = self.sources.get(self.match)
        return "" if node is None else to_text(node)

    def properties(self, word: str, domain: str) -> Document:
        """Return a value for each property of Graph that flows, told apart by the word."""
        return self._values(self._read_by(self.sources), word, domain, changed=False)

    def changes(self, word: str, domain: str, *, keep_match: bool) -> Document:
        """Return another value for each property that flows not only on creation.

        What decides whether somebody is provisioned keeps its value, with `keep_match` what objects are matched by too.
        """
        matching = {flow.target for flow in self.mapping.matching}
        unchanged = self._read_by(matching) if keep_match else set()
        flowing = self._read_by(flow.target for flow in self.mapping.flows if not flow.only_on_creation)
        return self._values(flowing - unchanged, word, domain, changed=True)

    def expected(self, changes: Document) -> list[str]:
        """Return the targets that must change with these properties: their source is the property, no expression."""
        names = {name for part in changes.values() if isinstance(part, dict) for name in part} | set(changes)
        return [
            flow.target
            for flow in self.mapping.flows
            if not flow.only_on_creation
            and isinstance(node := self.sources.get(flow.target), Attribute)
            and _properties(self.mapping.kind).get(node.name) in names
        ]

    def unread(self, entry: Document, resource: Document) -> list[str]:
        """Return a sentence for each attribute that a log entry says was sent and that does not read back.

        Compared as the provisioning service does: without regard to case unless the schema says `caseExact`.
        """
        values = sent(entry)
        return [
            f"{change.flow.target} reads {written(read(resource, change.flow.path))} instead of {written(values[change.flow.target])}"
            for change in differences(self.mapping, values, resource)
        ]

    def _read_by(self, targets: Iterable[str]) -> set[str]:
        """Return the properties that the sources of some targets read, as far as Graph can write them."""
        properties = _properties(self.mapping.kind)
        nodes = [self.sources[target] for target in targets if target in self.sources]
        return {properties[name] for node in nodes for name in attributes_of(node) if name in properties}

    def _values(self, names: set[str], word: str, domain: str, *, changed: bool) -> Document:
        body: Document = {}
        for name in sorted(names):
            holder = body.setdefault(_EXTENSIONS, {}) if name in EXTENSION_ATTRIBUTES else body
            text = sample(name, word, domain, later=changed)
            row = table()[self.mapping.kind].get(name, {})
            holder[name] = [text] if row.get("type") == "list" else text
        return body


def mapped(schema: Document, kind: str) -> Mapped | None:
    """Return the enabled mapping of an object type (`User`, `Group`), None where there is none."""
    mapping = compile_mappings(schema).get(kind)
    if mapping is None:
        return None
    sources = {
        entry["targetAttributeName"]: node
        for each in object_mappings(schema)
        if each["sourceObjectName"] == kind
        for entry in each["attributeMappings"]
        if (node := expression_of(entry)) is not None
    }
    return Mapped(mapping, sources)


def mapped_users(schema: Document) -> Mapped:
    mapping = mapped(schema, "User")
    assert mapping is not None, "Microsoft Graph takes no schema without an enabled mapping of users"
    return mapping


def sent(entry: Document) -> dict[str, str]:
    """Return target attribute to value as a log entry tells it, but for what Redact hides."""
    rows = ((row["displayName"], row["newValue"]) for row in entry["modifiedProperties"])
    return {name: value for name, value in rows if value not in (None, REDACTED)}


def _properties(kind: str) -> dict[str, str]:
    """Return source attribute to property of Graph, where that holds text and can be written."""
    properties = {
        row["source"]: name
        for name, row in table()[kind].items()
        if "source" in row and row["type"] in ("string", "list") and not row.get("readonly")
    }
    return properties | ({name: name for name in EXTENSION_ATTRIBUTES} if kind == "User" else {})
