"""One user's way through assignment, scope, mapping and AWS's rules, by what was exported and nothing else.

The mapping and the rules are those of the two services themselves; what is added is the third state of a value: not
exported. What is not known is never judged: a user is refused only for values that are known, and arrives only when
everything that the mapping reads is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.azure_ad.mappings.expression import EvaluationError, SeveralValuesError
from harness.azure_ad.mappings.functions import Value
from harness.base.quirks import Quirks
from harness.diagnosis.holders import Holders
from harness.diagnosis.mapping import COMPUTED, MappingInForce
from harness.diagnosis.refusing import Target
from harness.diagnosis.scoping import filter_lacks, out_of_scope
from harness.diagnosis.verdicts import Finding, finding
from harness.diagnosis.wording import Wording
from harness.exports.assignments import Standing
from harness.exports.evidence import Account, Evidence, Person
from harness.remedies.causes import Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding, and what the user would hold for itself in AWS: unique values by attribute, folded as AWS compares.

    `is_sent` is False where it is not known whether anything is sent of the user at all.
    """

    finding: Finding
    keys: Mapping[str, str]
    is_sent: bool = True


_CAUSES = {
    Standing.NOT_ASSIGNED: "not-assigned",
    Standing.DEFAULT_ACCESS: "default-access",
    Standing.MEMBERS_LACK: "members-not-exported",
    Standing.PAGES_LACK: "assignments-incomplete",
    Standing.ID_LACKS: "id-not-exported",
    Standing.UNCLEAR: "application-unclear",
}


@dataclass(slots=True)
class Judge:
    """Judges people one by one under one mapping; what is the same for all people is worked out once."""

    mapping: MappingInForce
    evidence: Evidence
    azure: Quirks
    aws: Quirks
    wording: Wording = field(init=False)
    _target: Target = field(init=False)
    _first: str = field(init=False)
    _unsearchable: list[str] = field(init=False)
    _account_may_lack: bool = field(init=False)
    _holders: Holders = field(init=False)
    _unknown: dict[frozenset[str], tuple[frozenset[str], list[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wording = Wording(self.mapping)
        self._target = Target(self.wording, self.azure, self.aws)
        # The first is asked for whenever the job starts, the others of those who have a value.
        targets = [flow.target for flow in self.mapping.matching]
        self._first = targets[0] if targets else ""
        self._unsearchable = [each for each in targets if each.lower() not in self.aws["user-filters"]]
        self._account_may_lack = self.evidence.accounts.exported and not self.evidence.accounts.whole
        self._holders = Holders(self.evidence.accounts, [flow.target for flow in self.mapping.matching])

    def judge(self, person: Person) -> Judged:
        """Return the verdict on one person, conflicts with other people left out.

        What keeps them out for certain comes first; what is not known of assignment, account and filter counts only
        where the rest would not.
        """
        if not person.user_principal_name:
            return Judged(self.wording.of_lack(person, ["userPrincipalName"]), {})
        answers = [
            self._not_assigned(person),
            self._disabled(person),
            out_of_scope(person, self.wording, self.azure),
        ]
        before = [answer for answer in answers if answer is not None]
        for answer in before:
            if answer.verdict is Verdict.SKIPPED:
                return Judged(answer, {})
        values = self._mapped(person)
        if isinstance(values, Finding):
            return Judged(values, {})
        return self._of_values(person, values, before)

    def _of_values(self, person: Person, values: Mapping[str, str], before: Sequence[Finding]) -> Judged:
        """Judge by what the mapping gives; `before` is what is not known of whether anything is sent at all."""
        unknown, lacking = self._not_known(person.exported)
        certain = {target: text for target, text in values.items() if target not in unknown}
        unsearchable = next(
            (each for each in self._unsearchable if each in certain or each == self._first), ""
        )
        if unsearchable:
            answer = self.wording.of_target(person.label, "not-searchable", unsearchable)
            return Judged(self._if_sent(person, answer, before), {})
        keys = self._keys(certain)
        account = self._holders.account_of(person, keys, is_found=not self._is_logged_as_duplicate(person))
        unsent = self._nothing_sent(person, certain, unknown, exists=account is not None)
        if unsent is not None:
            return Judged(unsent, {})
        before = [*before, *(self._not_created(person) if account is None else ())]
        if any(answer.verdict is Verdict.SKIPPED for answer in before):
            return Judged(before[-1], {})
        refused = self._target.refusal(person.label, certain, unknown, exists=account is not None)
        if refused is not None:
            return Judged(self._if_sent(person, refused, before), {})
        holding = self._holders.other(person, keys, account)
        if holding is not None:
            target = self.wording.target(holding.name)
            taken = self.wording.of_target(person.label, holding.cause, target, value=keys[holding.name])
            return Judged(self._if_sent(person, taken, before), keys, not before)
        # What was not exported of account and filter lacks there too, beside all else that does.
        lack = next((each for each in before if each.cause not in ("not-exported", "damaged")), None)
        lack = lack or self._open(
            person, sorted({*lacking, *filter_lacks(person, self.mapping, self.azure)}), keys
        )
        return Judged(lack or self._arrives(person, account), keys, not before)

    def _if_sent(self, person: Person, answer: Finding, before: Sequence[Finding]) -> Finding:
        """Return what AWS answers as a verdict only where it is certain, by export or by log, that Azure AD asks it."""
        entry = self.evidence.entry_of(person)
        if not before or (entry is not None and entry.http):
            return answer
        lack = before[0]
        return replace(
            answer,
            verdict=lack.verdict,
            cause=lack.cause,
            rule=lack.rule,
            meaning=f"{lack.meaning} If they are sent: {answer.meaning}",
            remedy=f"{lack.remedy} And then: {answer.remedy}",
        )

    def _open(self, person: Person, lacking: list[str], keys: Mapping[str, str]) -> Finding | None:
        """Return what keeps a user from being certain to arrive; that AWS has them by the log weighs more than values that lack."""
        logged = self._logged_conflict(person)
        if logged is not None:
            return logged
        if lacking:
            return self.wording.of_lack(person, lacking)
        for target, reason in self.mapping.unreadable.items():
            return finding(person.label, "mapping-not-understood", attribute=target, how=reason)
        return self._account_unclear(person, keys) or self._cut_failure(person)

    def clash(self, user: str, name: str, value: str, *, certain: bool = True) -> Finding:
        """Word that another of the users would hold the same unique value, or may."""
        cause = "same-as-somebody" if certain else "may-be-the-same"
        return self.wording.of_target(user, cause, self.wording.target(name), value=value)

    def _not_assigned(self, person: Person) -> Finding | None:
        assignments = self.evidence.assignments
        if not assignments.exported:
            return None
        standing, about = assignments.standing(person.object_id, person.user_principal_name)
        cause = _CAUSES.get(standing)
        if cause is None:
            return None
        options = " ".join(f'--group "{group}=members.json"' for group in about.split(", "))
        return finding(person.label, cause, attribute=about or "appRoleAssignments", options=options)

    def _disabled(self, person: Person) -> Finding | None:
        if person.values.get("accountEnabled") == "False":
            return finding(person.label, "disabled", attribute="accountEnabled", value="False")
        return (
            None if "accountEnabled" in person.exported else self.wording.of_lack(person, ["accountEnabled"])
        )

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
                text = flow.default if value is None else flow.text(value)
            except EvaluationError as error:
                if flow.target in unknown:
                    continue
                several = isinstance(error, SeveralValuesError)
                cause = "several-for-one" if several else "not-mappable"
                return self.wording.of_target(person.label, cause, flow.target, value=str(error))
            if text is not None:
                values[flow.target] = text
        return values

    def _nothing_sent(
        self, person: Person, certain: Mapping[str, str], unknown: frozenset[str], *, exists: bool
    ) -> Finding | None:
        """Say why Azure AD sends nothing: no value to match by, none for what the target requires of who is created."""
        matching = self.mapping.matching
        searchable = any(flow.target in unknown or certain.get(flow.target) for flow in matching)
        if not searchable and not self.mapping.unreadable:
            target = matching[0].target if matching else "userName"
            return self.wording.of_target(person.label, "nothing-to-match-by", target)
        if exists:
            return None
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

    def _arrives(self, person: Person, account: Account | None) -> Finding:
        if account is None or account.external_ids:
            return Finding(person.label, Verdict.ARRIVES)
        return finding(person.label, "taken-over", attribute=self.mapping.matching[0].target)

    def _is_logged_as_duplicate(self, person: Person) -> bool:
        entry = self.evidence.entry_of(person)
        return entry is not None and entry.http == "Conflict"

    def _not_created(self, person: Person) -> Iterator[Finding]:
        """Yield that somebody without an account is not created where Create is not among the actions."""
        if "Add" in self.mapping.users.allowed:
            return
        cause = (
            "creation-off"
            if self.evidence.accounts.exported and not self._account_may_lack
            else "creation-off-unclear"
        )
        yield self.wording.of_target(person.label, cause, self.wording.target("userName"))

    def _account_unclear(self, person: Person, keys: Mapping[str, str]) -> Finding | None:
        """Say that another account may hold a value, unless the user's own account is seen to."""
        if not self._account_may_lack:
            return None
        if self._holders.tied(person, keys) is not None:
            return None
        return finding(person.label, "accounts-incomplete", attribute="userName")

    def _logged_conflict(self, person: Person) -> Finding | None:
        entry = self.evidence.entry_of(person)
        if entry is None or entry.http != "Conflict" or self.evidence.accounts.exported:
            return None
        target = self.wording.target("userName")
        return self.wording.of_target(person.label, "logged-conflict", target, sentence=entry.detail)

    def _cut_failure(self, person: Person) -> Finding | None:
        """Say that the log has a failure of somebody whose values show none, and that its reason was lost."""
        entry = self.evidence.entry_of(person)
        cut = entry is not None and entry.is_cut and entry.status == "failure"
        return finding(person.label, "log-cut", attribute="provisioningStatusInfo") if cut else None

    def _not_known(self, exported: frozenset[str]) -> tuple[frozenset[str], list[str]]:
        """Return the targets whose values are not known, and the source attributes that lack for a whole verdict."""
        answer = self._unknown.get(exported)
        if answer is None:
            available = exported | COMPUTED
            unknown = frozenset(t for t, names in self.mapping.reads.items() if not names <= available)
            unknown = unknown.union(self.mapping.unreadable)
            answer = self._unknown[exported] = (unknown, sorted(self.mapping.sent - exported))
        return answer
