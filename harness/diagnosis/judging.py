"""One user's way through assignment, scope, mapping and AWS's rules, by what was exported and nothing else.

The mapping and the rules are those of the two services themselves; what is added is the third state of a value: not
exported. What is not known is never judged: a user is refused only for values that are known, and arrives only when
everything that the mapping reads is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.azure_ad.mappings.expression import EvaluationError
from harness.azure_ad.mappings.functions import Value
from harness.base.quirks import Quirks
from harness.diagnosis.mapping import COMPUTED, MappingInForce
from harness.diagnosis.refusing import Target
from harness.diagnosis.verdicts import Finding, finding
from harness.diagnosis.wording import Wording
from harness.exports.evidence import Evidence, Person
from harness.remedies.causes import Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding, and what the user would hold for itself in AWS: unique values by attribute, folded as AWS compares."""

    finding: Finding
    keys: Mapping[str, str]


@dataclass(slots=True)
class Judge:
    """Judges people one by one under one mapping; what is the same for all people is worked out once."""

    mapping: MappingInForce
    evidence: Evidence
    azure: Quirks
    aws: Quirks
    wording: Wording = field(init=False)
    _target: Target = field(init=False)
    _unknown: dict[frozenset[str], tuple[frozenset[str], list[str]]] = field(default_factory=dict)
    _holders: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wording = Wording(self.mapping)
        self._target = Target(self.wording, self.azure, self.aws)
        self._holders = {"userName": {}, "emails": {}, "externalId": {}}
        for account in self.evidence.accounts:
            self._holders["userName"][account.user_name.casefold()] = account.external_ids
            self._holders["emails"][account.email.casefold()] = account.external_ids
            self._holders["externalId"].update(dict.fromkeys(account.external_ids, account.external_ids))

    def judge(self, person: Person) -> Judged:
        """Return the verdict on one person, conflicts with other people left out."""
        before: tuple[Callable[[Person], Finding | None], ...] = (
            self._nameless,
            self._not_assigned,
            self._disabled,
            self._out_of_scope,
        )
        for question in before:
            if (answer := question(person)) is not None:
                return Judged(answer, {})
        values = self._mapped(person)
        if isinstance(values, Finding):
            return Judged(values, {})
        unknown, lacking = self._not_known(person.exported)
        certain = {target: text for target, text in values.items() if target not in unknown}
        refused = self._nothing_sent(person, certain, unknown) or self._target.refusal(
            person.label, certain, unknown
        )
        if refused is not None:
            return Judged(refused, {})
        keys = self._keys(certain)
        answer = self._taken(person, keys)
        if answer is None:
            answer = self.wording.of_lack(person, lacking) if lacking else self._logged_conflict(person)
        return Judged(answer or Finding(person.label, Verdict.ARRIVES), keys)

    def clash(self, user: str, name: str, value: str) -> Finding:
        """Word that another of the users would hold the same unique value."""
        return self.wording.of_target(user, "same-as-somebody", self.wording.target(name), value=value)

    def _nameless(self, person: Person) -> Finding | None:
        if "userPrincipalName" in person.exported and person.user_principal_name:
            return None
        return self.wording.of_lack(person, ["userPrincipalName"])

    def _not_assigned(self, person: Person) -> Finding | None:
        assigned = self.evidence.assigned
        if assigned is None or person.object_id in assigned:
            return None
        silent = []
        for key in (key for key, kind in assigned.items() if kind == "Group"):
            name = self.evidence.groups.get(key, "")
            members = self.evidence.members.get(key) or self.evidence.members.get(name)
            if members is None:
                silent.append(name or key)
            elif person.object_id in members:
                return None
        if silent:
            return finding(person.label, "members-not-exported", attribute=", ".join(silent))
        return finding(person.label, "not-assigned", attribute="appRoleAssignments")

    def _disabled(self, person: Person) -> Finding | None:
        if person.values.get("accountEnabled") == "False":
            return finding(person.label, "disabled", attribute="accountEnabled", value="False")
        return None

    def _out_of_scope(self, person: Person) -> Finding | None:
        scope = self.mapping.users.scope
        if scope is None:
            return None
        unknown = [name for name in sorted(self.mapping.scope_reads) if name not in person.exported]
        result = scope.evaluate(person.values, self.azure)
        failed = [clause for clause in result.decisive if not clause.passed]
        if failed and all(clause.clause.attribute in person.exported for clause in failed):
            clause = failed[0]
            return finding(
                person.label,
                "out-of-scope",
                attribute=clause.clause.text,
                value=str(clause.value or ""),
                source=clause.clause.attribute,
            )
        return self.wording.of_lack(person, unknown) if unknown else None

    def _mapped(self, person: Person) -> Mapping[str, str] | Finding:
        source: dict[str, Value] = {**person.values, "IsSoftDeleted": "False"}
        try:
            return self.mapping.users.mapped(source, creating=True).new
        except EvaluationError:
            return self._mapped_one_by_one(person, source)

    def _mapped_one_by_one(self, person: Person, source: Mapping[str, Value]) -> Mapping[str, str] | Finding:
        """Evaluate each mapping by itself: one that fails by what is known keeps the user out."""
        unknown, _ = self._not_known(person.exported)
        values: dict[str, str] = {}
        for flow in self.mapping.users.flows:
            try:
                value = flow.value(source)
            except EvaluationError as error:
                if flow.target in unknown:
                    continue
                return self.wording.of_target(person.label, "not-mappable", flow.target, value=str(error))
            text = flow.default if value is None else flow.text(value)
            if text is not None:
                values[flow.target] = text
        return values

    def _nothing_sent(
        self, person: Person, certain: Mapping[str, str], unknown: frozenset[str]
    ) -> Finding | None:
        """Say why Azure AD sends nothing: no value to match by, none for what the target requires."""
        matching = self.mapping.matching
        if not any(flow.target in unknown or certain.get(flow.target) for flow in matching):
            target = matching[0].target if matching else "userName"
            return self.wording.of_target(person.label, "nothing-to-match-by", target)
        lacking = sorted(self.mapping.users.required - certain.keys() - unknown)
        entry = self.evidence.entry_of(person)
        if entry is not None and entry.property in unknown:
            # Azure AD saw what was not exported, and found it empty.
            return self.wording.of_target(person.label, "required-missing", entry.property)
        if lacking and self.azure["required-without-value"] == "refused":
            return self.wording.of_target(person.label, "required-missing", lacking[0])
        return None

    def _keys(self, certain: Mapping[str, str]) -> Mapping[str, str]:
        email = next((certain[target] for target in certain if target.startswith("emails[")), "")
        folded = str.casefold if self.aws["names-ignore-case"] else str
        held = {
            "userName": folded(certain.get("userName", "")),
            "emails": folded(email) if self.aws["unique-primary-email"] else "",
            "externalId": certain.get("externalId", ""),
        }
        return {name: value for name, value in held.items() if value}

    def _taken(self, person: Person, keys: Mapping[str, str]) -> Finding | None:
        mine = {keys.get("externalId", ""), person.object_id} - {""}
        for name, value in keys.items():
            holder = self._holders[name].get(value)
            if holder is not None and not mine & set(holder):
                return self.wording.of_target(
                    person.label, "taken-in-aws", self.wording.target(name), value=value
                )
        return None

    def _logged_conflict(self, person: Person) -> Finding | None:
        entry = self.evidence.entry_of(person)
        if entry is None or entry.http != "Conflict" or self.evidence.accounts_known:
            return None
        target = self.wording.target("userName")
        return self.wording.of_target(person.label, "logged-conflict", target, sentence=entry.detail)

    def _not_known(self, exported: frozenset[str]) -> tuple[frozenset[str], list[str]]:
        """Return the targets whose values are not known, and the source attributes that lack for a whole verdict."""
        answer = self._unknown.get(exported)
        if answer is None:
            available = exported | COMPUTED
            unknown = frozenset(t for t, names in self.mapping.reads.items() if not names <= available)
            answer = self._unknown[exported] = (unknown, sorted(self.mapping.needed - exported))
        return answer
