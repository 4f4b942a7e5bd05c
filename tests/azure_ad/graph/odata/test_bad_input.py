"""Deep, huge, half and cyclic input: each is refused in OData's form, quickly enough, and nothing of it stays."""

import json
from urllib.parse import quote

import pytest

from harness.wire.message import Request
from tests.azure_ad.caller import BEARER, EVENTUAL, Caller, checked_refusal, person
from tests.azure_ad.provisioning.company import GRAPH, Company
from tests.azure_ad.scim_server import ScimServer

JSON = ("Content-Type", "application/json")
WHOLE = json.dumps(person({"userPrincipalName": "x@contoso.com"}))
MANY = 10_000


@pytest.fixture(scope="module")
def graph():
    company = Company(ScimServer())
    company.person("ana")
    company.group("Office", ("ana@contoso.com",))
    company.tenant.registrations.behind(company.apps.find(company.app))
    return Caller(company)


def refused(graph, method, path, body=b"", headers=()):
    """Return status, code and sentence of a refusal that left no trace."""
    before = graph.company.rows()
    text = body if isinstance(body, bytes) else body.encode()
    answer = graph.ask(Request(method, f"{GRAPH}/v1.0{path}", (BEARER, JSON, *headers), text))
    assert 400 <= answer.status < 500, answer.body[:200]
    assert graph.company.rows() == before
    return checked_refusal(answer)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 50_000 + "1" + "}" * 50_000,
        WHOLE[:-1] + ',"city":' + "[" * 5_000 + "]" * 5_000 + "}",
        WHOLE[:-1] + ',"employeeId":' + "9" * 100_000 + "}",
        WHOLE[:-1] + ',"city":"' + "a" * 2_000_000 + '"}',
        WHOLE[:-1] + ',"city":"\\ud800"}',
        *(WHOLE[:-5], '{"a"', "", "\x00", '{"displayName":NaN}', "[]", "1", "null"),
        *(b'\xff\xfe{"a":1}', WHOLE.encode("utf-16"), json.dumps({f"k{each}": each for each in range(MANY)})),
    ],
    ids=lambda body: f"{body[:12]!r} {len(body)}",
)
def test_a_body_that_is_no_object_of_the_type_is_refused(graph, body):
    assert refused(graph, "POST", "/users", body)[0] in (400, 413)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("$filter", " or ".join(f"displayName eq 'n{each}'" for each in range(MANY))),
        ("$filter", "displayName in (" + ",".join(f"'n{each}'" for each in range(MANY)) + ")"),
        ("$filter", "not (" * 5_000 + "displayName eq 'a'" + ")" * 5_000),
        ("$filter", "(" * 100_000),
        ("$filter", "displayName eq '" + "''" * 100_000),
        ("$search", "(" * 5_000 + '"displayName:a"' + ")" * 5_000),
        ("$expand", "manager(" * 3_000 + ")" * 3_000),
        ("$expand", "manager($levels=99999)"),
        ("$orderby", "displayName " * 3_000),
    ],
    ids=lambda text: text[:24],
)
@pytest.mark.slow
def test_a_query_without_end_is_refused(graph, option, text):
    """Ten thousand terms, nesting that never closes, quotes that never end."""
    refused(graph, "GET", f"/users?{option}={quote(text)}", headers=EVENTUAL)


@pytest.mark.parametrize(
    "path",
    [
        "/groups/Office/members/microsoft.graph.nothing",
        "/groups/Office/members/microsoft.graph.",
        "/groups/Office/members/graph.user/graph.group",
        "/users/ana@contoso.com/microsoft.graph.group",
        "/directory/deletedItems/microsoft.graph.contact",
        "/users/delta(x=1)",
        *(
            "/users('')",
            "/users(id='')",
            "/servicePrincipals(appId='')",
            "/applications(appId=)",
            "/groups()x",
        ),
        *("/users/%00", "/users/..%2f..%2f", "/$metadata/x", f"/users({'x' * MANY})", "/" + "a/" * 3_000),
    ],
    ids=lambda path: path[:40],
)
def test_an_address_that_means_nothing_is_refused(graph, path):
    """Unknown casts, functions with arguments that they do not take, and keys that are empty: never the whole collection."""
    assert refused(graph, "GET", path)[0] == 404


def batch(*steps):
    return json.dumps({"requests": list(steps)})


def step(key, **more):
    return {"id": key, "method": "GET", "url": "/users", **more}


@pytest.mark.parametrize(
    "body",
    [
        batch(*(step(str(each)) for each in range(21))),
        batch(step("1", dependsOn=["2"]), step("2", dependsOn=["1"])),
        batch(step("1", dependsOn=["1"])),
        batch(step("1", dependsOn=[{}])),
        batch(step(1)),
        batch(None),
        '{"requests":{}}',
        batch(step("1", headers={"a": {}})),
        batch(step("1", method="POST", url="/$batch", headers=dict([JSON]), body={"requests": [step("1")]})),
    ],
    ids=lambda body: body[:60],
)
def test_a_batch_that_cannot_be_carried_out_is_refused_whole(graph, body):
    """Twenty-one requests, loops, a batch inside a batch."""
    assert refused(graph, "POST", "/$batch", body)[0] == 400
