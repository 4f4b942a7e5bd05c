"""What a filter demands is read from an index, and the index tells what a scan would."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.azure_ad.caller import Caller
from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import ScimServer

NAMES = st.sampled_from(["Ana", "ANA", "ana", "Ben", "Bén", ""])
STEPS = st.lists(
    st.tuples(st.sampled_from(["create", "rename", "delete", "restore", "ask"]), st.integers(0, 3), NAMES),
    max_size=12,
)


@pytest.fixture
def graph(company):
    for name in ("ana", "ben", "cid"):
        company.person(name, mail=f"{name}@contoso.com", employeeId=name)
    company.group("Office")
    return Caller(company)


@pytest.mark.parametrize(
    ("path", "condition"),
    [
        ("/users", "displayName eq 'ANA'"),
        ("/users", "mail eq 'ana@contoso.com'"),
        ("/users", "mailNickname eq 'ana' and accountEnabled eq true"),
        ("/users", "employeeId eq 'ana'"),
        ("/users", "userPrincipalName eq 'ANA@contoso.com'"),
        ("/groups", "displayName eq 'office'"),
    ],
)
def test_nobody_is_scanned_for_what_there_is_one_of(graph, monkeypatch, path, condition):
    """aad-advanced-queries: the properties that directories are mostly filtered by; the rest of the filter holds too."""
    query = f"{path}?$filter={condition}".replace(" ", "%20")
    assert len(graph.get(query)["value"]) == 1
    monkeypatch.setattr(type(graph.company.directory), "scan", None)
    assert len(graph.get(query)["value"]) == 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_an_index_tells_what_a_scan_would(steps):
    """Whatever is made, renamed, deleted and restored, before the first question and after."""
    company = Company(ScimServer())
    directory, keys = company.directory, []
    for number, (act, place, name) in enumerate(steps):
        if act == "create":
            properties = {"userPrincipalName": f"u{number}@contoso.com"} | (
                {"displayName": name} if name else {}
            )
            keys.append(directory.create("User", properties)["id"])
        elif keys and act != "ask":
            key = keys[place % len(keys)]
            present = directory.get("User", key) is not None
            if act == "rename" and present:
                directory.update("User", key, {"displayName": name or None})
            elif act == "delete" and present:
                directory.delete("User", key)
            elif act == "restore" and not present:
                directory.restore(key)
        wanted = name.casefold()
        indexed = directory.matching("User", {"displayName": wanted}) if wanted else []
        scanned = [
            user
            for user in directory.scan("User")
            if user.get("displayName", "").casefold() == wanted and wanted
        ]
        assert sorted(user["id"] for user in indexed) == sorted(user["id"] for user in scanned)
