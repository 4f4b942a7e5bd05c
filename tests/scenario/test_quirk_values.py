"""Which values a quirk can be set to, by scenario files and by `harness serve --quirk`."""

import pytest

from harness.scenario.language.quirk_values import mistake, quirk_tables


def test_what_a_profile_has_can_be_set() -> None:
    """Every known value of every row is one that a flip may have."""
    for _, table in quirk_tables():
        for row in table.rows.values():
            assert [mistake(row.id, value) for value in row.values.values()] == [None, None]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("throttling", True),
        ("log-unassigned-users", False),
        ("escrow-days", 7),
        ("retry-after-seconds", 0),
        ("user-agent-header", "SCIM"),
        ("specific-details", []),
        ("primary-emails", []),
        ("escrow-hours", [0, 1]),
        ("expiry-notices", [[10, 1]]),
        ("trail-event-names", {"PutUser": "ReplaceUser"}),
    ],
)
def test_others_of_the_kind_can_be_set(name, value) -> None:
    assert mistake(name, value) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("throttling", 1),
        ("escrow-days", True),
        ("escrow-days", "7"),
        ("escrow-days", -1),
        ("cycle-interval-minutes", 0),
        ("retry-after-seconds", -1),
        ("user-agent-header", 3),
        ("specific-details", [1]),
        ("escrow-hours", []),
        ("escrow-hours", [0, -6]),
        ("expiry-notices", [10]),
        ("trail-event-names", {"PutUser": None}),
        ("trail-event-names", None),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(name, value) -> None:
    """Otherwise the engine breaks on it in the middle of a run, or a cycle never ends."""
    said = mistake(name, value)
    assert said is not None
    assert said.startswith(f"the quirk '{name}' takes such a value as ")
