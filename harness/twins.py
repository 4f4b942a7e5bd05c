"""Finds two accounts of one person, by an equal external id, name, e-mail address, or user name before the @."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Lookalikes:
    """SCIM users or groups, to be found by the traits that another one shares with them."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, frozenset[str]], str] = {}

    def add(self, name: str, attributes: Mapping[str, Any]) -> None:
        """Add one under a `name`; of several with the same trait the first counts."""
        for trait in _traits(attributes):
            self._names.setdefault(trait, name)

    def of(self, attributes: Mapping[str, Any]) -> str:
        """Return in words the traits that a user or group shares and with whom, the most specific first; an empty text for none."""
        for trait in _traits(attributes):
            if trait in self._names:
                return f"the {trait[0]} of {self._names[trait]}"
        return ""


def _traits(attributes: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the names of traits and their values as sets of lower-case words, without empty ones."""
    name, emails = attributes.get("name") or {}, attributes.get("emails") or ()
    traits = {
        "external id": {attributes.get("externalId")},
        "display name": {attributes.get("displayName")},
        "first and last name": {name.get("givenName"), name.get("familyName")},
        "e-mail address": {email.get("value") for email in emails},
        "user name before the @": {str(attributes.get("userName", "")).partition("@")[0]},
    }
    for trait, values in traits.items():
        words = frozenset(str(value).strip().casefold() for value in values if value)
        if words:
            yield trait, words
