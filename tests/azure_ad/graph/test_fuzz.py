"""Careless and hostile callers of Microsoft Graph: no traceback, no secret, and nothing half done."""

import json
import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.azure_ad.applications.gallery import NON_GALLERY_TEMPLATE
from harness.azure_ad.directory.indexes import INDEXED, Wanted
from harness.azure_ad.graph.odata.querying.filters import FilterError, parse
from harness.azure_ad.graph.routes import ROUTES as RULES
from harness.wire.message import Request
from tests.azure_ad.caller import BEARER, checked_refusal
from tests.azure_ad.provisioning.company import GRAPH, GRAPH_TOKEN, Company
from tests.azure_ad.scim_server import BASE, TOKEN, ScimServer

pytestmark = pytest.mark.slow

NAMES = {
    "app": "{app}",
    "job": "{job}",
    "which": "users",
    "name": "ana@contoso.com",
    "member": "ana@contoso.com",
    "template": NON_GALLERY_TEMPLATE,
    "key": "{deleted}",
    "relation": "members",
    "only": "group",
}


@pytest.fixture(scope="module")
def target():
    """Return one company that all fuzzing hits, and that survives it."""
    company = Company(ScimServer())
    company.person("ana")
    company.group("Office", ("ana@contoso.com",))
    company.deleted = company.person("gone")
    company.directory.delete("User", company.deleted)
    company.tenant.registrations.behind(company.apps.find(company.app))
    company.turn_on()
    # The first question about a property builds its index, which a request that changes nothing may do.
    for kind, names in INDEXED.items():
        for name in names:
            company.directory.matching(kind, Wanted({name: frozenset({"x"})}))
    return company


def fill(rule):
    """Return a route with something in each of its places; of a choice the first."""

    def place(match):
        choice = re.match(r"any\((\w+)", match[1])
        return choice[1] if choice else NAMES.get(match[1].partition(":")[2] or match[1], "x")

    return re.sub(r"<([^>]+)>", place, rule)


ROUTES = sorted(
    {f"/{version}{fill(rule)}" for version in ("v1.0", "beta") for _, rule, _ in RULES}
    | {f"/v1.0{fill(rule)}".replace("/users", "/groups", 1).replace("ana@contoso.com", "Office", 1)
       for _, rule, _ in RULES if rule.startswith("/<any(users")}
)  # fmt: skip
SEGMENTS = st.sampled_from(
    [
        *("users", "groups", "servicePrincipals", "auditLogs", "provisioning", "members", "$ref", "$count"),
        *("manager", "memberOf", "synchronization", "jobs", "secrets", "schema", "delta", "deletedItems"),
        *("{app}", "{job}", "{deleted}", "ana@contoso.com", "Office", "restore", "%00", "%ff", "..", "'"),
        *("microsoft.graph.user", "appRoleAssignments", "%F0%9F%92%A9"),
    ]
) | st.text(max_size=4).map(lambda text: quote(text, safe=""))
PATHS = st.sampled_from(ROUTES) | st.lists(SEGMENTS, min_size=1, max_size=6).map(
    lambda parts: "/v1.0/" + "/".join(parts)
)
PROPERTY = st.sampled_from(
    [
        "displayName",
        "accountEnabled",
        "businessPhones",
        "createdDateTime",
        "id",
        "p",
        "p/displayName",
        "a/b/c",
    ]
)
LITERAL = st.sampled_from(
    ["'x'", "''", "true", "null", "5", "-1.5", "2026-01-01", "2026-13-01T00:00:00Z", "x"]
)
CONDITION = st.recursive(
    st.one_of(
        st.tuples(PROPERTY, st.sampled_from(["eq", "ne", "ge", "lt", "in", "xx"]), LITERAL).map(" ".join),
        st.builds("{}({},{})".format, st.sampled_from(["startswith", "endswith", "in"]), PROPERTY, LITERAL),
        st.builds("{} in ({},{})".format, PROPERTY, LITERAL, LITERAL),
    ),
    lambda inner: st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or", "not"]), inner),
        st.builds("({})".format, inner),
        st.builds("not {}".format, inner),
        st.builds("{}/any(p:{})".format, PROPERTY, inner),
    ),
    max_leaves=6,
)
QUERIES = st.dictionaries(
    st.sampled_from(
        ["$filter", "$top", "$orderby", "$select", "$count", "$skiptoken", "$deltatoken", "$expand", "$skip"]
    ),
    CONDITION
    | st.text(max_size=12)
    | st.sampled_from(
        ["1", "true", "latest", "id desc", "manager($select=id)", "members", "x.y", "displayName,id"]
    ),
    max_size=3,
)
KEYS = st.sampled_from(
    [
        *(
            "userPrincipalName",
            "displayName",
            "accountEnabled",
            "businessPhones",
            "mailNickname",
            "groupTypes",
        ),
        *(
            "passwordProfile",
            "employeeOrgData",
            "costCenter",
            "onPremisesExtensionAttributes",
            "employeeHireDate",
        ),
        *("membershipRule", "membershipRuleProcessingState", "members@odata.bind", "manager@odata.bind"),
        *("principalId", "appRoleId", "resourceId", "templateId", "value", "key", "criteria", "resetScope"),
        *("credentials", "useSavedCredentials", "@odata.id", "synchronizationRules", "id", "keyId"),
        *("passwordCredential", "endDateTime", "newUserPrincipalName"),
    ]
)
VALUES = st.sampled_from(
    [
        *(
            "a@b",
            "ana@contoso.com",
            "scim",
            "BaseAddress",
            "SecretToken",
            "x/ana@contoso.com",
            "x/Office",
            "On",
        ),
        *(
            "DynamicMembership",
            "Unified",
            'user.displayName -startsWith "a"',
            "2026-03-02T00:00:00Z",
            "{app}",
        ),
    ]
)
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | VALUES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=8,
)
HEADERS = st.sampled_from(
    [(), (("ConsistencyLevel", "eventual"),), (("Prefer", "return=minimal, odata.maxpagesize=1"),)]
)


@given(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
    PATHS,
    QUERIES,
    BODIES.map(json.dumps) | st.binary(max_size=20).map(lambda raw: raw.decode("latin-1")),
    HEADERS,
)
@example("GET", "/v1.0/users", {"$filter": "accountEnabled/any(p:p/x eq 'y')"}, "", ())
@example("GET", "/v1.0/users/delta", {"$deltatoken": "latest"}, "", ())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_the_answer_is_graphs(target, method, path, query, body, headers):
    """No request has a 5xx, a traceback or a secret for an answer; a refused one and a GET change nothing."""
    for name, key in (("{app}", target.app), ("{job}", target.job), ("{deleted}", target.deleted)):
        path, body = path.replace(name, key), body.replace(name, key)
    search = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    restore_job(target)
    before = target.rows()
    answer = target.ask(Request(method, f"{GRAPH}{path}?{search}", (BEARER, *headers), body.encode()))
    assert answer.status < 500
    assert TOKEN.encode() not in answer.body
    assert GRAPH_TOKEN.encode() not in answer.body
    assert b"Traceback" not in answer.body
    if answer.status >= 400 and method != "HEAD":
        checked_refusal(answer)
    if answer.status >= 400 or method in ("GET", "HEAD", "OPTIONS"):
        assert target.rows() == before


def restore_job(target):
    """Make the job anew once a request has deleted it."""
    if not target.engine.jobs(target.app):
        target.engine.create_job(target.app, "scim")


def test_after_all_that_a_cycle_still_runs(target):
    """What fuzzing left in the directory is provisioned or refused, object by object."""
    restore_job(target)
    target.engine.save_secrets(target.app, {"BaseAddress": BASE, "SecretToken": TOKEN, "SyncAll": "true"})
    target.engine.restore_schema(target.job)
    target.restart()
    assert target.status["code"] == "Active"


@given(CONDITION | st.text(alphabet="()'/: aeqnd1-T", max_size=30))
@settings(max_examples=300)
def test_every_filter_is_read_or_refused(text):
    """A filter that is read gives yes or no for every object; there is nothing in between."""
    try:
        found = parse(text)
    except FilterError:
        return
    for item in (
        {},
        {"displayName": "x", "businessPhones": ["x", {"displayName": None}], "accountEnabled": 5},
    ):
        assert found.test(item) in (True, False)


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b"]), st.booleans()), min_size=1, max_size=5),
    st.sampled_from(["", "A", "b", "ab"]),
)
def test_and_binds_more_tightly_than_or(terms, value):
    """A filter without brackets means what its terms mean, joined by `and` first."""
    text, groups = "", [[]]
    for number, (wanted, joined) in enumerate(terms):
        if number:
            text += " and " if joined else " or "
            if not joined:
                groups.append([])
        text += f"startswith(x, '{wanted}')"
        groups[-1].append(value.lower().startswith(wanted))
    assert parse(text).test({"x": value}) is any(all(group) for group in groups)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a eq 'x'", {"a": "x"}),
        ("a eq 'x' and b/c eq 'Y' and d ne 'z'", {"a": "x", "b/c": "y"}),
        ("a eq 'x' or b eq 'y'", {}),
        ("(a eq 'x' or b eq 'y') and c eq 'z'", {"c": "z"}),
        ("not (a eq 'x')", {}),
        ("l/any(p: p eq 'x') and a eq 'y'", {"a": "y"}),
    ],
)
def test_a_demand_holds_whatever_else_is_said(text, expected):
    """What logs look entries up by must be true of every entry that passes."""
    assert parse(text).demands == expected
