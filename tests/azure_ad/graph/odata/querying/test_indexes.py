"""What a filter demands is read from an index, and the index tells what a scan would."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.azure_ad.directory.indexes import Wanted
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
        company.person(
            name,
            mail=f"{name}@contoso.com",
            employeeId=name,
            otherMails=[f"{name}@home.example", f"{name}@work.example"],
            proxyAddresses=[f"SMTP:{name}@contoso.com"],
            identities=[
                {
                    "signInType": "emailAddress",
                    "issuer": "contoso.com",
                    "issuerAssignedId": f"{name}@home.example",
                }
            ],
            onPremisesExtensionAttributes={"extensionAttribute7": name},
            mobilePhone=f"555 {name}",
        )
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
        ("/users", "givenName eq 'ana'"),
        ("/users", "surname eq 'RUIZ' and displayName eq 'ana'"),
        ("/users", "displayName in ('Ana', 'Nobody')"),
        ("/users", "displayName eq 'Ana' or displayName eq 'Nobody'"),
        ("/users", "userPrincipalName in ('ana@contoso.com')"),
        ("/users", "id in ('{ana}')"),
        ("/users", "startswith(displayName,'AN')"),
        ("/users", "startswith(userPrincipalName,'ana') and accountEnabled eq true"),
        ("/users", "startsWith(mail,'ana@')"),
        ("/users", "otherMails/any(m: m eq 'ANA@home.example')"),
        ("/users", "proxyAddresses/any(a: a eq 'SMTP:ana@contoso.com')"),
        ("/users", "userPrincipalName eq 'ana@contoso.com' or mail eq 'ana@contoso.com'"),
        ("/users", "accountEnabled eq true and (mail eq 'ana@contoso.com' or startswith(displayName,'An'))"),
        (
            "/users",
            "identities/any(i: i/issuerAssignedId eq 'ana@home.example' and i/issuer eq 'contoso.com')",
        ),
        ("/users", "onPremisesExtensionAttributes/extensionAttribute7 eq 'ana'"),
        ("/users", "mobilePhone eq '555 ana'"),
        ("/groups", "displayName eq 'office'"),
        ("/groups", "startswith(displayName,'off')"),
    ],
)
def test_nobody_is_scanned_for_what_there_is_one_of(graph, monkeypatch, path, condition):
    """aad-advanced-queries: the properties that directories are mostly filtered by; the rest of the filter holds too."""
    ana = graph.company.directory.find("User", "ana@contoso.com")["id"]
    query = f"{path}?$filter={condition}".replace(" ", "%20").replace("{ana}", ana)
    assert len(graph.get(query)["value"]) == 1
    monkeypatch.setattr(type(graph.company.directory), "scan", None)
    assert len(graph.get(query)["value"]) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/users/{ana}",
        "/users/ana@contoso.com",
        "/users/{ana}/manager/$ref",
        "/users/{ana}/directReports",
        "/users/{ana}/memberOf",
        "/users/{ana}/transitiveMemberOf",
        "/users/{ana}/appRoleAssignments",
        "/users/{ana}/ownedObjects",
        "/groups/Office/members",
        "/directoryObjects/{ana}",
    ],
)
def test_one_object_costs_the_same_among_any_number(graph, monkeypatch, path):
    """Nobody else is read for it: no scan of the directory, so 100,000 people cost what 1,000 do."""
    ana = graph.company.directory.find("User", "ana@contoso.com")["id"]
    graph.company.directory.set_manager(ana, "ben@contoso.com")
    for name in ("scan", "matching"):
        monkeypatch.setattr(type(graph.company.directory), name, None)
    assert graph("GET", path.replace("{ana}", ana)).status == 200


@pytest.mark.parametrize(
    "condition", ["displayName eq 'Ana' or jobTitle eq 'x'", "city eq 'Bonn'", "startswith(displayName,'')"]
)
def test_what_no_index_answers_is_read_from_everybody(graph, monkeypatch, condition):
    """`or` with a property that has no index, such a property alone, a beginning that everybody has."""
    directory, scans = type(graph.company.directory), []
    scan = directory.scan
    monkeypatch.setattr(directory, "scan", lambda self, *rest: scans.append(rest) or scan(self, *rest))
    graph.get(f"/users?$filter={condition}".replace(" ", "%20"))
    assert len(scans) == 1


def begins(user, text):
    return user.get("displayName", "").casefold().startswith(text)


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
        indexed = directory.matching("User", Wanted({"displayName": frozenset({wanted})})) if wanted else []
        begun = directory.matching("User", Wanted({}, {"displayName": wanted[:1]})) if wanted else []
        scanned = [
            user
            for user in directory.scan("User")
            if user.get("displayName", "").casefold() == wanted and wanted
        ]
        begin = [user["id"] for user in directory.scan("User") if begins(user, wanted[:1]) and wanted]
        assert sorted(user["id"] for user in begun) == sorted(begin)
        assert sorted(user["id"] for user in indexed) == sorted(user["id"] for user in scanned)
