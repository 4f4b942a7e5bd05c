"""A case, shrunk, masked, written as a scenario, and played: it must fail as the original did and arrive after the remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from harness.base.errors import HarnessError
from harness.base.ids import Ids
from harness.base.store import Document
from harness.diagnosis.diagnosing import Diagnosis
from harness.diagnosis.judging import Judge
from harness.diagnosis.mapping import in_force
from harness.diagnosis.preparing import Case
from harness.diagnosis.reproducing import scenario
from harness.diagnosis.reproducing.groups import named_group, of_group
from harness.diagnosis.reproducing.masking import Mask
from harness.diagnosis.reproducing.playing import trouble
from harness.diagnosis.reproducing.scenario import BY_ASSIGNMENT
from harness.diagnosis.reproducing.specimen import (
    Specimen,
    edits,
    evidence_of,
    finding_of,
    healed,
    masked,
    schema_of,
    shrunk,
)
from harness.diagnosis.verdicts import Finding
from harness.exports.evidence import Account, Person
from harness.remedies.causes import Verdict


@dataclass(frozen=True, slots=True)
class Reproduction:
    """The scenario's text, what it is about, and each real word with what stands for it."""

    text: str
    finding: Finding
    words: Mapping[str, str]


def reproduced(case: Case, diagnosis: Diagnosis, *, user: str, seed: str, profile: str) -> Reproduction:
    """Reproduce the failure of `user`, or of the first user with the commonest cause.

    Raises HarnessError where nobody fails, the user is not there, or no scenario fails in the same way.
    """
    mask = Mask(Ids(seed), case.judge.aws["reserved-names"])
    group = named_group(diagnosis, user)
    member_of = ""
    if group is not None and not any(_label(each) == user.casefold() for each in diagnosis.findings()):
        if not group.missing:
            text = of_group(case, group, mask, profile=profile)
            return Reproduction(text, group.finding, mask.words)
        # The group arrives, without somebody: that failure is shown, and that the membership comes with its remedy.
        user, member_of = group.missing[0], mask.text(group.finding.user_principal_name)
    finding = _chosen(diagnosis, user)
    specimen = masked(_smallest(case, finding), mask, case.judge.mapping.scope_reads)
    judge = _judge_of(case, specimen)
    if finding.cause not in BY_ASSIGNMENT:
        specimen = replace(specimen, finding=finding_of(specimen, judge))
        if _alike(specimen.finding) != _alike(finding):
            raise HarnessError(
                f"with made-up words {finding.user_principal_name} does not fail so any more ({finding.meaning}): the failure "
                "lies in the words themselves"
            )
    problems = []
    for match_on, status in (("", "failure"), ("", "skipped"), *_OTHER_WAYS.get(finding.cause, ())):
        text = scenario.text(
            specimen,
            judge,
            profile=profile,
            quirks=case.quirks,
            match_on=match_on,
            status=status,
            member_of=member_of,
        )
        problems.append(trouble(text))
        if not problems[-1]:
            return Reproduction(text, specimen.finding, mask.words)
    raise HarnessError(
        f"no scenario fails as {finding.user_principal_name} does ({finding.meaning}): {problems[0]}"
    )


def _smallest(case: Case, finding: Finding) -> Specimen:
    """Return what it takes to fail so, and nothing that would fail otherwise once that is mended."""
    whole = _specimen(case, finding)

    def now(specimen: Specimen) -> Finding | None:
        try:
            return finding_of(specimen, _judge_of(case, specimen))
        except HarnessError:
            return None

    def same(specimen: Specimen) -> bool:
        answer = now(specimen)
        return answer is not None and _alike(answer) == _alike(finding)

    def arrives(specimen: Specimen) -> bool:
        answer = now(specimen)
        return answer is not None and answer.verdict is Verdict.ARRIVES

    if finding.cause not in BY_ASSIGNMENT:
        return healed(shrunk(whole, same), same)
    assigned = healed(whole, lambda _: True)
    return shrunk(assigned, arrives) if arrives(assigned) else assigned


def _judge_of(case: Case, specimen: Specimen) -> Judge:
    mapping = in_force(schema_of(specimen), specimen.template, case.context)
    return Judge(mapping, evidence_of(specimen), case.judge.azure, case.judge.aws)


# Another's account is taken over where it is searched by name, and in the way where it is searched by externalId.
_OTHER_WAYS = dict.fromkeys(("taken-in-aws", "same-as-somebody"), (("externalId", "failure"),))


def _alike(finding: Finding) -> tuple[str, ...]:
    """Return what failures must share to be one: of what no mapping gives, all of it.

    Whether Azure AD or AWS misses a value is the same: schemas are exported without what their targets require, too.
    """
    lacking = finding.remedy if finding.cause == "not-mapped" else ""
    cause = "required-missing" if finding.cause == "empty-value" else finding.cause
    return cause, finding.attribute, lacking


def _chosen(diagnosis: Diagnosis, user: str) -> Finding:
    failing = (Verdict.REFUSED, Verdict.CONFLICTS, Verdict.SKIPPED)
    if user:
        named = next(
            (each for each in diagnosis.findings() if each.user_principal_name.casefold() == user.casefold()),
            None,
        )
        if named is None:
            raise HarnessError(f"none of the files has a user or group '{user}'")
        if named.verdict not in failing:
            raise HarnessError(
                f"'{user}' is {named.verdict.value}: there is no failure to reproduce. {named.meaning}"
            )
        return named
    group = next((group for group in diagnosis.causes if group.verdict in failing), None)
    if group is None:
        raise HarnessError("nobody fails by what was exported: there is nothing to reproduce")
    name = group.examples[0]
    return next(each for each in diagnosis.findings() if each.user_principal_name == name)


def _label(finding: Finding) -> str:
    return finding.user_principal_name.casefold()


def _specimen(case: Case, finding: Finding) -> Specimen:
    judge, other, account = case.judge, None, None
    person = _person(case, finding.user_principal_name)
    keys = judge.judge(person).keys
    if finding.cause == "same-as-somebody":
        other = next(_sharing(case, person, keys)).values
    if finding.cause == "taken-in-aws":
        account = _holder(case, keys)
    schema = case.evidence.schema
    mappings = schema["synchronizationRules"][0]["objectMappings"] if schema else []
    users: Document = next((each for each in mappings if each.get("sourceObjectName") == "User"), {})
    return Specimen(
        finding=finding,
        template=case.template,
        values=person.values,
        other=other,
        account=account,
        edits=edits(schema, case.template),
        filtered=users.get("scope") if judge.mapping.users.scope is not None else None,
        actions=judge.mapping.users.allowed if "Add" not in judge.mapping.users.allowed else frozenset(),
    )


def _person(case: Case, label: str) -> Person:
    return next(person for person in case.people if person.label == label)


def _sharing(case: Case, person: Person, keys: Mapping[str, str]) -> Iterator[Person]:
    for each in case.people:
        if each.label != person.label:
            theirs = case.judge.judge(each).keys
            if any(theirs.get(name) == value for name, value in keys.items()):
                yield each


def _holder(case: Case, keys: Mapping[str, str]) -> Account:
    return next(
        account
        for account in case.evidence.accounts
        if account.user_name.casefold() == keys.get("userName")
        or (account.email and account.email.casefold() == keys.get("emails"))
        or keys.get("externalId") in account.external_ids
    )
