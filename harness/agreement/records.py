"""What both sides differ in, as data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from msgspec import Struct


class Kind(Enum):
    """What the sides can differ in."""

    MISSING = "missing"
    UNEXPECTED = "unexpected"
    ATTRIBUTE = "attribute"
    MEMBER_MISSING = "member missing"
    MEMBER_LEFT = "member who left"
    MANAGER = "manager"


class Difference(Struct, frozen=True):
    """One difference: whose (`user ana@contoso.com`), in which attribute, what should be in AWS and what is, by user names.

    `waiting` says that a cycle will see to it by itself; `reason` is what keeps it from agreeing, as far as is known.
    """

    kind: Kind
    whose: str
    attribute: str = ""
    wanted: str = ""
    actual: str = ""
    waiting: bool = False
    reason: str = ""

    def document(self) -> dict[str, Any]:
        """Return it as JSON shows it."""
        return {
            "kind": self.kind.value,
            "whose": self.whose,
            "attribute": self.attribute or None,
            "wanted": self.wanted or None,
            "actual": self.actual or None,
            "waiting": self.waiting,
            "reason": self.reason,
        }

    def __str__(self) -> str:
        what = _what(self) if self.attribute else ""
        return (
            f"{self.whose} {self.kind.value}{what}; {'waiting' if self.waiting else 'wrong'}: {self.reason}"
        )


def _what(difference: Difference) -> str:
    if difference.kind in (Kind.MEMBER_MISSING, Kind.MEMBER_LEFT):
        return f" '{difference.wanted or difference.actual}'"
    if difference.kind is Kind.MANAGER:
        return f": '{difference.actual}' instead of '{difference.wanted}'"
    return f" {difference.attribute}: '{difference.actual}' instead of '{difference.wanted}'"


NOBODY_IN_SCOPE = "nobody is in scope, so there was nothing to compare; assign somebody first"


class Agreement(Struct, frozen=True):
    """All in which the sides differ, users first, and how many users and groups should be in AWS, by source type.

    Where that is none, nothing was compared, and the sides do not agree: a check that looked at nobody is no proof.
    """

    differences: list[Difference]
    in_scope: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was compared and nothing differs."""
        return not self.differences and not any(self.in_scope.values())

    @property
    def agree(self) -> bool:
        """Whether something was compared and nothing differs."""
        return not self.differences and not self.is_empty

    def __str__(self) -> str:
        if self.is_empty:
            return NOBODY_IN_SCOPE
        return "\n".join(("both sides differ:", *map(str, self.differences)))

    def document(self) -> dict[str, Any]:
        """Return it as the control API does."""
        return {
            "agree": self.agree,
            "problem": NOBODY_IN_SCOPE if self.is_empty else None,
            "inScope": dict(self.in_scope),
            "differences": [each.document() for each in self.differences],
        }
