"""Why both sides differ in an object or a member, and whether a cycle will see to it by itself: waiting, or wrong.

Azure AD retries every failure; which of them pass by themselves is inferred from what each error code comes of
(`azure_ad/provisioning/log/codes.yaml`): a service that was down, busy, slow or out of reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from harness.aws_sso import identity_store
from harness.aws_sso.cloudtrail.lookup import lookup, of_subject
from harness.azure_ad.provisioning.cycle.facts import Facts, gather
from harness.azure_ad.provisioning.cycle.records import Escrow
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.job.records import Job
from harness.azure_ad.provisioning.log import provisioning_log
from harness.azure_ad.provisioning.log.digest import digest
from harness.azure_ad.provisioning.why.forecast import foresee
from harness.azure_ad.provisioning.why.foreign import foreign
from harness.azure_ad.provisioning.why.outlook import Outlook
from harness.azure_ad.provisioning.why.why import why
from harness.base.clock import iso
from harness.base.store import Document
from harness.base.wording import moment
from harness.remedies.target import TargetAccount
from harness.world import World

_PASSING = frozenset(
    {
        *("InternalServerError", "TooManyRequests", "Timeout", "WebExceptionProtocolError"),
        "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable",
    }
)
# What a cycle does with an object that is to go, or to have another name.
_CHANGES = frozenset({"disable", "delete", "compare", "rename"})
# Why a quarantine keeps cycles from their work at all; of the others, some objects failed and cycles come seldom.
_BLOCKING = frozenset({"EncounteredQuarantineException", "TooManyDeletes"})
BY_HAND = "Manual"


class Reason(NamedTuple):
    """`waiting` says that a cycle will see to it with nobody's help; `text` is what keeps the sides from agreeing."""

    waiting: bool
    text: str


class Reasons:
    """The reasons of one look at both sides; each group's members are looked at once."""

    def __init__(self, world: World, session: Session, job: Job) -> None:
        self._world, self._session, self._job = world, session, job
        self._outlook = Outlook(session, job)
        self._group = cache(self._of_group)

    def _of_cycle(self) -> Reason:
        """Return what holds where nothing is known to have failed, but perhaps the cycles themselves."""
        if not self._job.is_on:
            return Reason(False, "nobody saw to it")
        quarantine = self._job.status.quarantine
        if quarantine is None:
            return Reason(True, "the next cycle sees to it")
        problem = quarantine.problem
        if self._is_stuck:
            return Reason(
                False, f"the job is in quarantine, in vain until somebody mends it: {problem.message}"
            )
        attempt = moment(iso(quarantine.next_attempt))
        return Reason(True, f"the job is in quarantine ({problem.code}): its attempt at {attempt} sees to it")

    @property
    def _is_stuck(self) -> bool:
        """Tell whether no cycle comes to anybody until somebody mends what put the job into quarantine."""
        quarantine = self._job.status.quarantine
        return (
            quarantine is not None
            and quarantine.reason in _BLOCKING
            and quarantine.problem.code not in _PASSING
        )

    def _or_last_change(self, reason: Reason, kind: str, target_id: str) -> Reason:
        """Return a reason that waits for something, or else with the call that changed the object at AWS last."""
        if reason.waiting or self._is_stuck:
            return reason
        return Reason(False, f"{reason.text}{self._last_change(kind, target_id)}")

    def of_missing(self, facts: Facts) -> Reason:
        """Return why an object is not in AWS: the call that deleted it there, if it was there."""
        if facts.escrow is not None:
            return self._of_failure(facts, facts.escrow)
        reason = self._of_visit(facts)
        if facts.connection is None:
            return reason
        return self._or_last_change(reason, facts.kind, facts.connection.target_id)

    def of_values(self, facts: Facts, values: Mapping[str, str | None], target_id: str) -> Reason:
        """Return why an object has other values than `values`, those of the mapping; `target_id` is AWS's."""
        if facts.escrow is not None:
            return self._of_failure(facts, facts.escrow)
        reason = self._of_visit(facts)
        account = foreign(facts, values, self._account_of) if self._job.is_on else None
        if account is not None:
            waiting = reason.waiting and account["foundBy"] is not None
            by_hand = "made by hand" if account["createdBy"] == BY_HAND else "made by another client"
            return Reason(waiting, f"its account was {by_hand}; {account['says']}")
        return self._or_last_change(reason, facts.kind, target_id)

    def of_case(self, kind: str, target_id: str) -> Reason:
        """Return why an object's value stays another one in the case of its letters.

        Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-attributedefinition, Properties, `caseExact`
        (read 2026-11-29): whether it is set affects how the engine detects changes.
        """
        text = "they differ only in case, which provisioning takes for the same (caseExact is false in its schema)"
        return self._or_last_change(Reason(False, text), kind, target_id)

    def of_surplus(self, kind: str, target_id: str) -> Reason | None:
        """Return why an account or group is still at AWS, None for one that this job has not brought."""
        key = self._session.source_of(target_id)
        if key is None:
            return None
        facts = self._facts(kind, key)
        if facts.escrow is not None:
            return self._of_failure(facts, facts.escrow, "the change failed and waits for a retry")
        plan = foresee(self._outlook, facts)
        if self._job.is_on and plan.action not in _CHANGES:
            return Reason(False, plan.says.removesuffix("."))
        return self._of_visit(facts)

    def of_user_reference(self, key: str, target_id: str) -> Reason:
        """Return why the manager of the user with that source id is another one; `target_id` is AWS's."""
        facts = self._facts("User", key)
        if facts.escrow is not None and facts.escrow.references:
            return self._of_failure(facts, facts.escrow)
        return self._or_last_change(self._of_visit(facts), "User", target_id)

    def of_member(self, group: str, member: str, group_id: str, *, left: bool) -> Reason:
        """Return why a user, by source id, is no member at AWS, or still one where `left`; `group_id` is AWS's."""
        facts, exported, entries = self._group(group)
        if facts.connection is None or facts.connection.target_id != group_id:
            cycle = self._of_cycle()
            return (
                cycle
                if cycle.waiting
                else Reason(False, f"{cycle.text}{self._last_change('Group', group_id)}")
            )
        if (member in exported) is not left:  # for the job, it is as it should be
            done = "does not know this member" if left else "sent this member"
            text = f"provisioning {done}, another client changed that{self._last_change('Group', group_id)}"
            return Reason(False, text)
        if facts.escrow is not None:
            return self._of_failure(facts, facts.escrow)
        entry = entries.get(member)
        if not self._job.is_on:
            change = self._last_change("Group", group_id)
            return Reason(False, f"nobody saw to it: the job's schedule is off{change}")
        if entry is None or entry["next"] is not None:
            return self._of_cycle()
        return Reason(False, str(entry["says"]))

    def _of_visit(self, facts: Facts) -> Reason:
        """Return whether a cycle comes to an object: it passes by what has not changed, and what was given up."""
        if self._job.is_on and foresee(self._outlook, facts).turn.because is None:
            text = "no cycle looks at it until it changes at the source or provisioning is restarted"
            return Reason(False, text)
        return self._of_cycle()

    def _of_failure(self, facts: Facts, escrow: Escrow, summary: str = "") -> Reason:
        """Return what is to come of a failure; it is told by `summary`, or in the words of `why`."""
        if not summary:
            account = why(self._session, self._job, facts.kind, facts.key)
            summary = str(account["summary"]).removesuffix(".")
        if escrow.given_up(facts.at, self._session.quirks["escrow-days"]):
            return Reason(False, f"{summary}, but it was given up")
        if not self._job.is_on:
            return Reason(False, f"{summary}, but the job's schedule is off")
        failures = map(digest, provisioning_log.entries(self._session.store, source_id=facts.key))
        last = next((entry for entry in failures if entry["status"] == "failure"), None)
        if last is None or last["code"] in _PASSING:
            return Reason(True, f"{summary}: the first cycle from {moment(iso(escrow.next))} tries again")
        return Reason(False, f"{summary}, in vain until somebody mends it: {last['cause']}")

    def _of_group(self, key: str) -> tuple[Facts, frozenset[str], dict[str, Document]]:
        """Return what is known of a group, the members that were sent, and of those who differ what `why` says, by source id."""
        account = why(self._session, self._job, "Group", key)
        exported = frozenset(self._session.exported_members(key))
        return self._facts("Group", key), exported, {each["id"]: each for each in account["members"]["wrong"]}

    def _facts(self, kind: str, key: str) -> Facts:
        document = self._world.azure.directory.get(kind, key)
        return gather(self._session, kind, key, document, self._world.clock.now())

    def _account_of(self, kind: str, name: str) -> TargetAccount | None:
        return identity_store.account_of(self._world.aws, kind, name)

    def _last_change(self, kind: str, target_id: str) -> str:
        """Say which call changed an object at AWS last, by CloudTrail, which hides whom and what it named."""
        for entry in lookup(self._world.aws, by=of_subject(target_id)):
            event = entry.body
            if event["readOnly"] or event.get("errorCode"):
                continue
            body = (event["requestParameters"] or {}).get("httpBody") or {}
            operations = ", ".join(each["op"] for each in body.get("operations", ()) if each.get("op"))
            what = f"{event['eventName']}{f' ({operations})' if operations else ''}"
            at, by = moment(event["eventTime"]), _caller(event)
            return f"; AWS's last change of the {kind.lower()}: {what} at {at} by {by}, request {event['requestID']}"
        return ""


def _caller(event: Document) -> str:
    """Say who sent a call, as far as CloudTrail has it: a person, or the access token and the client that used it."""
    identity = event["userIdentity"]
    who = identity.get("userName") or identity.get("arn")
    if not who:
        who = f"token {identity['accessKeyId']}" if "accessKeyId" in identity else identity["type"]
    return f"{who} ({event['userAgent']})" if event.get("userAgent") else str(who)
