"""Addresses as callers write them, brought to the form that the route table has, and what answers there.

SDKs, Terraform and the reference pages write one address in many ways: functions with parentheses and with their
namespace (`/users/microsoft.graph.delta()`), casts with the short one (`/members/graph.user`), keys in parentheses
(`/users('id')`, `/applications(appId='…')`), a slash at the end, segments in any case.

Source: https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html, 4.3 (canonical URL, keys),
4.5 (functions), 4.11 (derived types), and https://learn.microsoft.com/en-us/graph/api/serviceprincipal-get, "You can address
the service principal using either its id or appId" (read 2026-11-29).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec import Struct, field

from harness.azure_ad.tenant import Tenant
from harness.wire.routes import Word, spellings

AlternateKey = Callable[[Tenant, str], str | None]
NAMESPACE = "microsoft.graph."
_SHORT_NAMESPACE = "graph."
_CALLED = re.compile(r"([^()]+)\((.*)\)\Z", re.DOTALL)
_KEY = re.compile(r"(?:(\w+)\s*=\s*)?(?:'((?:[^']|'')*)'|([^',=]+))\Z", re.DOTALL)


class _Place(Struct, frozen=True):
    """What may come next in an address: words by their small letters, and a key."""

    words: dict[str, tuple[str, _Place]] = field(default_factory=dict)
    keys: list[_Place] = field(default_factory=list)

    def word(self, text: str) -> _Place:
        return self.words.setdefault(text.lower(), (text, _Place()))[1]

    def key(self) -> _Place:
        if not self.keys:
            self.keys.append(_Place())
        return self.keys[0]


class Addresses:
    """The addresses of a route table; `alternates` finds the id that belongs to another key of a resource."""

    def __init__(self, rules: Iterable[str], alternates: dict[tuple[str, str], AlternateKey]) -> None:
        self._root = _Place()
        self._alternates = alternates
        for rule in rules:
            _plant(self._root, rule.split("/")[1:])

    def canonical(self, path: str, tenant: Tenant) -> str:
        """Return a path, from behind the version on, as the route table writes it; what no rule has stays as it is."""
        place: _Place | None = self._root
        segments: list[str] = []
        for text in filter(None, path.split("/")):
            if place is None:
                segments.append(text)
                continue
            word, argument = _split(text)
            step = _word(place, text if argument is None else word, qualified=bool(segments))
            if step is None:
                segments.append(text)
                place = place.keys[0] if place.keys else None
                continue
            segments.append(step[0])
            place = step[1]
            if argument:
                # An empty key must not leave the address of the whole collection.
                segments.append(self._key(step[0], argument, tenant) or argument)
                place = place.keys[0] if place.keys else None
        return "/" + "/".join(segments)

    def _key(self, resource: str, argument: str, tenant: Tenant) -> str:
        """Return the id that the text in a resource's parentheses stands for, or that text when there is none."""
        match = _KEY.match(argument.strip())
        if match is None:
            return argument
        value = match[2].replace("''", "'") if match[2] is not None else match[3]
        alternate = self._alternates.get((resource, (match[1] or "id").lower()))
        return value if alternate is None else alternate(tenant, value) or value


def _plant(place: _Place, segments: list[str]) -> None:
    """Add a rule's segments below a place."""
    if not segments:
        return
    first, *rest = segments
    for spelling in spellings(first):
        _plant(place.word(spelling.text) if isinstance(spelling, Word) else place.key(), rest)


def _split(text: str) -> tuple[str, str | None]:
    """Return what stands before parentheses and in them, None where there are none."""
    match = _CALLED.match(text)
    return (text, None) if match is None else (match[1], match[2])


def _word(place: _Place, text: str, *, qualified: bool) -> tuple[str, _Place] | None:
    """Return the word of the table that a segment means, in any case; `qualified` ones may have a namespace."""
    folded = text.lower()
    bare = folded.removeprefix(NAMESPACE).removeprefix(_SHORT_NAMESPACE)
    candidates = (folded,) if bare == folded or not qualified else (folded, NAMESPACE + bare, bare)
    return next((place.words[name] for name in candidates if name in place.words), None)
