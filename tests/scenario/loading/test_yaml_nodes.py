"""YAML as we read it: which scalars are more than text, and where everything stands."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.scenario.loading.source import ScenarioError, Source
from harness.scenario.loading.yaml_nodes import MAX_DEPTH, parse


def value(text: str) -> Any:
    return parse(Source("x.yaml", text)).value


@pytest.mark.parametrize(
    "word",
    ["yes", "NO", "on", "off", "y", "12:30:45", "2020-09-01", "2020-09-01T08:00:00Z", "0x1f", "0o17", "007", "+5",
     "1_000", ".inf", ".nan", "1e5", "12e5", ".5", "5.", "=", "1.0e999"],
)  # fmt: skip
def test_what_looks_like_something_else_stays_text(word: str) -> None:
    """YAML 1.1's surprises, dates and codes are text."""
    assert value(f"a: {word}") == {"a": word}


@pytest.mark.parametrize(
    ("word", "meaning"),
    [("null", None), ("~", None), ("", None), ("true", True), ("False", False), ("0", 0), ("-12", -12), ("1.5", 1.5),
     ("-0.5e3", -500.0), ('"5"', "5"), ("'true'", "true"), ("!!str 5", "5")],
)  # fmt: skip
def test_the_core_scalars(word: str, meaning: object) -> None:
    """Null, booleans and decimal numbers are what they seem; quotes make text."""
    found = value(f"a: {word}")["a"]
    assert found == meaning
    assert type(found) is type(meaning)


def test_keys_are_text_whatever_they_look_like() -> None:
    """`1`, `true` and `null` are keys like any other."""
    assert value("{1: a, true: b, null: c}") == {"1": "a", "true": "b", "null": "c"}


def test_lines_and_columns_count_from_one() -> None:
    """Places are those an editor shows, behind a BOM and characters of several bytes too."""
    node = parse(Source("x.yaml", "é:\n  - ñ: [a, b]\n"))
    place = node.at(("é", 0, "ñ", 1))
    assert (place.line, place.column) == (2, 12)
    assert (node.key(("é", 0, "ñ")).line, node.key(("é", 0, "ñ")).column) == (2, 5)


def test_aliases_share_a_value() -> None:
    """An alias is the value it names."""
    assert value("{a: &x [1], b: *x}") == {"a": [1], "b": [1]}


def test_aliases_do_not_deepen_what_may_be_nested() -> None:
    """Depth is bounded even when each level borrows the one before."""
    lines = ["a0: &a0 [1]"]
    lines += [f"a{n}: &a{n} [[*a{n - 1}]]" for n in range(1, MAX_DEPTH)]
    with pytest.raises(ScenarioError, match="nested more than"):
        value("\n".join(lines))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=10,
)


@given(data=JSON.filter(lambda data: data is not None))
def test_json_is_yaml(data: object) -> None:
    """A JSON document, in ASCII escapes, reads as what it is."""
    # YAML has no pairs of surrogate escapes, so characters beyond the first plane are left out.
    text = json.dumps(data)
    if (
        "\\ud8" not in text.lower()
        and "\\ud9" not in text.lower()
        and "\\uda" not in text.lower()
        and "\\udb" not in text.lower()
    ):
        assert value(text) == data
