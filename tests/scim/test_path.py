"""Attribute paths: those of RFC 7644 and of Azure AD are read; reading, writing and removing agree with each other."""

import copy
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.scim.filter import Comparison
from harness.scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER
from harness.scim.path import (
    Path,
    PathError,
    get,
    key_of,
    matches,
    parse_path,
    read,
    remove,
    spelled_alike,
    write,
)

WORK = (Comparison("type", "eq", "work"),)


class TestParsing:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            # RFC 7644, section 3.5.2
            ("members", Path(None, "members")),
            ("name.familyName", Path(None, "name", None, "familyName")),
            ('addresses[type eq "work"]', Path(None, "addresses", WORK)),
            (
                'members[value eq "2819c223-7f76-453a-919d-413861904646"]',
                Path(None, "members", (Comparison("value", "eq", "2819c223-7f76-453a-919d-413861904646"),)),
            ),
            (
                'members[value eq "2819c223"].displayName',
                Path(None, "members", (Comparison("value", "eq", "2819c223"),), "displayName"),
            ),
            (
                'emails[type eq "work" and primary eq true].value',
                Path(None, "emails", (*WORK, Comparison("primary", "eq", True)), "value"),
            ),
            ("members.$ref", Path(None, "members", None, "$ref")),
            # Azure AD
            ("active", Path(None, "active")),
            ('emails[type eq "work"].value', Path(None, "emails", WORK, "value")),
            ('addresses[type eq "work"].locality', Path(None, "addresses", WORK, "locality")),
            (
                'phoneNumbers[type eq "mobile"].value',
                Path(None, "phoneNumbers", (Comparison("type", "eq", "mobile"),), "value"),
            ),
            (f"{ENTERPRISE_USER}:department", Path(ENTERPRISE_USER, "department")),
            (f"{ENTERPRISE_USER}:manager", Path(ENTERPRISE_USER, "manager")),
            (f"{ENTERPRISE_USER}:manager.displayName", Path(ENTERPRISE_USER, "manager", None, "displayName")),
            (f"{ENTERPRISE_USER}.manager", Path(ENTERPRISE_USER, "manager")),
            (ENTERPRISE_USER, Path(ENTERPRISE_USER, None)),
            # Spelling
            (ENTERPRISE_USER.upper() + ":Department", Path(ENTERPRISE_USER, "Department")),
            (ENTERPRISE_USER.lower(), Path(ENTERPRISE_USER, None)),
            # A core URN in front says nothing new
            (f"{CORE_USER}:userName", Path(None, "userName")),
            (f"{CORE_GROUP}:members", Path(None, "members")),
            (f'{CORE_USER}:emails[type eq "work"].value', Path(None, "emails", WORK, "value")),
            # Somebody else's extension
            (
                "urn:ietf:params:scim:schemas:extension:custom:2.0:User:badge.colour",
                Path("urn:ietf:params:scim:schemas:extension:custom:2.0:User", "badge", None, "colour"),
            ),
            (
                'urn:x:y:tags[value eq "urn:a:b"].type',
                Path("urn:x:y", "tags", (Comparison("value", "eq", "urn:a:b"),), "type"),
            ),
            # Brackets and quotes inside the filter's value
            ('tags[value eq "a]b"].type', Path(None, "tags", (Comparison("value", "eq", "a]b"),), "type")),
        ],
    )
    def test_a_path_is_read(self, text, expected):
        """Schema, attribute, filter and sub-attribute each land in their place."""
        assert parse_path(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            ".",
            "name.",
            ".givenName",
            "name.given.more",
            "name givenName",
            "1name",
            "emails[",
            "emails[]",
            "emails[type]",
            'emails[type eq "work"',
            'emails[type eq "work"]value',
            'emails[type eq "work"].',
            'emails[type eq "work"].a.b',
            'emails[type eq "work"][primary eq true]',
            'emails[type or "work"]',
            '[type eq "work"]',
            'name.x[type eq "work"]',
            f"{ENTERPRISE_USER}:",
            f"{ENTERPRISE_USER}:manager.",
            "urn:",
            "members\n",
            "имя",
        ],
    )
    def test_what_is_no_path_is_refused(self, text):
        """The message repeats the text."""
        with pytest.raises(PathError) as caught:
            parse_path(text)
        assert str(caught.value).startswith(f"'{text}' is not an attribute path")

    def test_a_bad_filter_says_what_is_wrong_with_it(self):
        """The filter's own message, with its column, is part of the path's."""
        with pytest.raises(PathError, match="expected 'and', found 'or' at column 16"):
            parse_path('emails[type eq "work" or type eq "home"]')

    @given(st.text(max_size=30))
    def test_any_text_is_a_path_or_a_path_error(self, text):
        """Nothing else is raised."""
        with suppress(PathError):
            assert isinstance(parse_path(text), Path)


USER = {
    "schemas": [CORE_USER, ENTERPRISE_USER],
    "userName": "ana@contoso.com",
    "name": {"givenName": "Ana", "familyName": "Ruiz"},
    "emails": [
        {"type": "home", "value": "ana@home.example"},
        {"type": "work", "value": "ana@contoso.com", "primary": True},
    ],
    ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "7", "displayName": "Zoë"}},
}


@pytest.fixture
def user():
    return copy.deepcopy(USER)


class TestReading:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("userName", "ana@contoso.com"),
            ("USERNAME", "ana@contoso.com"),
            ("name.givenName", "Ana"),
            ("Name.FAMILYNAME", "Ruiz"),
            ("name", {"givenName": "Ana", "familyName": "Ruiz"}),
            ('emails[type eq "work"].value', "ana@contoso.com"),
            ('emails[TYPE eq "WORK"].value', "ana@contoso.com"),
            ("emails[primary eq true].value", "ana@contoso.com"),
            ('emails[primary eq "True"].value', "ana@contoso.com"),
            ('emails[type eq "home"]', {"type": "home", "value": "ana@home.example"}),
            (f"{ENTERPRISE_USER}:manager.displayName", "Zoë"),
            (ENTERPRISE_USER.lower() + ":department", "Sales"),
            (f"{CORE_USER}:userName", "ana@contoso.com"),
        ],
    )
    def test_a_value_is_found(self, user, text, value):
        """Names match in any case, filters by the text of the value, booleans as Azure AD writes them too."""
        assert read(user, parse_path(text)) == value
        assert user == USER

    def test_an_extension_is_found_whole(self, user):
        """The bare URN stands for all of the extension."""
        assert read(user, parse_path(ENTERPRISE_USER)) == USER[ENTERPRISE_USER]

    @pytest.mark.parametrize(
        "text",
        [
            "nickName",
            "name.middleName",
            "userName.value",
            'emails[type eq "other"].value',
            'emails[type eq "work"].display',
            'emails[type ne "work"].value',
            'name[type eq "work"].value',
            f"{ENTERPRISE_USER}:costCenter",
            f"{ENTERPRISE_USER}:department.x",
            "urn:x:y:z",
        ],
    )
    def test_what_is_not_there_is_none(self, user, text):
        """Absence is no error, wherever on the way it begins."""
        assert read(user, parse_path(text)) is None

    def test_spelling_is_the_stored_one(self):
        """The exact spelling is preferred, then any; an unknown name is its own."""
        resource = {"USERNAME": 1, "userName": 2}
        assert (key_of(resource, "userName"), key_of(resource, "username")) == ("userName", "USERNAME")
        assert key_of(resource, "title") == "title"
        assert (get(resource, "userName"), get(resource, "title")) == (2, None)

    def test_only_equality_matches(self):
        """A filter with another operator, or on an absent attribute, selects nothing."""
        assert matches({"type": "work"}, WORK)
        assert not matches({"type": "work"}, (Comparison("type", "co", "wor"),))
        assert not matches({"value": "x"}, WORK)
        assert not matches("work", WORK)
        assert not matches({"type": None}, (Comparison("type", "eq", None),))


class TestWriting:
    @pytest.mark.parametrize(
        ("text", "value", "expected"),
        [
            ("active", False, {"active": False}),
            ("name.givenName", "Ana", {"name": {"givenName": "Ana"}}),
            ('emails[type eq "work"].value', "a@b.c", {"emails": [{"type": "work", "value": "a@b.c"}]}),
            (
                'emails[type eq "work" and primary eq true].value',
                "a@b.c",
                {"emails": [{"type": "work", "primary": True, "value": "a@b.c"}]},
            ),
            (
                'addresses[type eq "work"]',
                {"locality": "Bilbao"},
                {"addresses": [{"type": "work", "locality": "Bilbao"}]},
            ),
            (f"{ENTERPRISE_USER}:department", "Sales", {ENTERPRISE_USER: {"department": "Sales"}}),
            (
                f"{ENTERPRISE_USER}:manager.value",
                "7",
                {ENTERPRISE_USER: {"manager": {"value": "7"}}},
            ),
            (ENTERPRISE_USER, {"department": "Sales"}, {ENTERPRISE_USER: {"department": "Sales"}}),
        ],
    )
    def test_what_leads_there_is_made(self, text, value, expected):
        """In an empty resource, the extension, the complex value and the filtered element come into being."""
        resource = {}
        write(resource, parse_path(text), value)
        assert resource == expected

    def test_what_is_there_is_replaced_under_its_spelling(self, user):
        """Writing in another case makes no second attribute."""
        for text in ("USERNAME", "name.GIVENNAME", 'EMAILS[type eq "WORK"].VALUE'):
            write(user, parse_path(text), "new")
        write(user, parse_path(ENTERPRISE_USER.upper() + ":DEPARTMENT"), "new")
        expected = copy.deepcopy(USER)
        expected["userName"] = expected["name"]["givenName"] = expected["emails"][1]["value"] = "new"
        expected[ENTERPRISE_USER]["department"] = "new"
        assert user == expected

    def test_an_extension_written_whole_is_merged(self, user):
        """What the new value does not mention stays."""
        write(user, parse_path(ENTERPRISE_USER), {"department": "Law"})
        assert user[ENTERPRISE_USER] == {**USER[ENTERPRISE_USER], "department": "Law"}


class TestRemoving:
    @pytest.mark.parametrize(
        ("text", "gone"),
        [
            ("USERNAME", lambda user: user.pop("userName")),
            ("name.givenName", lambda user: user["name"].pop("givenName")),
            ("name", lambda user: user.pop("name")),
            ("emails", lambda user: user.pop("emails")),
            ('emails[type eq "work"]', lambda user: user["emails"].pop(1)),
            ('emails[type eq "WORK"].VALUE', lambda user: user["emails"][1].pop("value")),
            (f"{ENTERPRISE_USER}:department", lambda user: user[ENTERPRISE_USER].pop("department")),
            (f"{ENTERPRISE_USER}:manager.value", lambda user: user[ENTERPRISE_USER]["manager"].pop("value")),
            (ENTERPRISE_USER, lambda user: user.pop(ENTERPRISE_USER)),
            ("nickName", lambda _: None),
            ('emails[type eq "other"].value', lambda _: None),
            ("name.middleName", lambda _: None),
            ("urn:x:y:z", lambda _: None),
        ],
    )
    def test_that_goes_and_nothing_else(self, user, text, gone):
        """The value at the path disappears; absent ones are fine."""
        expected = copy.deepcopy(USER)
        gone(expected)
        remove(user, parse_path(text))
        assert user == expected

    @pytest.mark.parametrize(
        ("resource", "text"),
        [
            ({"name": {"givenName": "Ana"}}, "name.givenName"),
            ({"emails": [{"type": "work"}]}, 'emails[type eq "work"]'),
            ({"emails": [{"type": "work"}]}, 'emails[type eq "work"].type'),
            ({ENTERPRISE_USER: {"department": "Sales"}}, f"{ENTERPRISE_USER}:department"),
            ({ENTERPRISE_USER: {"manager": {"value": "7"}}}, f"{ENTERPRISE_USER}:manager.value"),
        ],
    )
    def test_containers_left_empty_go_too(self, resource, text):
        """No empty name, list element, list or extension stays behind."""
        remove(resource, parse_path(text))
        assert resource == {}

    def test_every_matching_element_goes(self):
        """Two equal members are both the one that was to be removed."""
        resource = {"members": [{"value": "1"}, {"value": "2"}, {"value": "1"}]}
        remove(resource, parse_path('members[value eq "1"]'))
        assert resource == {"members": [{"value": "2"}]}


# Properties: any path, on any resource, however odd.

NAMES = st.sampled_from(["userName", "name", "emails", "value", "display", "schemas"])
CONDITIONS = st.lists(
    st.builds(
        Comparison,
        st.sampled_from(["type", "primary"]),
        st.just("eq"),
        st.sampled_from(["work", "home", True, False, 1, "é"]),
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda term: term.attribute,
).map(tuple)
SCHEMAS = st.sampled_from([None, None, ENTERPRISE_USER, "urn:x:y"])
PATHS = st.one_of(
    st.builds(Path, SCHEMAS, NAMES),
    st.builds(Path, SCHEMAS, NAMES, st.none(), NAMES),
    st.builds(Path, SCHEMAS, NAMES, CONDITIONS, NAMES),
)


def resources(*names: str) -> st.SearchStrategy[dict]:
    """JSON objects with members of such names, of any type and depth."""
    members = st.sampled_from(names)
    plain = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3))
    anything = st.recursive(
        plain,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(members, inner, max_size=4)),
        max_leaves=15,
    )
    return st.dictionaries(members, anything, max_size=5)


RESOURCES = resources(
    "USERNAME", "name", "emails", "Value", "type", "primary", "", ENTERPRISE_USER, "urn:x:y"
)
ODD_RESOURCES = resources(
    "userName", "USERNAME", "Emails", "emails", "value", "VALUE", "type", "Type", "urn:X:y"
)
VALUES = st.one_of(st.text(min_size=1, max_size=3), st.booleans(), st.integers())


@given(RESOURCES, PATHS, VALUES)
def test_what_was_written_is_read(resource, path, value):
    """Whatever stood in the way, the value is there afterwards."""
    write(resource, path, value)
    assert read(resource, path) == value


@given(RESOURCES, PATHS, VALUES)
def test_writing_twice_is_writing_once(resource, path, value):
    """The second time finds everything in place."""
    write(resource, path, value)
    before = copy.deepcopy(resource)
    write(resource, path, value)
    assert resource == before


@given(RESOURCES, PATHS, VALUES)
def test_what_was_removed_is_gone(resource, path, value):
    """Write, remove, read: nothing; removing once more changes nothing."""
    write(resource, path, value)
    remove(resource, path)
    assert read(resource, path) is None
    before = copy.deepcopy(resource)
    remove(resource, path)
    assert resource == before


def apart(one: Path, other: Path) -> bool:
    """Tell whether neither of two paths leads through the other, nor to the same element and name."""
    if (one.schema, one.attribute) != (other.schema, other.attribute):
        return True
    if one.sub is None or other.sub is None or (one.where is None) != (other.where is None):
        return False
    if one.where == other.where:
        return one.sub != other.sub
    return not set(map(str, one.where)) & set(map(str, other.where))


@given(PATHS, PATHS, VALUES, VALUES)
def test_writing_one_path_does_not_disturb_another(one, other, first, second):
    """Two paths that lie apart keep their own values."""
    assume(apart(one, other))
    resource = {}
    write(resource, one, first)
    write(resource, other, second)
    assert (read(resource, one), read(resource, other)) == (first, second)


@given(st.lists(st.tuples(PATHS, VALUES), max_size=8))
def test_where_names_are_spelled_alike_no_other_need_be_looked_for(writes):
    """A resource made of such paths alone is the same either way."""
    assert spelled_alike(path for path, _ in writes)
    searched, exact = {}, {}
    for path, value in writes:
        write(searched, path, value)
        write(exact, path, value, exact=True)
    assert exact == searched
    assert list(exact) == list(searched)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("title", "Title"),
        ("name.givenName", "Name.familyName"),
        ("name.givenName", "name.GivenName"),
        ('emails[type eq "work"].value', 'emails[Type eq "home"].value'),
        ("urn:x:y:z", "urn:X:y:other"),
    ],
)
def test_one_name_in_two_spellings_must_be_looked_for(one, other):
    """Each of the paths has a name that the other spells otherwise."""
    assert not spelled_alike([parse_path(one), parse_path(other)])


@given(st.one_of(RESOURCES, ODD_RESOURCES), PATHS, VALUES)
def test_no_resource_is_too_odd(resource, path, value):
    """Reading changes nothing, and nothing raises, whatever types and twofold spellings stand in the way."""
    before = copy.deepcopy(resource)
    read(resource, path)
    assert resource == before
    remove(resource, path)
    write(resource, path, value)


@given(RESOURCES, st.sampled_from([ENTERPRISE_USER, "urn:x:y"]), st.dictionaries(NAMES, VALUES, min_size=1))
def test_an_extension_is_written_and_removed_whole(resource, schema, value):
    """All of the value is there afterwards, and after removal nothing of the extension."""
    path = Path(schema, None)
    write(resource, path, value)
    assert read(resource, path).items() >= value.items()
    remove(resource, path)
    assert read(resource, path) is None
