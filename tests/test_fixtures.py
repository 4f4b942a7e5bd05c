"""The people and groups that scenarios begin with: consistent, fictitious, and as odd as their comments promise."""

import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.directory.populate import populate
from harness.azure_ad.directory.properties import table
from harness.base.clock import VirtualClock
from harness.base.ids import Ids
from harness.base.sqlite import Database
from harness.scenario.language.schema import schema

FIXTURES = Path(__file__).parents[1] / "fixtures"
TEXT = {path.name: path.read_text(encoding="utf-8") for path in sorted(FIXTURES.glob("*.yaml"))}
DATA = {name: yaml.load(text, yaml.CSafeLoader) for name, text in TEXT.items()}
PHONES = ("mobilePhone", "businessPhones", "faxNumber")
CONTOSO = DATA["contoso.yaml"]

each_fixture = pytest.mark.parametrize("name", DATA)


def numbers(user: dict) -> list[str]:
    return [
        number
        for key in PHONES
        if key in user
        for number in (user[key] if isinstance(user[key], list) else [user[key]])
    ]


def texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


def user(principal: str) -> dict:
    (found,) = [user for user in CONTOSO["users"] if user["userPrincipalName"].startswith(principal)]
    return found


def group(name: str) -> dict:
    (found,) = [group for group in CONTOSO["groups"] if group["displayName"] == name]
    return found


class TestConsistency:
    @each_fixture
    def test_a_fixture_opens_with_what_it_is(self, name):
        """The first line is a comment for people."""
        assert TEXT[name].startswith("# ")
        assert DATA[name].keys() == {"users", "groups"}

    @each_fixture
    def test_every_property_is_one_azure_ad_has(self, name):
        """Names are Microsoft Graph's, values of the type it gives them; no number or date slips in unquoted."""
        types = {"string": str, "boolean": bool, "list": list, "object": dict}
        for kind, key, links in (("User", "users", {"manager"}), ("Group", "groups", {"members"})):
            rows = table()[kind]
            for entry in DATA[name][key]:
                given = {item: value for item, value in entry.items() if item not in links}
                assert given.keys() <= rows.keys()
                assert not [
                    item for item, value in given.items() if type(value) is not types[rows[item]["type"]]
                ]

    @each_fixture
    @pytest.mark.parametrize("key", ["userPrincipalName", "mail", "employeeId", "mailNickname"])
    def test_what_identifies_a_person_is_unique(self, name, key):
        """No two people share it, whatever the case."""
        values = [user[key].casefold() for user in DATA[name]["users"] if key in user]
        assert len(values) == len(set(values))

    @each_fixture
    def test_groups_are_told_apart(self, name):
        """Members are named by displayName, so that must be unique, and no user's name."""
        names = [group["displayName"].casefold() for group in DATA[name]["groups"]]
        assert len(names) == len(set(names))
        assert not set(names) & {user["userPrincipalName"].casefold() for user in DATA[name]["users"]}

    @each_fixture
    def test_members_exist(self, name):
        """Every member is a person or group of the file, and none is listed twice."""
        known = {user["userPrincipalName"] for user in DATA[name]["users"]}
        known |= {group["displayName"] for group in DATA[name]["groups"]}
        for entry in DATA[name]["groups"]:
            assert set(entry["members"]) <= known
            assert len(set(entry["members"])) == len(entry["members"])

    @each_fixture
    def test_managers_exist_and_lead_to_the_top(self, name):
        """Every manager is a person of the file, and no chain of managers goes round."""
        managers = {user["userPrincipalName"]: user.get("manager") for user in DATA[name]["users"]}
        for person, above in managers.items():
            chain = {person}
            while above is not None:
                assert above in managers
                assert above not in chain
                chain.add(above)
                above = managers[above]  # noqa: PLW2901 - one step up

    @each_fixture
    def test_everybody_is_listed_with_what_a_list_shows(self, name):
        """Name, account state and kind are there for each person; a group has all it needs."""
        for person in DATA[name]["users"]:
            assert {"userPrincipalName", "displayName", "mailNickname", "accountEnabled", "userType"} <= set(
                person
            )
        for entry in DATA[name]["groups"]:
            assert {"displayName", "description", "mailNickname", "securityEnabled", "members"} == set(entry)

    @each_fixture
    def test_the_directory_takes_it(self, name):
        """Azure AD, as imitated, accepts every person, manager and member, and the language of scenarios the whole."""
        validator = Draft202012Validator({"$defs": schema()["$defs"], "$ref": "#/$defs/fixture"})
        assert not list(validator.iter_errors(DATA[name]))
        clock, database = VirtualClock(datetime(2020, 3, 31, tzinfo=UTC)), Database()
        store = database.tenant("contoso")
        populate(store, Directory(store, clock, Ids("fixtures")), DATA[name])
        assert store.count("User") == len(DATA[name]["users"])
        assert store.count("Group") == len(DATA[name]["groups"])
        database.close()

    def test_the_small_one_is_a_part_of_the_large(self):
        """A scenario may move from one to the other: the same people have the same data, as far as it goes."""
        for person in DATA["small.yaml"]["users"]:
            same = user(person["userPrincipalName"])
            given = {key: value for key, value in person.items() if key != "manager"}
            assert {key: same.get(key) for key in given} == given
        assert [len(DATA["small.yaml"][key]) for key in ("users", "groups")] == [4, 2]


class TestFiction:
    @each_fixture
    def test_nobody_lives_in_a_real_domain(self, name):
        """Whatever looks like an address ends in Contoso's two domains."""
        for text in texts(DATA[name]):
            for domain in re.findall(r"@([\w.-]+)", text):
                assert domain in {"contoso.com", "contoso.onmicrosoft.com"}
            assert "http" not in text

    @each_fixture
    def test_nobody_has_a_real_number(self, name):
        """All numbers are from ranges kept for fiction: 555-01xx, and 020 7946 0xxx of London (Ofcom)."""
        for person in DATA[name]["users"]:
            for number in numbers(person):
                assert re.fullmatch(r"\+1 \d{3} 555 01\d\d|\+44 20 7946 0\d{3}", number), number


class TestOddities:
    """Scenarios rely on these; each is marked by a comment in the file."""

    def test_there_are_enough_people_and_groups(self):
        """About forty people and ten groups."""
        assert len(CONTOSO["users"]) >= 40
        assert len(CONTOSO["groups"]) >= 10

    def test_phones_are_rare(self):
        """Three people have three numbers and are marked; a few have one; most have none; nobody has two."""
        counts = {person["userPrincipalName"]: len(numbers(person)) for person in CONTOSO["users"]}
        three = {name for name, count in counts.items() if count == 3}
        assert three == {f"{name}@contoso.com" for name in ("megan.bowen", "alex.wilber", "ines.echeverria")}
        assert three == set(group("Marketing")["members"])
        assert all(set(PHONES) <= set(user(name)) for name in three)
        assert 5 <= list(counts.values()).count(1) <= 8
        assert list(counts.values()).count(0) > len(counts) / 2
        assert set(counts.values()) == {0, 1, 3}
        assert TEXT["contoso.yaml"].count("# THREE PHONES") == 4

    def test_some_names_are_incomplete(self):
        """AWS SSO refuses users without first or last name: a few of each, everybody else has both."""
        incomplete = {
            person["userPrincipalName"].partition("@")[0]: ("givenName" in person, "surname" in person)
            for person in CONTOSO["users"]
            if not {"givenName", "surname"} <= set(person)
        }
        assert incomplete == {
            "sukarno": (True, False),
            "bjork": (True, False),
            "reception.seattle": (False, True),
            "yamamoto": (False, True),
            "backup.service": (False, False),
        }

    @pytest.mark.parametrize(
        ("principal", "script"),
        [
            ("taro.yamada", "CJK"),
            ("yulia.smirnova", "CYRILLIC"),
            ("mohammed.alfarsi", "ARABIC"),
            ("minjun.kim", "HANGUL"),
            ("nikos.papadopoulos", "GREEK"),
            ("anita.sharma", "DEVANAGARI"),
            ("somchai.jaidee", "THAI"),
            ("sarah.levi", "HEBREW"),
        ],
    )
    def test_many_scripts_are_written(self, principal, script):
        """First and last name, as their bearers write them."""
        for key in ("givenName", "surname", "displayName"):
            assert any(script in unicodedata.name(letter) for letter in user(principal)[key])

    def test_accents_come_composed_and_decomposed(self):
        """One person's accents are separate code points, everybody else's are not."""
        assert "e\u0301" in user("amelie.dufresne")["givenName"]
        decomposed = {
            person["userPrincipalName"]
            for person in CONTOSO["users"]
            if any(not unicodedata.is_normalized("NFC", text) for text in texts(person))
        }
        assert decomposed == {"amelie.dufresne@contoso.com"}

    def test_names_have_signs_in_them(self):
        """The straight apostrophe, the curly one, the ʻokina and the hyphen are four characters."""
        assert user("siobhan.o'connor")["surname"] == "O'Connor-Ní Bhriain"
        assert "\u2019" in user("fatou")["surname"]
        assert "\u02bb" in user("kealoha")["surname"]

    def test_an_emoji_is_beyond_the_basic_plane(self):
        """Including one of several code points."""
        assert "👩🏽\u200d💻" in user("priya")["displayName"]

    def test_names_are_long_and_short(self):
        """One displayName of about 180 characters, and names of a single letter."""
        assert 170 <= max(len(person["displayName"]) for person in CONTOSO["users"]) <= 190
        assert (user("u.o")["givenName"], user("u.o")["surname"]) == ("U", "O")

    def test_a_guest_and_a_disabled_account(self):
        """One of each, both in a group."""
        guests = [person for person in CONTOSO["users"] if person["userType"] == "Guest"]
        disabled = [person for person in CONTOSO["users"] if not person["accountEnabled"]]
        assert ["#EXT#" in person["userPrincipalName"] for person in guests] == [True]
        assert len(disabled) == 1
        for person in guests + disabled:
            assert person["userPrincipalName"] in group("AWS Billing")["members"]

    def test_two_people_have_one_name(self):
        """A displayName identifies nobody."""
        names = [person["displayName"] for person in CONTOSO["users"]]
        assert [name for name in set(names) if names.count(name) > 1] == ["John Smith"]

    def test_groups_are_of_every_kind(self):
        """Twelve members, none, a group inside, one that is no security group, names beyond ASCII."""
        assert len(group("AWS Developers")["members"]) == 12
        assert group("AWS Break-Glass")["members"] == []
        assert "AWS Developers" in group("AWS Read-Only")["members"]
        assert [entry["displayName"] for entry in CONTOSO["groups"] if not entry["securityEnabled"]] == [
            "All Staff Announcements"
        ]
        assert sum(not entry["displayName"].isascii() for entry in CONTOSO["groups"]) >= 3

    def test_norway_is_a_text(self):
        """`NO` without quotes is false in older YAML."""
        assert user("ingrid.odegard")["usageLocation"] == "NO"
