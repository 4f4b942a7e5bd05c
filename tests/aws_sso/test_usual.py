"""What is examined in one step is what the rules make of it part by part."""

import json
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.aws_sso import documents, rules
from harness.aws_sso.attributes import USER
from harness.aws_sso.refusals import Refused
from harness.aws_sso.usual import Usual
from harness.base.quirks import load_table
from harness.scim.names import CORE_USER, ENTERPRISE_USER

PROFILES = load_table("harness.aws_sso")
PERSON = {
    "schemas": [CORE_USER, ENTERPRISE_USER],
    "id": "",
    "userName": "ana@example.com",
    "name": {"givenName": "Ana", "familyName": "O'Brien"},
    "displayName": "Ana O'Brien",
    "emails": [{"type": "work", "primary": True, "value": "ana@example.com"}],
    "addresses": [{"country": "US", "type": "work"}],
    "active": True,
    "externalId": "1",
    ENTERPRISE_USER: {"manager": {"value": "9"}, "department": "R&D"},
}


def outcome(body, quirks, **told):
    try:
        return json.dumps(rules.user(body, quirks, **told))
    except Refused as refused:
        return refused.error, refused.reason


def part_by_part(body, quirks, **told):
    with patch.object(Usual, "attributes", lambda *_: None):
        return outcome(body, quirks, **told)


def test_what_azure_ad_sends_is_usual():
    """Every part in the table's order, what is not kept left out."""
    stored = Usual(USER).attributes(PERSON)
    assert list(stored) == [
        *("externalId", "userName", "name", "displayName", "active", "emails", "addresses", ENTERPRISE_USER)
    ]
    assert list(stored["name"]) == ["familyName", "givenName"]


@pytest.mark.parametrize("nothing", [{"roles": []}, {"roles": [{}]}, {ENTERPRISE_USER: {}}], ids=str)
def test_so_is_what_it_sends_for_nothing(nothing):
    """Of an empty list, an empty element and an empty extension nothing is stored."""
    stored = Usual(USER).attributes(PERSON | nothing)
    assert stored is not None
    assert not nothing.keys() & stored.keys()


UNUSUAL = {
    "a name in small letters": {"username": "b"},
    "null": {"title": None},
    "a letter beyond ASCII": {"displayName": "Ána"},
    "a line break": {"nickName": "a\nb"},
    "a character that deletes": {"nickName": "a\x7f"},
    "an unpaired surrogate": {"nickName": "\ud800"},
    "a backslash": {"nickName": "a\\b"},
    "a space in a user name": {"userName": "a b"},
    "an empty text": {"title": ""},
    "129 letters": {"userName": "x" * 129},
    "a flag in words": {"active": "True"},
    "two elements": {"phoneNumbers": [{"value": "1"}, {"value": "2"}]},
    "a manager's name alone": {ENTERPRISE_USER: {"manager": {"displayName": "x"}}},
    "a manager as text": {ENTERPRISE_USER: {"manager": "9"}},
    "a password": {"password": "x"},
    "an unknown attribute": {"shoeSize": "9"},
    "no name": {"name": {}},
}


@pytest.mark.parametrize("change", UNUSUAL.values(), ids=UNUSUAL)
def test_everything_else_is_looked_at_part_by_part(change):
    """What may be wrong, or is kept in another form, is not judged in one step."""
    assert Usual(USER).attributes(PERSON | change) is None


TEXTS = st.sampled_from(["a", "a b", "", "é", "x" * 129, " ", "\u0000", "true"]) | st.text(max_size=4)
ODDS = st.none() | st.booleans() | st.integers() | TEXTS
PARTS = st.dictionaries(
    st.sampled_from(["value", "type", "primary", "display", "country", "$ref", "VALUE"]),
    ODDS | st.booleans(),
    max_size=3,
)
VALUES = ODDS | PARTS | st.lists(PARTS | ODDS, max_size=2) | st.dictionaries(st.just("manager"), PARTS | ODDS)
CHANGES = st.dictionaries(
    st.sampled_from([*USER.parts, "UserName", "shoeSize"]) | st.text(max_size=3), VALUES, max_size=3
)


@settings(max_examples=200, deadline=None)
@given(CHANGES, st.sampled_from(sorted(PROFILES.profiles)), st.booleans())
def test_both_ways_come_to_the_same(change, profile, spaced):
    """Whatever differs from a usual user is kept, or refused, as it would be without the short way."""
    quirks = PROFILES.choose(profile)
    body = PERSON | change
    assert outcome(body, quirks, spaced=spaced) == part_by_part(body, quirks, spaced=spaced)


DOCUMENTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.sampled_from(["", "a", 'a"', "\\", "é"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(st.tuples(st.sampled_from(["a", "b", 'c"', "é"]), inner), max_size=3).map(tuple)
    ),
    max_leaves=8,
)


def written(document):
    """Write JSON; a tuple of pairs is an object, whose members may repeat."""
    if isinstance(document, tuple):
        return "{" + ", ".join(f"{json.dumps(name)}: {written(item)}" for name, item in document) + "}"
    if isinstance(document, list):
        return f"[{','.join(map(written, document))}]"
    return json.dumps(document, ensure_ascii=False)


def read(text, *, at_once):
    short = documents._read_at_once if at_once else lambda _: None
    with patch.object(documents, "_read_at_once", short):
        try:
            return json.dumps(documents.decode(text.encode()))
        except ValueError:
            return "refused"


@settings(max_examples=200, deadline=None)
@given(DOCUMENTS.map(written))
def test_a_document_read_at_once_is_read_as_strictly(text):
    """A member given twice, and all else that is no strict JSON, is found both ways."""
    assert read(text, at_once=True) == read(text, at_once=False)
