"""Quirk tables: what a row must say, what a profile chooses, and which quirks a world asked for."""

import itertools
import textwrap

import pytest

from harness.base.errors import HarnessError
from harness.base.quirks import Quirk, QuirkTable, load_table

TABLE = """
    profiles:
      aws-sso-2020: {year: 2020}
      identity-center: {year: 2026}
    sources:
      guide: {title: The guide, url: "https://docs.example/guide", section: Lists, read: 2026-11-20}
    quirks:
      single-valued-lists:
        sentence: A list attribute takes one element.
        source: guide
        values: {aws-sso-2020: true, identity-center: false}
        proof: scenarios/phones.yaml
      page-size:
        sentence: A page holds so many results.
        source: guide
        values: {aws-sso-2020: 50, identity-center: 0}
        proof: scenarios/pages.yaml
      no-post-for-search:
        sentence: Searching is a GET.
        source: guide
        values: true
        proof: scenarios/search.yaml
        inferred: true
"""
_numbers = itertools.count()


@pytest.fixture
def table_of(tmp_path, monkeypatch):
    """Load a table from YAML text, as `load_table` finds it in a package."""
    monkeypatch.syspath_prepend(tmp_path)

    def load(text: str) -> QuirkTable:
        package = f"quirky_{next(_numbers)}"
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
        (tmp_path / package / "quirks.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
        return load_table(package)

    return load


@pytest.fixture
def table(table_of):
    return table_of(TABLE)


def test_a_row_says_what_where_and_how_proven(table):
    """Everything `harness explain` prints is read from the file, the source looked up by name."""
    assert table.rows["single-valued-lists"] == Quirk(
        id="single-valued-lists",
        sentence="A list attribute takes one element.",
        source="The guide",
        url="https://docs.example/guide",
        section="Lists",
        read="2026-11-20",
        values={"aws-sso-2020": True, "identity-center": False},
        proof="scenarios/phones.yaml",
        inferred=False,
    )
    assert table.profiles["aws-sso-2020"] == {"year": 2020}


def test_a_row_may_name_a_passage_of_its_own(table_of):
    """A page has several."""
    rows = table_of(
        TABLE.replace("        values: true\n", "        section: Searching\n        values: true\n")
    ).rows
    assert (rows["no-post-for-search"].section, rows["page-size"].section) == ("Searching", "Lists")


@pytest.mark.parametrize("key", ["section: Lists", "read: 2026-11-20"])
def test_a_source_without_passage_or_day_is_refused(table_of, key):
    """What cannot be looked up again is no source."""
    name = key.partition(":")[0]
    with pytest.raises(
        HarnessError, match=rf"the source 'guide' of quirk 'single-valued-lists' of \w+ needs {name}"
    ):
        table_of(TABLE.replace(f", {key}", ""))


def test_one_value_holds_for_every_profile(table):
    """A plain value needs no table, and `inferred` is remembered."""
    row = table.rows["no-post-for-search"]
    assert row.values == {"aws-sso-2020": True, "identity-center": True}
    assert row.inferred


@pytest.mark.parametrize(
    "values", ["{aws-sso-2020: true}", "{aws-sso-2020: 1, identity-center: 2, identity-centre: 3}", "{}"]
)
def test_a_row_speaks_for_every_profile_and_no_other(table_of, values):
    """A forgotten profile or a misspelt one is refused with the row's name and the profiles wanted."""
    text = TABLE.replace("{aws-sso-2020: true, identity-center: false}", values)
    with pytest.raises(HarnessError, match=r"single-valued-lists.*aws-sso-2020, identity-center"):
        table_of(text)


def test_a_profile_chooses_the_values(table):
    """Each profile gives its own value for the same quirk."""
    assert table.choose("aws-sso-2020")["page-size"] == 50
    assert table.choose("identity-center")["page-size"] == 0
    assert table.choose("identity-center").profile == "identity-center"


def test_an_unknown_profile_is_refused_with_the_nearest(table):
    """A slip of the pen gets a suggestion, a wild guess all that there are."""
    with pytest.raises(HarnessError, match=r"unknown profile 'aws-sso-2021'; did you mean 'aws-sso-2020'\?"):
        table.choose("aws-sso-2021")
    with pytest.raises(
        HarnessError, match=r"unknown profile 'okta'; there are: aws-sso-2020, identity-center$"
    ):
        table.choose("okta")


def test_an_unknown_quirk_is_refused_with_the_nearest(table):
    """Flipping what nobody wrote is a mistake, not a wish."""
    with pytest.raises(HarnessError, match=r"unknown quirk 'page_size'; did you mean 'page-size'\?"):
        table.choose("aws-sso-2020", {"page_size": 10})


def test_a_flip_changes_one_quirk_in_one_world(table):
    """The flipped world differs in that one value, and the table is as it was."""
    flipped = table.choose("aws-sso-2020", {"single-valued-lists": False})
    assert flipped["single-valued-lists"] is False
    assert flipped["page-size"] == 50
    assert table.choose("aws-sso-2020")["single-valued-lists"] is True


def test_a_quirk_fires_when_asked_for_and_in_force(table):
    """Reports list what shaped the run: not what was never asked, nor what is switched off; zero is a value."""
    world = table.choose("identity-center")
    assert world.fired == set()
    for name in ("single-valued-lists", "page-size"):
        world[name]
    assert world.fired == {"page-size"}
    assert table.choose("identity-center").fired == set()


def test_asking_for_what_no_row_says_is_a_programming_error(table):
    """Code cannot invent a quirk."""
    with pytest.raises(KeyError):
        table.choose("aws-sso-2020")["nobody-wrote-this"]
