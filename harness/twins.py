"""What makes two accounts look like one person twice: a name, an e-mail address, or the part of the user name before the @."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return what two users or groups of SCIM have in common, the most telling first; an empty text for nothing."""
    theirs = dict(_traits(other))
    return next((trait for trait, value in _traits(one) if theirs.get(trait) == value), "")


def _traits(attributes: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield what is compared, as sets of lower-case words; what is empty says nothing."""
    name, emails = attributes.get("name") or {}, attributes.get("emails") or ()
    traits = {
        "display name": {attributes.get("displayName")},
        "first and last name": {name.get("givenName"), name.get("familyName")},
        "e-mail address": {email.get("value") for email in emails},
        "user name before the @": {str(attributes.get("userName", "")).partition("@")[0]},
    }
    for trait, values in traits.items():
        words = frozenset(str(value).strip().casefold() for value in values if value)
        if words:
            yield trait, words
