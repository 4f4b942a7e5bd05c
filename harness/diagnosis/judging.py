"""The verdict on one user: assignment, scope, mapping and AWS's rules, applied to the exported values alone.

Mapping and rules are the two services' own. A value has a third state here: it was not exported, and then nothing is
concluded from it. A user is refused only for exported values, and arrives only when all that the mapping reads was exported.
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
    """A finding about one user. `keys` are the unique values that the user would have in AWS, in AWS's case for comparing.

    `is_sent` is False where the exports leave open whether Azure AD sends the user at all.
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
    """Judges people one by one under one mapping; what is the same for everybody is computed once."""

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
        # The job searches by the first target whenever it starts, by the others only for users who have a value there.
        targets = [flow.target for flow in self.mapping.matching]
        self._first = targets[0] if targets else ""
        self._unsearchable = [each for each in targets if each.lower() not in self.aws["user-filters"]]
        self._account_may_lack = self.evidence.accounts.exported and not self.evidence.accounts.whole
        self._holders = Holders(self.evidence.accounts, [flow.target for flow in self.mapping.matching])

    def judge(self, person: Person) -> Judged:
        """Return the verdict on one person, conflicts with other people left out.

        A certain reason against comes first. Unknown values of assignment, account or filter count only where nothing
        else decides.
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
        """Judge by the mapped values; `before` are the findings that leave open whether the user is sent at all."""
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
        # An attribute that was not exported for account or filter is listed with all others that were not.
        lack = next((each for each in before if each.cause not in ("not-exported", "damaged")), None)
        lack = lack or self._open(
            person, sorted({*lacking, *filter_lacks(person, self.mapping, self.azure)}), keys
        )
        return Judged(lack or self._arrives(person, account), keys, not before)

    def _if_sent(self, person: Person, answer: Finding, before: Sequence[Finding]) -> Finding:
        """Return AWS's answer as the verdict, but only where exports or log prove that Azure AD sends the request."""
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
        """Return why it is not certain that a user arrives: a conflict in the log first, then values that were not exported."""
        logged = self._logged_conflict(person)
        if logged is not None:
            return logged
        if lacking:
            return self.wording.of_lack(person, lacking)
        for target, reason in self.mapping.unreadable.items():
            return finding(person.label, "mapping-not-understood", attribute=target, how=reason)
        return self._account_unclear(person, keys) or self._cut_failure(person)

    def clash(self, user: str, name: str, value: str, *, certain: bool = True) -> Finding:
        """Return the finding that another user would have the same unique value, or may have it."""
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
        """Evaluate each mapping by itself: one that fails on exported values keeps the user out."""
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
        """Return why Azure AD sends nothing: no matching attribute has a value, or a required one of a new user has none."""
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
            # The attribute was not exported, but the log shows that Azure AD found it empty.
            return self.wording.of_target(person.label, "required-missing", entry.property)
        if lacking and self.azure["required-without-value"] == "refused":
            return self.wording.of_target(person.label, "required-missing", lacking[0])
        return None

    def _keys(self, certain: Mapping[str, str]) -> Mapping[str, str]:
        email = next((certain[target] for target in certain if target.startswith("emails[")), "")
        folded = str.casefold if self.aws["names-ignore-case"] else str
        keys = {
            "userName": folded(certain.get("userName", "")),
            "emails": folded(email) if self.aws["unique-primary-email"] else "",
            "externalId": certain.get("externalId", ""),
        }
        return {name: value for name, value in keys.items() if value}

    def _arrives(self, person: Person, account: Account | None) -> Finding:
        if account is None or account.external_ids:
            return Finding(person.label, Verdict.ARRIVES)
        return finding(person.label, "taken-over", attribute=self.mapping.matching[0].target)

    def _is_logged_as_duplicate(self, person: Person) -> bool:
        entry = self.evidence.entry_of(person)
        return entry is not None and entry.http == "Conflict"

    def _not_created(self, person: Person) -> Iterator[Finding]:
        """Yield that a user without an account is not created, where the mapping's action Create is off."""
        if "Add" in self.mapping.users.allowed:
            return
        cause = (
            "creation-off"
            if self.evidence.accounts.exported and not self._account_may_lack
            else "creation-off-unclear"
        )
        yield self.wording.of_target(person.label, cause, self.wording.target("userName"))

    def _account_unclear(self, person: Person, keys: Mapping[str, str]) -> Finding | None:
        """Return that another account may have a unique value, unless the user's own account was exported and has it."""
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
        """Return that the log has a failure of this user whose reason the export lost."""
        entry = self.evidence.entry_of(person)
        cut = entry is not None and entry.is_cut and entry.status == "failure"
        return finding(person.label, "log-cut", attribute="provisioningStatusInfo") if cut else None

    def _not_known(self, exported: frozenset[str]) -> tuple[frozenset[str], list[str]]:
        """Return the targets whose values are not known, and the source attributes that were not exported."""
        answer = self._unknown.get(exported)
        if answer is None:
            available = exported | COMPUTED
            unknown = frozenset(t for t, names in self.mapping.reads.items() if not names <= available)
            unknown = unknown.union(self.mapping.unreadable)
            answer = self._unknown[exported] = (unknown, sorted(self.mapping.sent - exported))
        return answer
