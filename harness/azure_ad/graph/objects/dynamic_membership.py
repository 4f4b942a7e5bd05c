"""The processing status of a dynamic group's rule, and the evaluation of a rule for one object.

Source: https://learn.microsoft.com/en-us/graph/api/group-evaluatedynamicmembership?view=graph-rest-beta,
…/resources/evaluatedynamicmembershipresult, …/expressionevaluationdetails and …/membershipruleprocessingstatus (read
2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs; all of it beta). The property of a rule of one condition is
told, those of a rule of several are not. When a membership changed last is not kept.
"""

from __future__ import annotations

from typing import Any

from harness.azure_ad.directory.membership.dynamic_groups import is_dynamic
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import answer, body, context, demand_beta
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

STATUS = "membershipRuleProcessingStatus"


def with_status(group: Document) -> Document:
    """Return a group with its rule's processing status: waiting or done, null where processing is off."""
    if not is_dynamic(group) or group.get("membershipRuleProcessingState") != "On":
        return group
    rules = current().directory.dynamic
    status = {
        "status": "NotStarted" if rules.waits(group["id"]) else "Succeeded",
        "lastMembershipUpdated": rules.updated(group["id"]),
        "errorMessage": None,
    }
    return {**group, STATUS: status}


def evaluate(name: str = "") -> Response:
    """Answer whether an object is a member of a dynamic group, or would be by another rule, with or without a group."""
    demand_beta()
    document, directory = body(), current().directory
    member, rule = document.get("memberId"), document.get("membershipRule")
    if not isinstance(member, str):
        raise refusals.VALUE_FORM.error(name="memberId", form="the id of a user")
    if rule is None and name:
        rule = directory.find("Group", name).get("membershipRule")
    if not isinstance(rule, str):
        raise refusals.VALUE_FORM.error(name="membershipRule", form="the text of a rule")
    user = directory.find("User", member)
    holds = directory.dynamic.would_hold(rule, user)
    return answer(
        {
            "@odata.context": context("microsoft.graph.evaluateDynamicMembershipResult"),
            "membershipRule": rule,
            "membershipRuleEvaluationResult": holds,
            "membershipRuleEvaluationDetails": {
                "expressionResult": holds,
                "expression": _bare(rule),
                **_property(rule, user),
            },
        }
    )


def _property(rule: str, user: Document) -> Document:
    from harness.azure_ad.directory.membership.conditions import Comparison
    from harness.azure_ad.directory.membership.rule import compile_rule

    condition = compile_rule(rule).condition
    if not isinstance(condition, Comparison) or condition.attribute is None:
        return {}
    values = condition.attribute.values(user)
    return {
        "propertyToEvaluate": {
            "propertyName": condition.attribute.name,
            "propertyValue": ",".join(map(_text, values)) if values else None,
        }
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _bare(rule: str) -> str:
    """Return a rule without the one pair of brackets around it."""
    text = rule.strip()
    return text[1:-1].strip() if text.startswith("(") and text.find(")") == len(text) - 1 else text


ROUTES = (
    ("POST", "/groups/evaluateDynamicMembership", evaluate),
    ("POST", "/groups/<name>/evaluateDynamicMembership", evaluate),
)
