"""A decision in words for people. No request is sent.

Whether the target's account differs is known only to the target, so an update is called a comparison.
"""

from __future__ import annotations

from typing import NamedTuple

from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.provisioning.cycle.decide import Act, Because, Decision, decide
from harness.azure_ad.provisioning.cycle.facts import Facts
from harness.azure_ad.provisioning.cycle.records import Connection
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.why.outlook import Turn

NOTHING = "nothing"
NOT_LOOKED_AT = "Not looked at: nothing changed since the last cycle, and nothing waits."
_CALLED = {"User": "account", "Group": "group"}
_ANY = {"User": "an account", "Group": "a group"}
# Why nothing is sent, where no action is turned off; {any} is `an account` or `a group`.
_NOTHING_SENT = {
    Because.MAPPING_OFF: "provisioning of groups is turned off",
    Because.NOT_ENTITLED: "not entitled",
    Because.OUTSIDE: "outside of the scope, and what is there is left alone",
    Because.UNMANAGED: "it left the scope earlier and is no longer managed",
    Because.UNTIED: "it is not connected to {any}, or no longer managed",
}


class Verdict(NamedTuple):
    """`action` is `create`, `compare`, `disable`, `delete`, `fail` or `nothing`.

    `references`: those of the object are sent afterwards.
    """

    action: str
    says: str
    references: bool = False


def judge(session: Session, facts: Facts, turn: Turn) -> Verdict:
    """Return a cycle's verdict on the object itself."""
    if turn.because is None and facts.mapping is not None:
        return Verdict(NOTHING, NOT_LOOKED_AT)
    return word(session, facts, decide(facts))


def word(session: Session, facts: Facts, decision: Decision) -> Verdict:
    """Return a decision in words."""
    mapping, connection = facts.mapping, facts.connection
    if mapping is None or decision.act in (Act.NOT_LISTED, Act.FORGET, Act.LEAVE_ALONE):
        why = _NOTHING_SENT[decision.because].format(any=_ANY[facts.kind])
        return Verdict(NOTHING, f"Nothing is sent: {why}.")
    if decision.act is Act.FAIL:
        assert decision.failure is not None
        return Verdict("fail", f"It fails before anything is sent: {decision.failure.cause}.")
    if decision.act is Act.JOIN:
        return _unconnected(session, mapping, decision)
    assert connection is not None
    return _connected(session, mapping, connection, decision)


def _connected(
    session: Session, mapping: ObjectMapping, connection: Connection, decision: Decision
) -> Verdict:
    """Return the decision on an object in the target, in words."""
    if decision.off:
        says = f"Nothing is sent: the action {decision.off} is turned off for {mapping.kind.lower()}s."
        return Verdict(NOTHING, says, references=_sends_references(mapping, decision))
    its = f"{_CALLED[mapping.kind]} '{connection.target_id}'"
    if decision.act is Act.UPDATE:
        says = f"The {its} is read from {session.frame.app_name}; what differs is sent."
        return Verdict("compare", says, references=_sends_references(mapping, decision))
    if decision.act is Act.DELETE:
        return Verdict("delete", _counted(session, f"The {its} is deleted"))
    disabled = f"What differs is sent, and the {its} is disabled, unless it is already"
    return Verdict("disable", _counted(session, disabled))


def _unconnected(session: Session, mapping: ObjectMapping, decision: Decision) -> Verdict:
    values = decision.values.new
    names = [flow.target for flow in mapping.matching if values.get(flow.target)]
    one = _ANY[mapping.kind]
    searched = f"{session.frame.app_name} is searched by {', then by '.join(names)}; {one} that matches is taken over"
    if decision.off:
        return Verdict(NOTHING, f"{searched}. Creating is turned off, so without a match nothing is sent.")
    if decision.failure is not None:
        cause = decision.failure.cause
        return Verdict("fail", f"{searched}, without one it fails before anything is created: {cause}.")
    return Verdict(
        "create", f"{searched}, without one {one} is created.", references=mapping.reference is not None
    )


def _sends_references(mapping: ObjectMapping, decision: Decision) -> bool:
    return decision.act is Act.UPDATE and mapping.reference is not None


def _counted(session: Session, says: str) -> str:
    if session.most_deletes is None:
        return f"{says}."
    return f"{says}; not if the cycle would disable or delete more than {session.most_deletes} objects."
