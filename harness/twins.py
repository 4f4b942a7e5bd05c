"""What makes two accounts look like one person twice: an external id, a name, an e-mail address, or the user name before the @."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Lookalikes:
    """Users or groups of SCIM, to be found by what another one has in common with them."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, frozenset[str]], str] = {}

    def add(self, name: str, attributes: Mapping[str, Any]) -> None:
        """Take one in, who is spoken of by `name`; of several with one trait the first is named."""
        for trait in _traits(attributes):
            self._names.setdefault(trait, name)

    def of(self, attributes: Mapping[str, Any]) -> str:
        """Say what a user or group has in common with whom, the most telling first; an empty text for nothing."""
        for trait in _traits(attributes):
            if trait in self._names:
                return f"the {trait[0]} of {self._names[trait]}"
        return ""


def _traits(attributes: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield what is compared, as sets of lower-case words; what is empty says nothing."""
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
