"""Exported users and an exported schema as the start of a world, for `harness serve` and a scenario's `given`."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Any

from harness.azure_ad.directory.properties import table
from harness.base.errors import HarnessError
from harness.exports.carriers import rows
from harness.exports.evidence import Person
from harness.exports.formats import recognise
from harness.exports.intake import take_in
from harness.exports.sources import sources


class Holds(Enum):
    """What a world can take from an exported file."""

    USERS = "users, as Entra ID or AWS export them"
    SCHEMA = "the synchronization schema of a job or template"


_HOLDS = {"people": Holds.USERS, "accounts": Holds.USERS, "schema": Holds.SCHEMA}  # by the kind of a form


def holds(path: Path) -> Holds | None:
    """Return what a file holds, by its first row; None for no export, such as a file of people for the harness."""
    try:
        first = next(iter(rows(sources(path)[0])), {})
    except HarnessError:
        return None
    form = recognise(first)
    return _HOLDS.get(form.kind) if form else None


def schema(path: Path) -> dict[str, Any]:
    """Return the synchronization schema that a file holds: as downloaded, of a template, or of a job. Raises HarnessError."""
    evidence, _ = take_in([path], renamed={}, members={})
    if evidence.schema is None:
        raise HarnessError(
            f"{path}: no synchronization schema in it; export it: Attribute mappings > Show advanced options > Review your "
            "schema > Download"
        )
    return evidence.schema


def directory(paths: Iterable[Path]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the users of exports as `{"azure_ad": {"users"}, "aws_sso": {"users"}}`, with their exported properties.

    Their ids are left out: the world's directory makes its own. Raises HarnessError.
    """
    evidence, people = take_in(paths, renamed={}, members={})
    accounts = [
        {
            "userName": account.user_name,
            "displayName": account.user_name,
            "name": {"givenName": "-", "familyName": "-"},
            **({"externalId": account.external_ids[0]} if account.external_ids else {}),
            **(
                {"emails": [{"value": account.email, "type": "work", "primary": True}]}
                if account.email
                else {}
            ),
        }
        for account in evidence.accounts
    ]
    users = []
    for number, person in enumerate(people, 1):
        if "@" not in person.user_principal_name.strip("@"):
            files = ", ".join(each.name for each in evidence.inputs)
            raise HarnessError(
                f"{files}: user {number} ('{person.label}') has no userPrincipalName of the form name@domain; correct that row"
            )
        users.append(user(person))
    return {"azure_ad": {"users": users}, "aws_sso": {"users": accounts}}


def user(person: Person) -> dict[str, Any]:
    """Return a person's properties under Graph's names. Raises HarnessError for a person without userPrincipalName."""
    if not person.user_principal_name:
        raise HarnessError(f"a user has no userPrincipalName ({person.label}): export it too")
    graph = {row["source"]: (name, row) for name, row in table()["User"].items() if "source" in row}
    made: dict[str, Any] = {}
    for source, value in person.values.items():
        name, row = graph.get(source, (source, {"type": "string"}))
        if row.get("readonly") or source == "originalUserPrincipalName":
            continue
        if row["type"] == "boolean":
            made[name] = value == "True"
        elif row["type"] == "list":
            made[name] = value if isinstance(value, list) else [value]
        elif name.startswith("extensionAttribute"):
            made.setdefault("onPremisesExtensionAttributes", {})[name] = value
        else:
            made[name] = value
    original = person.values.get("originalUserPrincipalName")
    return {**made, "userPrincipalName": original or person.user_principal_name}
