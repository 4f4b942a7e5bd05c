"""What a person with a failed sync is told: the cause, the target's event, the mappings that matter, the remedy."""

from __future__ import annotations

import pytest

from harness.remedies.advice import Mapping, advice
from harness.remedies.target import TargetEvent

PHONES = [
    Mapping("telephoneNumber", 'phoneNumbers[type eq "work"].value'),
    Mapping("mobile", 'phoneNumbers[type eq "mobile"].value'),
    Mapping("facsimileTelephoneNumber", 'phoneNumbers[type eq "fax"].value'),
    Mapping("surname", "name.familyName"),
]
LIMIT = "List attribute phoneNumbers exceeds allowed limit of 1"
OPAQUE = "BadRequest: Request is unparsable, syntactically incorrect, or violates schema."


def test_the_guides_own_remedy_names_the_mappings_that_sent_a_number() -> None:
    sent = {'phoneNumbers[type eq "work"].value', 'phoneNumbers[type eq "fax"].value'}
    words = advice([LIMIT], PHONES, sent=sent)
    assert words is not None
    assert words.cause == "AWS takes one value of phoneNumbers; the mapping sends 2."
    assert words.remedy.startswith("Delete the mappings of facsimileTelephoneNumber (")
    assert [each.source for each in words.mappings] == ["telephoneNumber", "facsimileTelephoneNumber"]


def test_what_the_target_logged_says_more_than_what_it_answered() -> None:
    event = TargetEvent("e", "CreateUser", "2026-03-02T08:00:00Z", "ValidationException", LIMIT)
    opaque, told = advice([OPAQUE], PHONES), advice([OPAQUE], PHONES, event)
    assert opaque is not None
    assert opaque.attribute == ""
    assert told is not None
    assert (told.attribute, told.event) == ("phoneNumbers", event)


@pytest.mark.parametrize(
    ("sentence", "mappings"),
    [
        (
            "Value at 'name.familyName' failed to satisfy constraint: Member must have length greater than or equal to 1",
            ["surname"],
        ),
        (
            "Value at 'displayName' failed to satisfy constraint: Member must have length greater than or equal to 1",
            [],
        ),
    ],
)
def test_only_what_fills_the_attribute_is_named(sentence: str, mappings: list[str]) -> None:
    words = advice([sentence], PHONES)
    assert words is not None
    assert [each.source for each in words.mappings] == mappings


def test_of_a_text_that_no_table_knows_nothing_is_said() -> None:
    assert advice(["the printer is on fire"], PHONES) is None


NAMES = [
    Mapping('Join(" ", [givenName], [surname])', "name.formatted"),
    Mapping("surname", "name.familyName"),
    Mapping("mail", 'emails[type eq "work"].value'),
]
PATTERN = "Value at '{}' failed to satisfy constraint: Member must satisfy regular expression pattern: [x]+"


@pytest.mark.parametrize(
    ("text", "attribute", "mapping", "words"),
    [
        (
            "; ".join(PATTERN.format(name) for name in ("name.formatted", "name.familyName")),
            "name.familyName",
            "surname",
            "Retype surname",
        ),
        (
            "No value for what the target requires: name.familyName",
            "name.familyName",
            "surname",
            "Fill in surname",
        ),
        ("Duplicate Email", "emails", "mail", "another e-mail address"),
    ],
)
def test_of_what_a_text_names_the_attribute_with_a_plain_mapping_is_spoken_of(
    text: str, attribute: str, mapping: str, words: str
) -> None:
    spoken = advice([text], NAMES)
    assert spoken is not None
    assert (spoken.attribute, [each.source for each in spoken.mappings]) == (attribute, [mapping])
    assert words in spoken.remedy


def test_an_attribute_is_blamed_for_its_own_constraint() -> None:
    empty = "Value at 'name.familyName' failed to satisfy constraint: Member must have length greater than or equal to 1"
    spoken = advice([f"{PATTERN.format('displayName')}; {empty}"], NAMES)
    assert spoken is not None
    assert spoken.attribute == "name.familyName"


def test_a_filter_is_said_with_what_it_reads() -> None:
    spoken = advice(["a scoping filter keeps it out: department EQUALS 'IT';"], NAMES)
    assert spoken is not None
    assert "or department of these users" in spoken.remedy
