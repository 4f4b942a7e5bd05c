"""Whatever is thrown at the endpoint: never a 5xx, always the envelope, and a refusal leaves the directory alone."""

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.scim.names import ENTERPRISE_USER

pytestmark = pytest.mark.slow

NAMES = [
    "userName", "name", "displayName", "emails", "phoneNumbers", "addresses", "roles", "active", "externalId", "members",
    "value", "type", "primary", "givenName", "familyName", "manager", "$ref", "display", "photos", "schemas", "meta",
    "id", "Operations", "op", "path", ENTERPRISE_USER, "department",
]  # fmt: skip
PATHS = [
    *NAMES, "name.givenName", 'emails[type eq "work"].value', 'members[value eq "x"]', f"{ENTERPRISE_USER}:manager",
    "emails[", 'emails[type eq "work"]', "a.b.c", "", "urn:x:y", "emails.value", "addresses[primary eq true].region",
]  # fmt: skip
text = st.text(st.characters(codec=None), max_size=8)
names = st.sampled_from(NAMES) | text
scalars = st.none() | st.booleans() | st.integers() | st.floats() | text
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)
persons = st.fixed_dictionaries(
    {"userName": text, "displayName": text, "name": values},
    optional={name: values for name in NAMES if name not in ("userName", "displayName", "name")},
)
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Replace", "remove", "move"])},
    optional={"path": st.sampled_from(PATHS) | text, "value": values},
)
QUIET = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(account, before, answer):
    assert answer.status < 500, answer.body
    if answer.status >= 400:
        assert answer.json()["status"] == str(answer.status)
        assert list(answer.json()) == account.tenant.quirks["error-members"]
        assert account.directory() == before


def body(value):
    return json.dumps(value, ensure_ascii=True).encode()


@pytest.fixture
def peopled(any_account):
    any_account.person = any_account.user(
        externalId="1", emails=[{"value": "a", "type": "work", "primary": True}]
    )["id"]
    any_account.team = any_account.group(members=[{"value": any_account.person}])["id"]
    return any_account


@QUIET
@given(
    value=values | persons,
    target=st.sampled_from([("POST", "/Users"), ("PUT", "/Users/{}"), ("POST", "/Groups")]),
)
def test_bodies(peopled, value, target):
    """Any JSON at all as a user or a group."""
    before = peopled.directory()
    check(peopled, before, peopled.raw(target[0], target[1].format(peopled.person), body(value)))


@QUIET
@given(changes=st.lists(operations, max_size=4), extra=st.dictionaries(names, values, max_size=1))
def test_patches(peopled, changes, extra):
    """Any operations on a user and on a group."""
    for path in (f"/Users/{peopled.person}", f"/Groups/{peopled.team}"):
        before = peopled.directory()
        check(peopled, before, peopled.raw("PATCH", path, body({"Operations": changes, **extra})))


@QUIET
@given(
    words=st.lists(
        st.sampled_from(
            [
                "userName",
                "id",
                "members",
                "manager",
                "groups.value",
                "eq",
                "and",
                "or",
                '"x"',
                '""',
                "(",
                ")",
                "[",
                '"',
            ]
        )
        | text,
        max_size=7,
    ),
    cursor=st.none() | text,
    count=st.none() | text,
)
def test_queries(peopled, words, cursor, count):
    """Any filter, cursor and count."""
    query = f"?filter={quote(' '.join(words), errors='replace')}"
    for name, value in (("cursor", cursor), ("count", count)):
        query += "" if value is None else f"&{name}={quote(value, errors='replace')}"
    before = peopled.directory()
    for path in ("/Users", "/Groups"):
        check(peopled, before, peopled.scim("GET", path + query))


@QUIET
@given(
    method=st.sampled_from(["GET", "PUT", "DELETE", "PATCH", "POST", "TRACE"]),
    parts=st.lists(
        st.sampled_from(["Users", "Groups", "Me", "..", ".", "%2f", "%00", ""]) | text, max_size=4
    ),
    raw=st.binary(max_size=12),
)
def test_paths(peopled, method, parts, raw):
    """Any method on any path with any bytes."""
    path = "/" + "/".join(part if part.startswith("%") else quote(part, errors="replace") for part in parts)
    before = peopled.directory()
    check(peopled, before, peopled.raw(method, path, raw))
