"""Flaws that keep a user out of AWS, each with the verdict that it deserves under a new job's mapping: one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.remedies.causes import Verdict

Made = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Flaw:
    """`spoil` changes a user under Graph's names; the second argument is another user, whose value may be taken.

    `cause` is a row of causes.yaml. Where `of_both` the other user gets the same verdict. `in_aws`: an account made by hand
    holds the user's e-mail address.
    """

    name: str
    cause: str
    verdict: Verdict
    spoil: Callable[[Made, Made], None]
    of_both: bool = False
    in_aws: bool = False


def _set(name: str, value: str | None) -> Callable[[Made, Made], None]:
    return lambda user, _: user.update({name: value})


def _append(name: str, text: str) -> Callable[[Made, Made], None]:
    return lambda user, _: user.update({name: f"{user[name]}{text}"})


def _prepend(name: str, text: str) -> Callable[[Made, Made], None]:
    return lambda user, _: user.update({name: f"{text}{user[name]}"})


def _take(name: str) -> Callable[[Made, Made], None]:
    return lambda user, other: user.update({name: other[name]})


def _untouched(_user: Made, _other: Made) -> None:
    """The flaw lies in AWS."""


_R, _S, _C = Verdict.REFUSED, Verdict.SKIPPED, Verdict.CONFLICTS
FLAWS = (
    Flaw("no-surname", "required-missing", _S, _set("surname", None)),
    Flaw("no-given-name", "required-missing", _S, _set("givenName", None)),
    Flaw("no-display-name", "required-missing", _S, _set("displayName", None)),
    Flaw("disabled", "disabled", _S, lambda user, _: user.update({"accountEnabled": False})),
    Flaw("zero-width-space-in-surname", "forbidden-character", _R, _append("surname", "\u200b")),
    Flaw("soft-hyphen-in-display-name", "forbidden-character", _R, _append("displayName", "\u00ad")),
    Flaw("bell-in-given-name", "forbidden-character", _R, _append("givenName", "\u0007")),
    Flaw("vertical-tab-in-display-name", "forbidden-character", _R, _append("displayName", "\u000b")),
    Flaw("byte-order-mark-in-display-name", "forbidden-character", _R, _prepend("displayName", "\ufeff")),
    Flaw(
        "direction-mark-in-phone",
        "forbidden-character",
        _R,
        lambda user, _: user.update({"businessPhones": [f"\u202a{user['businessPhones'][0]}\u202c"]}),
    ),
    Flaw("direction-mark-in-street", "forbidden-character", _R, _append("streetAddress", "\u200e")),
    Flaw("zero-width-joiner-in-department", "forbidden-character", _R, _append("department", "\u200d")),
    Flaw("line-separator-in-title", "forbidden-character", _R, _append("jobTitle", "\u2028")),
    Flaw("long-surname", "too-long", _R, lambda user, _: user.update({"surname": user["surname"] * 1100})),
    Flaw("long-title", "too-long", _R, lambda user, _: user.update({"jobTitle": user["jobTitle"] * 1100})),
    Flaw("long-user-name", "too-long", _R, _prepend("userPrincipalName", "x" * 120)),
    Flaw("space-in-nickname", "forbidden-character", _R, _append("mailNickname", " ext")),
    Flaw("long-nickname", "too-long", _R, _append("mailNickname", "x" * 260)),
    Flaw("mail-of-somebody-else", "same-as-somebody", _C, _take("mail"), of_both=True),
    Flaw("account-made-by-hand", "taken-in-aws", _C, _untouched, in_aws=True),
)
