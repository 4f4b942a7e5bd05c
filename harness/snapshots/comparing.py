"""What differs between two copies of a world, in words that a person reads: whose, what was there, what is there now.

Logs are left out: they only grow, and the portals show them. What is secret is named and never shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from harness.base.store import Document
from harness.holdings import HELD
from harness.snapshots.in_memory import Contents

_NAMES = ("userPrincipalName", "userName", "displayName", "Name")
_MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of document or link is called; without `shown` only that it changed is said, not what changed in it."""

    word: str
    shown: bool = True


# What is not listed is the stores' own bookkeeping, or follows from what is.
_KINDS = {
    "User": _Kind("user"),
    "Group": _Kind("group"),
    "deletedUser": _Kind("deleted user"),
    "deletedGroup": _Kind("deleted group"),
    "servicePrincipal": _Kind("enterprise application"),
    "application": _Kind("app registration", shown=False),
    "job": _Kind("provisioning job", shown=False),
    "schema": _Kind("attribute mappings", shown=False),
    "secrets": _Kind("provisioning settings", shown=False),
    "connection": _Kind("provisioned object", shown=False),
    "escrow": _Kind("retry", shown=False),
    "assigned": _Kind("assignment"),
    "member": _Kind("membership"),
    "manager": _Kind("manager"),
    "user": _Kind("user"),
    "group": _Kind("group"),
    "provisioning": _Kind("automatic provisioning", shown=False),
    "token": _Kind("access token", shown=False),
    "permissionSet": _Kind("permission set"),
    "organizationAccount": _Kind("account"),
}


class Act(Enum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: on which side, of which kind, whose; the attribute with what it was and is, where one changed."""

    side: str
    kind: str
    whose: str
    act: Act
    attribute: str = ""
    before: str = ""
    after: str = ""

    def document(self) -> dict[str, Any]:
        return {
            "side": self.side,
            "kind": self.kind,
            "whose": self.whose,
            "act": self.act.value,
            "attribute": self.attribute or None,
            "before": self.before or None,
            "after": self.after or None,
        }

    def __str__(self) -> str:
        what = f" {self.attribute}: '{self.before}' → '{self.after}'" if self.attribute else ""
        return f"{self.side} {self.kind} {self.whose} {self.act.value}{what}"


@dataclass(frozen=True, slots=True)
class _Held:
    """One side's documents by kind and key, its links, and how its people and things are called."""

    documents: Mapping[tuple[str, str], Document]
    links: frozenset[tuple[str, str, str]]
    labels: Mapping[str, str]

    def label(self, key: str) -> str:
        return self.labels.get(key, key)


def changes(before: Mapping[str, Contents], after: Mapping[str, Contents]) -> list[Change]:
    """Return what differs, Azure AD's first. A side is the tenant of its name, or the only one of the database so named."""
    old, new = _by_side(before), _by_side(after)
    empty = _Held({}, frozenset(), {})
    return [
        change
        for side in sorted(old.keys() | new.keys(), reverse=True)
        for change in _of_side(side, old.get(side, empty), new.get(side, empty))
    ]


def _by_side(copies: Mapping[str, Contents]) -> dict[str, _Held]:
    documents: dict[str, dict[tuple[str, str], Document]] = {}
    links: dict[str, set[tuple[str, str, str]]] = {}
    for name, copy in copies.items():
        for tenant, kind, key, body in copy.documents():
            side = tenant if tenant in HELD else name
            if (family := _family(kind)) in _KINDS:
                documents.setdefault(side, {})[family, key] = body
        for tenant, relation, left, right in copy.links():
            side = tenant if tenant in HELD else name
            if relation in _KINDS:
                links.setdefault(side, set()).add((relation, left, right))
    return {
        side: _Held(documents.get(side, {}), frozenset(links.get(side, ())), _labels(documents.get(side, {})))
        for side in documents.keys() | links.keys()
    }


def _labels(documents: Mapping[tuple[str, str], Document]) -> dict[str, str]:
    """Return the name of everything that has one, by key."""
    labels = {}
    for (_, key), body in documents.items():
        inside = _inside(body)
        name = next((inside[name] for name in _NAMES if isinstance(inside.get(name), str)), None)
        if name:
            labels[key] = name
    return labels


def _of_side(side: str, old: _Held, new: _Held) -> Iterator[Change]:
    for kind, key in dict.fromkeys((*old.documents, *new.documents)):
        before, after = old.documents.get((kind, key)), new.documents.get((kind, key))
        if before == after:
            continue
        word, whose = _KINDS[kind].word, (old if after is None else new).label(key)
        if before is None or after is None:
            yield Change(side, word, whose, Act.ADDED if before is None else Act.REMOVED)
        elif not _KINDS[kind].shown:
            yield Change(side, word, whose, Act.CHANGED)
        else:
            yield from _changed(Change(side, word, whose, Act.CHANGED), _inside(before), _inside(after))
    for act, links, held in (
        (Act.REMOVED, old.links - new.links, old),
        (Act.ADDED, new.links - old.links, new),
    ):
        for relation, left, right in sorted(links):
            whose = f"{held.label(left)}: {held.label(right)}"
            yield Change(side, _KINDS[relation].word, whose, act)


def _changed(change: Change, before: Document, after: Document) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield replace(
                change, attribute=name, before=_text(before.get(name)), after=_text(after.get(name))
            )


def _family(kind: str) -> str:
    """Return a kind without the id of the job that it is kept for."""
    return kind.partition(":")[0]


def _inside(body: Document) -> Document:
    """Return where a document has its attributes: AWS's have their history beside them."""
    inside = body.get("attributes")
    return inside if isinstance(inside, dict) else body


def _text(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else str(value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
