"""Bodies as OData.net reads them: relaxed JSON, and nothing that is less than JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.azure_ad.graph.odata.bodies import strict
from harness.wire.message import Request
from tests.azure_ad.caller import BEARER, Caller, checked_refusal
from tests.azure_ad.provisioning.company import GRAPH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a: 1}", {"a": 1}),
        ("{ 'a' : 'b' }", {"a": "b"}),
        (
            "{ credentials: [ { key: 'UserName', value: \"x\" } ] }",
            {"credentials": [{"key": "UserName", "value": "x"}]},
        ),
        ('{ templateId: "customappsso" }', {"templateId": "customappsso"}),
        ("{@odata.id: 'x', members@odata.bind: []}", {"@odata.id": "x", "members@odata.bind": []}),
        (r"{a: 'it\'s \"so\" \u00e4'}", {"a": 'it\'s "so" ä'}),
        ("{a: '\"'}", {"a": '"'}),
        ("{a: true, b: null, c: -1.5e3}", {"a": True, "b": None, "c": -1500.0}),
        ('{"a": "b: {c}"}', {"a": "b: {c}"}),
    ],
)
def test_relaxed_json_is_read(text, expected):
    """OData.net, JsonReader: names without quotation marks and single quotes."""
    assert json.loads(strict(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{a: tru e}",
        "{a: b}",
        "{a: 1",
        "{a 1}",
        "{a: 'x}",
        "{'a': 01x}",
        "{a: [}",
        "{a: 1}}",
        "{,}",
        "{a: /* */ 1}",
        "'",
    ],
)
def test_half_json_is_not(text):
    """Relaxed is not lenient: no bare texts, no comments, nothing that does not end."""
    with pytest.raises(ValueError):
        json.loads(strict(text))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
@pytest.mark.slow
def test_json_stays_what_it_is(value):
    """Whatever is JSON already means the same afterwards."""
    assert json.loads(strict(json.dumps(value))) == value


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"1",
        b"",
        b"\xff",
        b"{'displayName': 'x'",
        b"{displayName: x}",
        b'{"a":' * 400 + b"1" + b"}" * 400,
        b"[" * 100_000,
        b"{a:" * 100_000,
        b'{"displayName": "' + b"x" * 100_000,
    ],
)
@pytest.mark.slow
def test_what_is_no_body_changes_nothing(company, body):
    """400 with Graph's sentence, and the user as before."""
    company.person("ana")
    before = company.rows()
    for method, path in (("PATCH", "/users/ana@contoso.com"), ("POST", "/$batch"), ("POST", "/users")):
        answer = company.ask(Request(method, f"{GRAPH}/v1.0{path}", (BEARER,), body))
        status, code, _ = checked_refusal(answer)
        assert (status, code.removeprefix("Request_")) == (400, "BadRequest")
    assert company.rows() == before


def test_annotations_are_read_past(company):
    """Every SDK sends `@odata.type`, at the top and inside."""
    company.person("ana")
    graph = Caller(company)
    body = {
        "@odata.type": "#microsoft.graph.user",
        "jobTitle": "Pilot",
        "jobTitle@odata.type": "#String",
        "employeeOrgData": {"@odata.type": "#microsoft.graph.employeeOrgData", "division": "Air"},
    }
    graph.do("PATCH", "/users/ana@contoso.com", body)
    shown = graph.get("/users/ana@contoso.com?$select=jobTitle,employeeOrgData")
    assert (shown["jobTitle"], shown["employeeOrgData"]) == ("Pilot", {"division": "Air"})


@pytest.mark.parametrize(
    ("body", "node"),
    [
        (b'[{"ruleId": "x", "subjects": []}]', "StartArray"),
        (b'"text"', "PrimitiveValue"),
        (b" ", "EndOfInput"),
    ],
)
def test_a_body_that_is_no_object_is_refused(company, body, node):
    """A bare list is no list of parameters (microsoft-graph-docs-contrib, issue 8519); the sentence is OData.net's."""
    url = f"{GRAPH}/v1.0/servicePrincipals/{company.app}/synchronization/jobs/{company.job}/provisionOnDemand"
    headers = (BEARER, ("Content-Type", "application/json"))
    answer = Caller(company).ask(Request("POST", url, headers, body))
    assert checked_refusal(answer) == (
        400,
        "Request_BadRequest",
        f"An unexpected '{node}' node was found when reading from the JSON reader. A 'StartObject' node was expected.",
    )
