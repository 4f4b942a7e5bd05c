"""Users in the form of an export, as texts that follow each other: one function a form.

Column order of the portal: https://learn.microsoft.com/entra/identity/users/users-bulk-download, with the columns of real
downloads; https://learn.microsoft.com/graph/api/user-list, "Optional query parameters" (edition of July 2021, read
2026-11-30).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator

import orjson

from harness.diagnosis.inventing.flaws import Made

_GRAPH = "https://graph.microsoft.com/v1.0/$metadata#users"
_PORTAL = (
    "userPrincipalName",
    "displayName",
    "surname",
    "mail",
    "givenName",
    "id",
    "userType",
    "jobTitle",
    "department",
    "accountEnabled",
    "usageLocation",
    "streetAddress",
    "state",
    "country",
    "officeLocation",
    "city",
    "postalCode",
    "telephoneNumber",
    "mobilePhone",
    "alternateEmailAddress",
    "ageGroup",
    "consentProvidedForMinor",
    "legalAgeGroupClassification",
    "companyName",
    "creationType",
    "directorySynced",
    "invitationState",
    "identityIssuer",
    "createdDateTime",
)


def graph(users: Iterable[Made]) -> Iterator[str]:
    """Yield Microsoft Graph's list, whole."""
    yield f'{{"@odata.context":"{_GRAPH}","value":['
    yield from _items(users)
    yield "]}\n"


def az(users: Iterable[Made]) -> Iterator[str]:
    """Yield the bare array of `az ad user list` with all properties asked for."""
    yield "["
    yield from _items(users)
    yield "]\n"


def powershell(users: Iterable[Made]) -> Iterator[str]:
    """Yield `Get-MgUser … | ConvertTo-Json`: an array with names in Pascal case."""
    yield "["
    yield from _items({name[0].upper() + name[1:]: value for name, value in user.items()} for user in users)
    yield "]\n"


def lines(users: Iterable[Made]) -> Iterator[str]:
    """Yield one user a line."""
    for user in users:
        yield f"{orjson.dumps(user).decode()}\n"


def portal(users: Iterable[Made]) -> Iterator[str]:
    """Yield the portal's Download users, which lacks mailNickname, employeeId and preferredLanguage."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_PORTAL)
    for user in users:
        row = {**user, "telephoneNumber": user["businessPhones"][0]}
        writer.writerow([_cell(row.get(column)) for column in _PORTAL])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _items(users: Iterable[Made]) -> Iterator[str]:
    for number, user in enumerate(users):
        yield ("," if number else "") + orjson.dumps(user).decode()


def _cell(value: object) -> str:
    return "" if value is None else str(value)


FORMS: dict[str, tuple[str, Callable[[Iterable[Made]], Iterator[str]]]] = {
    "graph": ("users.json", graph),
    "az": ("users-az.json", az),
    "powershell": ("users-powershell.json", powershell),
    "ndjson": ("users.ndjson", lines),
    "portal": ("users.csv", portal),
}
