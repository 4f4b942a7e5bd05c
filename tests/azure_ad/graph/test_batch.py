"""JSON batching: requests that come together are answered as if they came alone."""

import base64

import pytest

from tests.azure_ad.caller import Caller


@pytest.fixture
def graph(company):
    company.ana = company.person("ana")
    return Caller(company)


def step(number, url, method="GET", **more):
    head = {"headers": {"Content-Type": "application/json"}} if "body" in more else {}
    return {"id": str(number), "method": method, "url": url, **head, **more}


def batch(graph, *steps):
    answers = graph.do("POST", "/$batch", {"requests": list(steps)}, 200)["responses"]
    return {answer["id"]: answer for answer in answers}


def test_every_request_has_its_answer(graph):
    """json-batching: id, status, headers and body of each; 204 has none, a failure does not fail the batch."""
    person = {"id": "x", "displayName": "B"}
    answers = batch(
        graph,
        step(1, "/users/ana@contoso.com?$select=displayName"),
        step(2, "users?$filter=displayName eq 'Ana'"),
        step(3, "/users/nobody@contoso.com"),
        step(4, "/users/ana@contoso.com", "PATCH", body={"jobTitle": "Pilot"}),
        step(5, "/users", "POST", body=person, headers={"Content-Type": "application/json"}),
        step(6, "/users/$count", headers={"ConsistencyLevel": "eventual"}),
    )
    assert [answers[str(number)]["status"] for number in range(1, 7)] == [200, 200, 404, 204, 400, 200]
    assert answers["1"]["body"]["displayName"] == "Ana"
    assert [user["id"] for user in answers["2"]["body"]["value"]] == [graph.company.ana]
    assert answers["3"]["body"]["error"]["code"] == "Request_ResourceNotFound"
    assert "body" not in answers["4"]
    assert base64.b64decode(answers["6"]["body"]) == b"1"
    assert graph.get("/users/ana@contoso.com")["jobTitle"] == "Pilot"


def test_a_request_waits_for_those_it_depends_on(graph):
    """json-batching, dependsOn: one after the other, ids in any case; behind one that failed stands 424."""
    answers = batch(
        graph,
        step("A", "/users/ana@contoso.com", "PATCH", body={"jobTitle": "Pilot"}),
        step("B", "/users/ana@contoso.com?$select=jobTitle", dependsOn=["a"]),
        step("C", "/users/nobody", dependsOn=["b"]),
        step("D", "/users/ana@contoso.com", "DELETE", dependsOn=["c"]),
        step("E", "/users", dependsOn=["d"]),
    )
    assert answers["B"]["body"]["jobTitle"] == "Pilot"
    assert [answers[key]["status"] for key in "CDE"] == [404, 424, 424]
    assert answers["D"]["body"]["error"]["code"] == "FailedDependency"
    assert graph.get("/users/ana@contoso.com")["id"] == graph.company.ana


def test_any_order_is_carried_out_where_the_quirks_say_so(found):
    """Without the two quirks a dependency may come later, and what does not depend stays beside what does."""
    company = found(batch_dependencies_stand_earlier=False, batch_wholly_ordered=False)
    company.person("ana")
    answers = batch(
        Caller(company),
        step(1, "/users/ana@contoso.com?$select=jobTitle", dependsOn=["2"]),
        step(2, "/users/ana@contoso.com", "PATCH", body={"jobTitle": "Pilot"}),
        step(3, "/users/nobody"),
    )
    assert answers["1"]["body"]["jobTitle"] == "Pilot"
    assert answers["3"]["status"] == 404
    loop = [step(1, "/a", dependsOn=["2"]), step(2, "/b", dependsOn=["1"])]
    assert "wait for each other: 1, 2" in Caller(company).fail("POST", "/$batch", {"requests": loop})[2]


@pytest.mark.parametrize(
    ("requests", "message"),
    [
        ([], "The body must be"),
        ("x", "The body must be"),
        ([1], "The body must be"),
        ([{"id": "1"}], "The body must be"),
        ([step(1, "/users", "BREW")], "The body must be"),
        ([step(1, "/users", headers={"a": "b\r\nc"})], "The body must be"),
        ([step(1, "/users"), step(1, "/users")], "stands for two requests"),
        ([step(1, "/users", dependsOn=["9"])], "depends on '9'"),
        ([step("a", "/users"), step("A", "/users")], "stands for two requests"),
        ([step(1, "/users", dependsOn=["1"])], "Invalid dependency for request Id: 1"),
        ([step(1, "/a", dependsOn=["2"]), step(2, "/b", dependsOn=["1"])], "request Id: 1"),
        ([step(1, "/a"), step(2, "/b"), step(3, "/c", dependsOn=["1"])], "sequential or fully parallel"),
        ([step(1, "/users", "POST", body={}, headers={})], "does not contain Content-Type header or body"),
        ([step(1, "/users/x/revokeSignInSessions", "POST")], "does not contain Content-Type"),
        ([step(number, "/users") for number in range(21)], "inside batch exceed the limit"),
        ([step(1, "/$batch", "POST", body={})], "a batch has none inside"),
        ([step(1, "$BATCH?x", "POST", body={})], "a batch has none inside"),
    ],
)
def test_a_batch_that_cannot_be_carried_out_changes_nothing(graph, requests, message):
    """Loops, twenty-one requests, a batch inside: refused before the first is carried out."""
    before = graph.company.rows()
    status, _, said = graph.fail("POST", "/$batch", {"requests": requests})
    assert status == 400
    assert message in said
    assert graph.company.rows() == before


def test_a_batch_needs_a_token(graph):
    """Whoever may not ask may not ask together either; a request in it may bring a token of its own."""
    assert graph("POST", "/$batch", {"requests": [step(1, "/users")]}, token="wrong").status == 401
    answers = batch(graph, step(1, "/users", headers={"authorization": "Bearer wrong"}))
    assert answers["1"]["status"] == 401


@pytest.mark.parametrize("url", ["https://example.com/users", "", "?", "/users/%zz", "/users/ä", "/\u2028"])
def test_odd_addresses_are_answered(graph, url):
    assert batch(graph, step(1, url))["1"]["status"] in (200, 400, 404)
