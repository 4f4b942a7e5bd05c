"""What is certain is said even where other things are not known, and what looks certain and is not is left open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.diagnosis.test_lacking import ANA, BO, Exports, mapped, schema, user, users_mapping

EQUALS_IT = {"sourceOperandName": "department", "operatorName": "EQUALS", "targetOperand": {"values": ["IT"]}}
EQUALS_SE = {"sourceOperandName": "country", "operatorName": "EQUALS", "targetOperand": {"values": ["SE"]}}


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def filtered(*groups: list[dict[str, Any]]) -> dict[str, Any]:
    document = schema()
    users_mapping(document)["scope"] = {
        "inputFilterGroups": [{"name": f"filter {n}", "clauses": group} for n, group in enumerate(groups)]
    }
    return document


def without(name: str, **values: Any) -> dict[str, Any]:
    return {key: value for key, value in user(ANA, "ana", **values).items() if key != name}


@pytest.mark.parametrize(
    ("department", "groups", "verdict"),
    [
        ("HR", [[EQUALS_IT, EQUALS_SE]], "skipped"),
        ("IT", [[EQUALS_IT, EQUALS_SE]], "undecidable"),
        ("IT", [[EQUALS_IT], [EQUALS_SE]], "arrives"),
        ("HR", [[EQUALS_IT], [EQUALS_SE]], "undecidable"),
    ],
)
def test_a_clause_that_decides_alone_needs_no_other(
    exports: Exports, department: str, groups: list[list[dict[str, Any]]], verdict: str
) -> None:
    """The country was not exported: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-filter (read 2026-11-30)."""
    exports.add("users.json", [without("country", department=department)])
    exports.add("schema.json", filtered(*groups))
    assert exports.verdicts() == {"ana": verdict}


def test_where_create_is_off_nobody_new_arrives(exports: Exports) -> None:
    exports.add("users.json", [user(ANA, "ana"), user(BO, "bo")])
    document = schema()
    users_mapping(document)["flowTypes"] = "Update,Delete"
    exports.add("schema.json", document)
    assert exports.verdicts() == {"ana": "undecidable", "bo": "undecidable"}
    account = {"UserId": "1", "UserName": "bo@corvid.example", "ExternalIds": [{"Issuer": "i", "Id": BO}]}
    exports.add("aws.json", {"Users": [account]})
    assert exports.verdicts() == {"ana": "skipped", "bo": "arrives"}


def test_several_values_for_one_keep_one_user_out_and_leave_the_others(exports: Exports) -> None:
    several = ["SMTP:a@corvid.example", "smtp:b@corvid.example"]
    exports.add(
        "users.json",
        [user(ANA, "ana", proxyAddresses=several), user(BO, "bo", proxyAddresses=several[:1])],
    )
    document = schema()
    users_mapping(document)["attributeMappings"].append(mapped("nickName", "[proxyAddresses]"))
    exports.add("schema.json", document)
    assert exports.verdicts() == {"ana": "skipped", "bo": "arrives"}


def test_of_an_accounts_addresses_the_primary_one_is_unique(exports: Exports) -> None:
    """https://docs.aws.amazon.com/singlesignon/latest/userguide/troubleshooting.html, "Duplicate user or group error" (read 2026-11)."""
    exports.add("users.json", [user(ANA, "ana", mail="ana@corvid.example")])
    addresses = [{"Value": "ana@corvid.example"}, {"Value": "x@corvid.example", "Primary": True}]
    exports.add("aws.json", {"Users": [{"UserId": "1", "UserName": "x", "Emails": addresses}]})
    assert exports.verdicts() == {"ana": "arrives"}
    addresses[0]["Primary"], addresses[1]["Primary"] = True, False
    exports.add("aws.json", {"Users": [{"UserId": "1", "UserName": "x", "Emails": addresses}]})
    assert exports.verdicts() == {"ana": "conflicts"}


HEADINGS = (
    "Name [displayName] Required,User name [userPrincipalName] Required,Block sign in (Yes/No) [accountEnabled] Required,"
    "First name [givenName],Last name [surname]"
)


def test_a_filled_in_bulk_template_is_read_as_it_is_meant(exports: Exports) -> None:
    """https://learn.microsoft.com/en-us/entra/identity/users/users-bulk-add, "CSV template structure" (read 2026-11-29)."""
    document = schema()
    mapping = users_mapping(document)
    mapping["attributeMappings"] = [
        each
        for each in mapping["attributeMappings"]
        if each["targetAttributeName"] in ("userName", "displayName", "name.givenName", "name.familyName")
    ]
    exports.add("schema.json", document)
    rows = ("Ana Ruiz,ana@corvid.example,No,Ana,Ruiz", "Bo Ek,bo@corvid.example,Yes,Bo,Ek")
    for example in ("", "Example: Chris Green,chris@corvid.example,No,Chris,Green\n"):
        exports.add("users.csv", f"version:v1.0,,,,\n{HEADINGS}\n{example}" + "\n".join(rows) + "\n")
        assert exports.verdicts() == {"ana": "arrives", "bo": "skipped"}
