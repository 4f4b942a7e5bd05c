"""The comparison of both sides: whether they agree, and their differences."""

from __future__ import annotations

from collections.abc import Mapping

from harness.agreement.records import Kind
from harness.scenario.language.shapes.kinds import Expected, flag, listing, mapping, text

_DIFFERENCE = mapping(
    "One difference.",
    {
        "kind": text("In what the sides differ.", *(kind.value for kind in Kind)),
        "whose": text("Whose it is: user ana@contoso.com, group Developers."),
        "attribute": text("AWS's attribute; null where somebody is missing or should not be there."),
        "wanted": text("What should be in AWS; null for nothing."),
        "actual": text("What is in AWS; null for nothing."),
        "waiting": flag("Whether a cycle or a retry will see to it."),
        "reason": text("What keeps it from agreeing, as far as is known."),
    },
)

EXPECTED: Mapping[str, Expected] = {
    "both sides agree": Expected(
        flag(
            "Whether everybody in scope is in AWS SSO once with the mapped values, nobody else, each membership on both sides, "
            "whoever brought them. Refused where nobody is in scope; `differences: []` says that nobody is left."
        ),
        "both sides agree: true",
        beside="differences",
    ),
    "differences": Expected(
        listing("In what both sides differ after the step, users first.", _DIFFERENCE),
        "differences: []",
        one_of=True,
    ),
}
