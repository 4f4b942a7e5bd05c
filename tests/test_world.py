"""A world takes people from YAML and scripts, which may say more than JSON and a store can hold."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import world
from harness.aws_sso.identity_store import USER
from harness.base.errors import HarnessError

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=2)
    ),
    max_leaves=4,
)
ENTRIES = (
    ("azure_ad", "users", {"userPrincipalName": "a@contoso.com", "displayName": "A"}),
    ("azure_ad", "groups", {"displayName": "A"}),
    (
        "aws_sso",
        "users",
        {"userName": "a", "displayName": "A", "name": {"givenName": "A", "familyName": "B"}},
    ),
    ("aws_sso", "groups", {"displayName": "A"}),
)
KEYS = st.sampled_from(
    [
        "displayName",
        "members",
        "manager",
        "businessPhones",
        "employeeOrgData",
        "emails",
        "name",
        "active",
        1,
        "\ud800",
    ]
)


@pytest.mark.parametrize(
    "value", [2**64, "\ud800", {1: "a"}, {"\ud800": "a"}, {1}, b"a", [timedelta()]], ids=repr
)
@pytest.mark.parametrize(("side", "kind", "entry"), ENTRIES)
def test_what_json_does_not_have_is_a_mistake_of_the_file(side, kind, entry, value):
    """One sentence that can be printed, and nobody is added."""
    made = world.create()
    before = (made.azure.store.count("User"), made.aws.store.count(USER))
    with pytest.raises(HarnessError) as caught:
        made.populate({side: {kind: [{**entry, "displayName": value}]}})
    assert str(caught.value).encode()
    assert (made.azure.store.count("User"), made.aws.store.count(USER)) == before


def test_what_leads_back_into_itself_is_a_mistake_too():
    """YAML can say a list that holds itself."""
    members: list = []
    members.append(members)
    with pytest.raises(HarnessError):
        world.create().populate({"azure_ad": {"groups": [{"displayName": "A", "members": members}]}})


@given(st.sampled_from(ENTRIES), KEYS, ANYTHING)
def test_any_value_is_taken_or_refused(row, key, value):
    """There is nothing in between, whatever a file says."""
    side, kind, entry = row
    told = ""
    try:
        world.create().populate({side: {kind: [{**entry, key: value}]}})
    except HarnessError as error:
        told = str(error)
    assert told.encode().decode() == told


def test_no_number_is_no_text():
    """`.nan` in YAML is a number where a text belongs, and told as one."""
    person = {"userPrincipalName": "a@contoso.com", "displayName": "A", "city": math.nan}
    with pytest.raises(HarnessError, match="property 'city' must be text"):
        world.create().populate({"azure_ad": {"users": [person]}})
