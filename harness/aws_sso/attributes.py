"""The attributes that AWS SSO knows: one table for users, one for groups, in the order answers print them.

`rules.py` walks these tables. Lengths and patterns are those of the Identity Store API:
https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_User.html, "Contents", and UserName,
SensitiveStringType and ExternalIdIdentifier of its model in botocore 1.44.5 (read 2026-11-30). Which attributes the SCIM
endpoint takes is on
https://docs.aws.amazon.com/singlesignon/latest/developerguide/limitations.html, in its tables of attributes (read 2026-11-29).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct

from harness.scim.names import ENTERPRISE_USER

# The service prints its pattern with the plain space only, though the no-break and ideographic spaces pass too.
_PRINTED_LINE = r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+"
_PRINTED_WORD = r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+"


class Text(Struct, frozen=True, dict=True):
    """Letters, marks, symbols, numbers, punctuation and the listed white space; `printed` is what errors quote."""

    longest: int
    spaces: str
    printed: str

    @cached_property
    def usual(self) -> re.Pattern[str]:
        """The pattern of values that need no further check, nearly all: printable ASCII."""
        first = " " if " " in self.spaces else "!"
        return re.compile(f"[{first}-~]{{1,{self.longest}}}")


class Flag(Struct, frozen=True):
    """True or false, or their names as strings."""


class Dropped(Struct, frozen=True):
    """Accepted and forgotten."""


class Unsupported(Struct, frozen=True):
    """Refused if its label is in the quirk `refused-attributes` (with exceptions in `rules.py`), else accepted and forgotten."""

    label: str


class Complex(Struct, frozen=True, dict=True):
    """Named parts. `bare` is the part that a plain string stands for, if any."""

    parts: Mapping[str, Attribute]
    required: frozenset[str] = frozenset()
    bare: str | None = None

    @cached_property
    def folded(self) -> Mapping[str, str]:
        """The names of the parts by their small letters."""
        return {name.lower(): name for name in self.parts}

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.parts)}

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Return the parts that are given or required, as the table orders them."""
        return sorted(self.required.union(names), key=self._places.__getitem__)


class OneItem(Struct, frozen=True):
    """A list that may hold one element."""

    element: Complex


Attribute: TypeAlias = Text | Flag | Dropped | Unsupported | Complex | OneItem

LINE = Text(1024, "\t\n\r \u00a0\u3000", _PRINTED_LINE)
USER_NAME = Text(128, "", _PRINTED_WORD)
SPACED_USER_NAME = Text(128, " ", _PRINTED_LINE)
EXTERNAL_ID = Text(256, "", _PRINTED_WORD)
MEMBER_ID = Text(47, "", _PRINTED_WORD)

_DISPLAY = Unsupported("display")
_TYPED: dict[str, Attribute] = {"value": LINE, "type": LINE, "primary": Flag(), "display": _DISPLAY}
_ENVELOPE: dict[str, Attribute] = {"id": Dropped(), "meta": Dropped(), "schemas": Dropped()}

USER = Complex(
    {
        **_ENVELOPE,
        "externalId": EXTERNAL_ID,
        "userName": USER_NAME,
        "name": Complex(
            dict.fromkeys(
                (
                    "formatted",
                    "familyName",
                    "givenName",
                    "middleName",
                    "honorificPrefix",
                    "honorificSuffix",
                ),
                LINE,
            ),
            required=frozenset({"familyName", "givenName"}),
        ),
        "displayName": LINE,
        "nickName": LINE,
        "profileUrl": LINE,
        "title": LINE,
        "userType": LINE,
        "preferredLanguage": LINE,
        "locale": LINE,
        "timezone": LINE,
        "active": Flag(),
        "emails": OneItem(Complex(_TYPED)),
        "addresses": OneItem(
            Complex(
                {
                    "formatted": LINE,
                    "streetAddress": LINE,
                    "locality": LINE,
                    "region": LINE,
                    "postalCode": LINE,
                    "country": LINE,
                    "type": LINE,
                    "primary": Flag(),
                    "display": _DISPLAY,
                }
            )
        ),
        "phoneNumbers": OneItem(Complex(_TYPED)),
        "roles": OneItem(Complex(_TYPED)),
        ENTERPRISE_USER: Complex(
            {
                "employeeNumber": LINE,
                "costCenter": LINE,
                "organization": LINE,
                "division": LINE,
                "department": LINE,
                "manager": Complex(
                    {
                        "value": LINE,
                        "$ref": Dropped(),
                        "displayName": Unsupported("manager.displayName"),
                    },
                    bare="value",
                ),
            }
        ),
        **{
            name: Unsupported(name)
            for name in ("password", "ims", "photos", "x509Certificates", "entitlements", "groups")
        },
    },
    required=frozenset({"userName", "name", "displayName"}),
)

MEMBER = Complex(
    {"value": MEMBER_ID, "$ref": Dropped(), "type": Dropped(), "display": Unsupported("members.display")},
    required=frozenset({"value"}),
)

GROUP = Complex(
    {**_ENVELOPE, "externalId": EXTERNAL_ID, "displayName": LINE},
    required=frozenset({"displayName"}),
)

# PatchUser, "The following attributes can be changed"; roles are missing from it.
PATCHABLE = frozenset(
    {
        "username",
        "active",
        "externalid",
        "displayname",
        "nickname",
        "profileurl",
        "title",
        "usertype",
        "preferredlanguage",
        "locale",
        "timezone",
        "name",
        "emails",
        "addresses",
        "phonenumbers",
    }
)
