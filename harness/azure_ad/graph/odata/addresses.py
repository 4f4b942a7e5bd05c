"""Clients' addresses, rewritten into the form of the route table.

SDKs, Terraform and the reference pages write one address in many ways: functions with parentheses and with their
namespace (`/users/microsoft.graph.delta()`), casts with the short one (`/members/graph.user`), keys in parentheses
(`/users('id')`, `/applications(appId='…')`), a slash at the end, segments in any case.

Source: https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html, 4.3 (canonical URL, keys),
4.5 (functions), 4.11 (derived types), and https://learn.microsoft.com/en-us/graph/api/serviceprincipal-get, "You can address
the service principal using either its id or appId" (read 2026-11-29).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.azure_ad.tenant import Tenant
from harness.wire.routes import Place, Routes

AlternateKey = Callable[[Tenant, str], str | None]
NAMESPACE = "microsoft.graph."
_SHORT_NAMESPACE = "graph."
_CALLED = re.compile(r"([^()]+)\((.*)\)\Z", re.DOTALL)
_KEY = re.compile(r"(?:(\w+)\s*=\s*)?(?:'((?:[^']|'')*)'|([^',=]+))\Z", re.DOTALL)


class Addresses:
    """The addresses of a route table; `alternates` returns the id for another key of a resource."""

    def __init__(self, routes: Routes, alternates: dict[tuple[str, str], AlternateKey]) -> None:
        self._root = routes.root
        self._alternates = alternates

    def canonical(self, path: str, tenant: Tenant) -> str:
        """Return a path, from after the version on, as the route table writes it; parts that no rule has stay."""
        place: Place | None = self._root
        segments: list[str] = []
        for text in filter(None, path.split("/")):
            if place is None:
                segments.append(text)
                continue
            word, argument = _split(text)
            step = _word(place, text if argument is None else word, qualified=bool(segments))
            if step is None:
                segments.append(text)
                place = place.next.key
                continue
            segments.append(step[0])
            place = step[1]
            if argument:
                # An empty key must not turn the address into that of the whole collection.
                segments.append(self._key(step[0], argument, tenant) or argument)
                place = place.next.key
        return "/" + "/".join(segments)

    def _key(self, resource: str, argument: str, tenant: Tenant) -> str:
        """Return the id for the text in a resource's parentheses, or that text where it stands for no id."""
        match = _KEY.match(argument.strip())
        if match is None:
            return argument
        value = match[2].replace("''", "'") if match[2] is not None else match[3]
        alternate = self._alternates.get((resource, (match[1] or "id").lower()))
        return value if alternate is None else alternate(tenant, value) or value


def _split(text: str) -> tuple[str, str | None]:
    """Return the text before parentheses and the text in them, None where there are none."""
    match = _CALLED.match(text)
    return (text, None) if match is None else (match[1], match[2])


def _word(place: Place, text: str, *, qualified: bool) -> tuple[str, Place] | None:
    """Return the route table's spelling of a segment, in any case; `qualified` words may have a namespace."""
    folded = text.lower()
    bare = folded.removeprefix(NAMESPACE).removeprefix(_SHORT_NAMESPACE)
    candidates = (folded,) if bare == folded or not qualified else (folded, NAMESPACE + bare, bare)
    return next((place.next.words[name] for name in candidates if name in place.next.words), None)
