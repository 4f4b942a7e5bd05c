"""One failing user with only what it takes to fail: attributes and changes of the mapping are taken away as long as it does.

Delta debugging one piece after another (Zeller, Hildebrandt: Simplifying and isolating failure-inducing input, 2002).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.azure_ad.mappings.functions import Value
from harness.azure_ad.mappings.templates import build
from harness.base.store import Document
from harness.diagnosis.judging import Judge
from harness.diagnosis.mapping import TEMPLATES
from harness.diagnosis.reproducing.masking import Mask
from harness.diagnosis.verdicts import Finding
from harness.exports.evidence import Account, Accounts, Evidence, LogEntry, Person

# What AWS takes no user without, and Azure AD none without the first.
MANDATORY = ("userPrincipalName", "displayName", "givenName", "surname")
_KEYS = frozenset({"objectId", "accountEnabled"})
_NAMES = frozenset({"originalUserPrincipalName"})
# Values that no rule minds, in the place of those that would be a second failure.
_HARMLESS = {"displayName": "Whole Name", "givenName": "Whole", "surname": "Name"}
_LONGEST_HARMLESS = 60


@dataclass(frozen=True, slots=True)
class Specimen:
    """`values` are the user's under mapping names; `other` another user's, or an account's, that is in the way.

    `edits` are the attribute mappings that differ from the template's, None for one that was deleted; `actions` what the
    mapping of users may do, empty for everything.
    """

    finding: Finding
    template: str
    values: Mapping[str, Value]
    other: Mapping[str, Value] | None
    account: Account | None
    edits: Mapping[str, Document | None]
    filtered: Document | None
    actions: frozenset[str] = frozenset()


Same = Callable[[Specimen], bool]


def shrunk(specimen: Specimen, same: Same) -> Specimen:
    """Return the smallest specimen for which `same` still holds, trying to leave out one thing at a time."""
    for target in list(specimen.edits):
        smaller = replace(specimen, edits={key: e for key, e in specimen.edits.items() if key != target})
        specimen = smaller if same(smaller) else specimen
    if specimen.filtered is not None and same(smaller := replace(specimen, filtered=None)):
        specimen = smaller
    if specimen.actions and same(smaller := replace(specimen, actions=frozenset())):
        specimen = smaller
    for name in [name for name in specimen.values if name not in (*MANDATORY, *_KEYS, *_NAMES)]:
        smaller = replace(specimen, values={k: v for k, v in specimen.values.items() if k != name})
        specimen = smaller if same(smaller) else specimen
    return specimen


def healed(specimen: Specimen, same: Same) -> Specimen:
    """Return it without a second failure behind the one that it is about: odd names become harmless where `same` still holds."""
    for name, harmless in _HARMLESS.items():
        if _is_odd(specimen.values.get(name)):
            changed = replace(specimen, values={**specimen.values, name: harmless})
            specimen = changed if same(changed) else specimen
    return specimen


def _is_odd(value: Value) -> bool:
    return not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= _LONGEST_HARMLESS


def masked(specimen: Specimen, mask: Mask, fixed: frozenset[str]) -> Specimen:
    """Return it with made-up words; the attributes `fixed` stay, for a filter names their values."""
    account = specimen.account
    return replace(
        specimen,
        values=_masked(specimen.values, mask, fixed),
        other=None if specimen.other is None else _masked(specimen.other, mask, fixed),
        account=None
        if account is None
        else replace(account, user_name=mask.text(account.user_name), email=mask.text(account.email)),
    )


def _masked(values: Mapping[str, Value], mask: Mask, fixed: frozenset[str]) -> dict[str, Value]:
    def one(name: str, value: Value) -> Value:
        if name in fixed or name in _KEYS or value is None:
            return value
        return [mask.text(item) for item in value] if isinstance(value, list) else mask.text(value)

    return {name: one(name, value) for name, value in values.items()}


def unlisted(specimen: Specimen) -> list[str]:
    """Return the targets of edits that the template's list of attributes lacks: they are added to it first."""
    schema = build(TEMPLATES[specimen.template], "diagnosis", "diagnosis", "Microsoft Entra ID")
    listed = {
        attribute["name"]
        for directory in schema["directories"]
        for kind in directory["objects"]
        for attribute in kind["attributes"]
    }
    return [target for target, entry in specimen.edits.items() if entry is not None and target not in listed]


def matching(specimen: Specimen) -> list[str]:
    """Return the targets that are matched by, in order, where they are others than the template's."""
    usual = build(TEMPLATES[specimen.template], "diagnosis", "diagnosis", "Microsoft Entra ID")
    here, there = _matched(schema_of(specimen)), _matched(usual)
    return here if here != there else []


def _matched(schema: Document) -> list[str]:
    entries = [entry for entry in _entries(schema).values() if entry.get("matchingPriority")]
    return [
        entry["targetAttributeName"]
        for entry in sorted(entries, key=lambda each: int(each["matchingPriority"]))
    ]


def edits(schema: Document | None, template: str) -> dict[str, Document | None]:
    """Return how a schema's mapping of users differs from its template's, by target."""
    if schema is None:
        return {}
    entries, usual = _entries(schema), _entries(build(TEMPLATES[template], "x", "x", "Microsoft Entra ID"))
    changed: dict[str, Document | None] = {
        target: entry for target, entry in entries.items() if _facts(entry) != _facts(usual.get(target))
    }
    return changed | {target: None for target in usual if target not in entries}


def schema_of(specimen: Specimen) -> Document:
    """Return the template's schema with the specimen's edits and filter."""
    schema = build(TEMPLATES[specimen.template], "diagnosis", "diagnosis", "Microsoft Entra ID")
    mapping = _of_users(schema)
    entries = {**_entries(schema), **specimen.edits}
    mapping["attributeMappings"] = [entry for entry in entries.values() if entry is not None]
    mapping["scope"] = specimen.filtered
    if specimen.actions:
        mapping["flowTypes"] = ",".join(sorted(specimen.actions))
    return schema


def person(values: Mapping[str, Value], judge: Judge) -> Person:
    """Return a specimen's user as if all that a verdict turns on were exported."""
    enabled = values.get("accountEnabled") or "True"
    return Person({**values, "accountEnabled": enabled}, judge.mapping.needed.union(values), {})


def evidence_of(specimen: Specimen) -> Evidence:
    """Return what AWS holds in a specimen, and of an account in the way that the search did not find it."""
    evidence = Evidence(accounts=Accounts(exported=True))
    if specimen.account is not None:
        evidence.accounts.add(specimen.account)
        name = str(specimen.values.get("userPrincipalName") or "")
        key = str(specimen.values.get("objectId") or name).casefold()
        evidence.log[key] = LogEntry(key, name, "", "create", "failure", http="Conflict")
    return evidence


def finding_of(specimen: Specimen, judge: Judge) -> Finding:
    """Judge a specimen by itself; of two users with one value, both have it."""
    judged = judge.judge(person(specimen.values, judge))
    if specimen.other is not None:
        theirs = judge.judge(person(specimen.other, judge)).keys
        for name, value in judged.keys.items():
            if theirs.get(name) == value:
                return judge.clash(judged.finding.user_principal_name, name, value)
    return judged.finding


def _of_users(schema: Document) -> Document:
    mappings = schema["synchronizationRules"][0]["objectMappings"]
    mapping: Document = next(each for each in mappings if each["sourceObjectName"] == "User")
    return mapping


def _entries(schema: Document) -> dict[str, Document]:
    return {entry["targetAttributeName"]: entry for entry in _of_users(schema)["attributeMappings"]}


def _facts(entry: Document | None) -> tuple[Any, ...]:
    if entry is None:
        return ()
    source = entry.get("source") or {}
    return source.get("expression"), entry.get("matchingPriority") or 0, entry.get("defaultValue")
