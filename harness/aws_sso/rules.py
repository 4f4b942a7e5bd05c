"""Validation: a small function for each rule, over the tables of `attributes.py`. `usual.py` is the short way for ordinary requests.

Rules: https://docs.aws.amazon.com/singlesignon/latest/developerguide/createuser.html, "Constraints" (read 2026-11-30). Texts:
https://docs.aws.amazon.com/singlesignon/latest/userguide/scim-logging-using-cloudtrail.html, "Example CloudTrail events" (read
2026-11-29).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from unicodedata import category

from msgspec import Struct, field
from msgspec.structs import replace

from harness.aws_sso.attributes import (
    GROUP,
    MEMBER,
    SPACED_USER_NAME,
    USER,
    Attribute,
    Complex,
    Flag,
    OneItem,
    Text,
    Unsupported,
)
from harness.aws_sso.refusals import INVALID, Refused
from harness.aws_sso.usual import Usual
from harness.base.quirks import Quirks

Attributes = dict[str, Any]
_FLAGS = {"true": True, "false": False}
_EMPTY: tuple[Any, ...] = (None, {}, [])
_USER, _GROUP, _MEMBER = Usual(USER), Usual(GROUP), Usual(MEMBER)
_SPACED_USER = Usual(replace(USER, parts={**USER.parts, "userName": SPACED_USER_NAME}))


class Review(Struct, frozen=True):
    """One request being validated: the quirks in force and the constraints broken so far."""

    quirks: Quirks
    forbidden: str
    broken: list[str] = field(default_factory=list)


def user(body: Any, quirks: Quirks, *, spaced: bool = False, emails_given: bool = True) -> Attributes:
    """Return a user's attributes as they will be stored. Raises Refused (ValidationException).

    `spaced` allows spaces in the user name. `emails_given` False skips the rules of e-mails: a PATCH without them may
    be of a user whose e-mails another API wrote.
    """
    attributes = _clean(_SPACED_USER if spaced else _USER, body, quirks)
    if emails_given:
        emails_are_right(attributes, quirks)
    for rule in _USER_RULES:
        rule(attributes, quirks)
    return attributes


def group(body: Any, quirks: Quirks) -> Attributes:
    """Return a group's attributes, members apart, as they will be stored. Raises Refused (ValidationException)."""
    attributes = _clean(_GROUP, body, quirks)
    _no_reserved_name(attributes["displayName"], quirks)
    return attributes


def member_ids(value: Any, quirks: Quirks) -> list[str]:
    """Return the ids in a `members` value: a list of elements, or one. Raises Refused (ValidationException)."""
    elements = [value] if isinstance(value, dict) else value
    if not isinstance(elements, list):
        raise Refused(INVALID)
    return [_clean(_MEMBER, element, quirks)["value"] for element in elements]


def emails_are_right(attributes: Attributes, quirks: Quirks) -> None:
    emails = attributes.get("emails", ())
    if not emails and quirks["email-required"]:
        raise Refused(INVALID)
    if quirks["email-must-be-primary"]:
        for email in emails:
            if email.get("primary") is not True:
                raise Refused(INVALID)


def no_reserved_user_name(attributes: Attributes, quirks: Quirks) -> None:
    _no_reserved_name(attributes["userName"], quirks)


def active_is_known(attributes: Attributes, quirks: Quirks) -> None:
    if "active" not in attributes:
        sent = {**attributes, "active": quirks["missing-active"]}
        attributes.clear()
        attributes.update((name, sent[name]) for name in USER.in_order(sent))


def roles_are_taken(attributes: Attributes, quirks: Quirks) -> None:
    if "roles" in attributes and not quirks["roles-accepted"]:
        raise Refused(INVALID)


_USER_RULES: tuple[Callable[[Attributes, Quirks], None], ...] = (
    no_reserved_user_name,
    active_is_known,
    roles_are_taken,
)


# What Okta sends with every user and member; AWS names Okta among the providers that work.
_LET_THROUGH: Mapping[str, Callable[[Quirks, Any], bool]] = {
    "password": lambda quirks, _: quirks["password-dropped"],
    "groups": lambda quirks, value: value in _EMPTY and quirks["empty-groups-dropped"],
    "members.display": lambda quirks, _: quirks["member-display-dropped"],
}


def _no_reserved_name(name: str, quirks: Quirks) -> None:
    if name.casefold() in map(str.casefold, quirks["reserved-names"]):
        raise Refused(INVALID)


def _clean(usual: Usual, body: Any, quirks: Quirks) -> Attributes:
    review = Review(quirks, quirks["forbidden-characters"])
    attributes = None if review.forbidden else usual.attributes(body)
    return _examined(usual.table, body, review) if attributes is None else attributes


def _examined(table: Complex, body: Any, review: Review) -> Attributes:
    """Return the attributes of a body that are stored. Raises Refused (ValidationException)."""
    attributes = _complex(table, body, "", review)
    if review.broken:
        raise Refused(INVALID, f"{len(review.broken)} validation errors detected: {'; '.join(review.broken)}")
    return attributes


def _attribute(attribute: Attribute, value: Any, where: str, review: Review) -> Any:
    """Return the value to keep, or something of `_EMPTY` for nothing."""
    if isinstance(attribute, Text):
        return _text(attribute, value, where, review)
    if isinstance(attribute, Flag):
        return _flag(value, review)
    if isinstance(attribute, OneItem):
        return _one_item(attribute, value, where, review)
    if isinstance(attribute, Complex):
        return _complex(attribute, value, where, review)
    if isinstance(attribute, Unsupported) and _is_refused(attribute, value, review.quirks):
        raise Refused(INVALID)
    return None


def _is_refused(attribute: Unsupported, value: Any, quirks: Quirks) -> bool:
    lets_through = _LET_THROUGH.get(attribute.label)
    if lets_through is not None and lets_through(quirks, value):
        return False
    return attribute.label in quirks["refused-attributes"]


def _text(text: Text, value: Any, where: str, review: Review) -> str:
    if not isinstance(value, str):
        raise Refused(INVALID)
    broken = []
    if not _fits(text, value) or (
        review.forbidden and any(character in value for character in review.forbidden)
    ):
        broken.append(f"satisfy regular expression pattern: {text.printed}")
    if not value:
        broken.append("have length greater than or equal to 1")
    if len(value) > text.longest:
        broken.append(f"have length less than or equal to {text.longest}")
    for constraint in broken:
        review.broken.append(f"Value at '{where}' failed to satisfy constraint: Member must {constraint}")
    return value


def _fits(text: Text, value: str) -> bool:
    return value != "" and all(
        character in text.spaces or category(character)[0] in "LMSNP" for character in value
    )


def _flag(value: Any, review: Review) -> bool:
    if isinstance(value, bool):
        return value
    named = _FLAGS.get(value.lower()) if isinstance(value, str) else None
    if named is None or not review.quirks["boolean-strings"]:
        raise Refused(INVALID)
    return named


def _one_item(attribute: OneItem, value: Any, where: str, review: Review) -> list[Any]:
    if not isinstance(value, list):
        raise Refused(INVALID)
    if len(value) > 1:
        raise Refused(INVALID, review.quirks["list-limit-message"].format(attribute=where))
    items = (_complex(attribute.element, item, where, review) for item in value if item is not None)
    return [item for item in items if item]


def _complex(table: Complex, value: Any, where: str, review: Review) -> Attributes:
    parts = _given(table, value, review)
    stored = {}
    for name in table.in_order(parts):
        part, item = table.parts[name], parts.get(name)
        if type(item) is str and type(part) is Text and part.usual.fullmatch(item) and not review.forbidden:
            stored[name] = item
        elif item is not None:
            inner = _attribute(part, item, _join(where, name), review)
            if inner not in _EMPTY:
                stored[name] = inner
        elif name in table.required:
            _missing(part, _join(where, name), review)
    return stored


def _given(table: Complex, value: Any, review: Review) -> Attributes:
    """Return the parts sent, under the table's spelling. Null counts as not sent."""
    if table.bare is not None and isinstance(value, str) and review.quirks["manager-as-string"]:
        value = {table.bare: value}
    if not isinstance(value, dict):
        raise Refused(INVALID)
    if value.keys() <= table.parts.keys():
        return value
    sent: Attributes = {}
    for key, item in value.items():
        if item is None:
            continue
        name = key if key in table.parts else table.folded.get(key.lower())
        if name in sent:
            raise Refused(INVALID)
        if name is not None:
            sent[name] = item
        elif review.quirks["unknown-attributes"] == "refused":
            raise Refused(INVALID)
    return sent


def _missing(part: Attribute, where: str, review: Review) -> None:
    """Report a missing required attribute as an empty one, as the service's message does."""
    if isinstance(part, Complex):
        for name in part.parts:
            if name in part.required:
                _missing(part.parts[name], _join(where, name), review)
    else:
        _attribute(part, "", where, review)


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
