"""A resource as its plain values by their places, so that two of them can be compared whole: `emails[work].value`.

Elements of a list are told by type or value, for their order says nothing (RFC 7643, 2.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from harness.base.store import Document
from harness.certification.answers import listed, require, written
from harness.scim.names import ENTERPRISE_USER

Leaves: TypeAlias = dict[str, Any]
_REFERENCES = ("members", "groups")


def leaves(resource: Document, *without: str) -> Leaves:
    """Return the values of a resource but for attributes `without`, as `meta`; what has no value is none (RFC 7643, 2.5).

    A server's own extensions are left out: what they hold may move by itself.
    """
    own = [name for name in resource if name.startswith("urn:") and name != ENTERPRISE_USER]
    return dict(_walked(resource, "", (*without, *own)))


def require_equal(label: str, leaves: Leaves, expected_leaves: Leaves) -> None:
    """Demand the same values at the same places. Raises FailedError, which names some that differ."""
    wrong = [
        f"{name} is {written(leaves.get(name))} instead of {written(expected_leaves.get(name))}"
        for name in sorted({*leaves, *expected_leaves})
        if leaves.get(name) != expected_leaves.get(name)
    ]
    require(not wrong, f"{label}: {listed(wrong)}")


def _walked(there: Any, prefix: str, without: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(there, Mapping):
        for name, each in there.items():
            if prefix + name not in without:
                yield from _walked(each, f"{prefix}{name}.", without)
    elif isinstance(there, list):
        for number, each in enumerate(there):
            place = prefix.removesuffix(".")
            yield from _walked(each, f"{place}[{_key(place, each, number)}].", without)
    elif there not in (None, ""):
        yield prefix.removesuffix("."), there


def _key(place: str, element: Any, number: int) -> str:
    """Return what tells an element from the others; a plain one is its own key, references are all of one type."""
    if not isinstance(element, Mapping):
        return str(element)
    reference = str(element.get("value") or number)
    return reference if place in _REFERENCES else str(element.get("type") or reference)
