"""The CSV template of Bulk create: a version, headings that name a property in brackets, an example, and a user a row.

Source: https://learn.microsoft.com/en-us/entra/identity/users/users-bulk-add, "CSV template structure" and "Example CSV
file" (read 2026-11-29). That the example row begins with "Example:" is inferred.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from harness.base.errors import HarnessError
from harness.base.store import Document

_VERSION = "version:v1.0"
HEADINGS = (
    "Name [displayName] Required", "User name [userPrincipalName] Required", "Initial password [passwordProfile] Required",
    "Block sign in (Yes/No) [accountEnabled] Required", "First name [givenName]", "Last name [surname]", "Job title [jobTitle]",
    "Department [department]", "Usage location [usageLocation]", "Street address [streetAddress]", "State or province [state]",
    "Country or region [country]", "Office [physicalDeliveryOfficeName]", "City [city]", "ZIP or postal code [postalCode]",
    "Office phone [telephoneNumber]", "Mobile phone [mobile]",
)  # fmt: skip
_PROPERTY = re.compile(r"\[\s*(\w+)\s*\]")
_REQUIRED = ("displayName", "userPrincipalName", "passwordProfile", "accountEnabled")
_EXAMPLE = "Example:"
# The template's older names of properties, and Microsoft Graph's present ones.
_TODAY = {
    "physicalDeliveryOfficeName": "officeLocation",
    "telephoneNumber": "businessPhones",
    "mobile": "mobilePhone",
}
_AGAIN = "download the template and fill that in"


class NewUser(Struct, frozen=True):
    """A user to create, from this `line` of the file."""

    line: int
    properties: Document


def template(domain: str) -> str:
    """Return the empty template, with its example."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_VERSION])
    writer.writerow(HEADINGS)
    example = [f"{_EXAMPLE} Ana Ruiz", f"ana@{domain}", "Password1!", "No", "Ana", "Ruiz", "Engineer"]
    writer.writerow(example + [""] * (len(HEADINGS) - len(example)))
    return text.getvalue()


def new_users(text: str) -> list[NewUser]:
    """Read a filled-in template. Raises HarnessError with the first mistake and its line."""
    lines = _lines(text)
    first = next(lines, (1, [""]))[1]
    if not first or first[0].strip() != _VERSION:
        raise HarnessError(f"Line 1 must be '{_VERSION}': {_AGAIN}.")
    _, headings = next(lines, (2, []))
    names = [match[1] if (match := _PROPERTY.search(heading)) else "" for heading in headings]
    absent = [name for name in _REQUIRED if name not in names]
    if absent:
        raise HarnessError(f"Line 2 has no column [{absent[0]}]: {_AGAIN}.")
    users = [
        NewUser(line, _properties(line, dict(zip(names, cells, strict=False))))
        for line, cells in lines
        if any(cell.strip() for cell in cells) and not cells[0].startswith(_EXAMPLE)
    ]
    if not users:
        raise HarnessError("There is no user below the headings: add a line for each.")
    return users


def _lines(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the file's rows, each with its last line; semicolons may separate, as spreadsheets of many countries write them."""
    separator = ";" if text.partition("\n")[2].partition("\n")[0].count(";") > 3 else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise HarnessError(f"Line {reader.line_num} is no CSV ({error}): {_AGAIN}.") from error


def _properties(line: int, cells: dict[str, str]) -> Document:
    for name in _REQUIRED:
        if not cells.get(name):
            raise HarnessError(f"Line {line} has no {name}, which is required.")
    blocked = cells["accountEnabled"].strip().casefold()
    if blocked not in ("yes", "no"):
        raise HarnessError(
            f"Line {line} must say Yes or No to Block sign in, not '{cells['accountEnabled']}'."
        )
    properties: dict[str, Any] = {
        _TODAY.get(name, name): value
        for name, value in cells.items()
        if name and value and name != "passwordProfile"
    }
    if "businessPhones" in properties:
        properties["businessPhones"] = [properties["businessPhones"]]
    return {**properties, "accountEnabled": blocked == "no"}
