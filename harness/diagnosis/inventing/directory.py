"""People by the thousand, with names from several countries, and flaws planted among them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from faker import Faker

from harness.base.ids import Ids
from harness.diagnosis.inventing.flaws import FLAWS, Flaw, Made

_LOCALES = ("en_US", "de_DE", "fr_FR", "sv_SE", "pl_PL", "es_ES", "it_IT", "ja_JP")
_POOL = 400
_DOMAIN = "corvid.example"


@dataclass(frozen=True, slots=True)
class Planted:
    """One flaw that was planted, and the verdict that everybody it touches deserves."""

    user_principal_name: str
    flaw: str
    cause: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Invented:
    """One user under Graph's names, what was planted in it, and whether AWS holds an account of that name."""

    user: Made
    planted: Planted | None
    in_aws: bool


def invented(people: int, flaws: int, seed: str) -> Iterator[Invented]:
    """Yield so many users, `flaws` of them flawed, spread evenly and each kind in turn; the same seed gives the same people."""
    ids = Ids(seed)
    names = [_names(locale, seed) for locale in _LOCALES]
    every = people // flaws if flaws else people + 1
    before: Made | None = None
    pending: Invented | None = None
    for number in range(people):
        user = _user(number, names[ids.number(len(names))], ids)
        # The flawed one stands last of its stretch, so that the user before it is whole.
        place, turn = number % every, number // every
        flaw = FLAWS[turn % len(FLAWS)] if place == every - 1 and turn < flaws else None
        if flaw is not None and before is not None:
            flaw.spoil(user, before)
        if pending is not None:
            both = flaw is not None and flaw.of_both
            yield (
                Invented(pending.user, _planted(pending.user, flaw), pending.in_aws)
                if both and flaw
                else pending
            )
        pending = Invented(user, _planted(user, flaw) if flaw else None, bool(flaw and flaw.in_aws))
        before = user
    if pending is not None:
        yield pending


def _planted(user: Made, flaw: Flaw | None) -> Planted | None:
    if flaw is None:
        return None
    return Planted(user["userPrincipalName"], flaw.name, flaw.cause, flaw.verdict.value)


def _names(locale: str, seed: str) -> tuple[list[str], list[str]]:
    fake = Faker(locale)
    fake.seed_instance(f"{seed}/{locale}")
    return [fake.first_name() for _ in range(_POOL)], [fake.last_name() for _ in range(_POOL)]


def _user(number: int, names: tuple[list[str], list[str]], ids: Ids) -> Made:
    given_name, surname = names[0][ids.number(_POOL)], names[1][ids.number(_POOL)]
    nickname = f"{_latin(given_name)}.{_latin(surname)}{number}"
    address = f"{nickname}@{_DOMAIN}"
    return {
        "id": ids.uuid(),
        "userPrincipalName": address,
        "displayName": f"{given_name} {surname}",
        "givenName": given_name,
        "surname": surname,
        "mail": address,
        "mailNickname": nickname,
        "accountEnabled": True,
        "businessPhones": [f"+46 40 {ids.number(10**6):06d}"],
        "mobilePhone": None,
        "faxNumber": None,
        "city": "Malmö",
        "country": "Sweden",
        "department": ("Platform", "Design", "Finance", "Operations")[ids.number(4)],
        "employeeId": str(100_000 + number),
        "jobTitle": "Engineer",
        "officeLocation": f"Floor {ids.number(9)}",
        "postalCode": f"{ids.number(10**5):05d}",
        "preferredLanguage": "sv-SE",
        "state": None,
        "streetAddress": f"Storgatan {1 + ids.number(200)}",
    }


def _latin(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(character for character in plain if character.isalnum()) or "person"
