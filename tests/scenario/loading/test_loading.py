"""Scenario files: what a good one becomes, and the exact words for every kind of bad one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.report.diagnostics import as_text, rejection_lines
from harness.scenario.language.schema import schema
from harness.scenario.loading import Scenario, ScenarioError, load, loader
from harness.scenario.loading.source import Mistake
from harness.scenario.loading.violations import violations
from harness.scenario.variables import substitute

HERE = Path(__file__).parents[1]
BAD = sorted((HERE / "bad").glob("*.yaml"))
ROOT = HERE.parents[1]

GOOD = """\
scenario: A wrong token fails the connection test
source: {title: Azure AD, url: "https://example.com/guide", section: Step 2}
tags: [setup, seed]
profile: aws-sso-2020
given:
  azure_ad:
    users:
      - {userPrincipalName: ana@contoso.com, mobile: +34600123456, postalCode: "08001", country: NO}
cases:
  - {case: wrong token, token: nope, result: failure, flag: true}
  - {case: right token, token: "${accessToken}", result: success, flag: false}
steps:
  - enable automatic provisioning:
    let: {accessToken: result.accessToken}
  - test connection: {secret token: "${token}"}
    expect: {result: "${result}"}
  - save notification settings: {send on failure: "${flag}", notification email: "${case}@contoso.com"}
  - wait: 40m
    name: A cycle later
"""


def write(folder: Path, text: str, name: str = "scenario.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def only(folder: Path, text: str) -> Scenario:
    (scenario,) = load(write(folder, text)).scenarios()
    return scenario


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_every_bad_file_is_refused_in_its_golden_words(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong, where, and how to mend it are a product: a changed word is a changed golden file."""
    monkeypatch.chdir(path.parent)
    with pytest.raises(ScenarioError) as caught:
        load(Path(path.name))
    text = as_text(rejection_lines(caught.value.rejection))
    assert path.with_suffix(".expected").read_text(encoding="utf-8") == text + "\n"


def test_no_golden_text_is_left_without_its_file() -> None:
    """Bad files and golden texts come in pairs."""
    assert {path.stem for path in BAD} == {path.stem for path in (HERE / "bad").glob("*.expected")}


def test_a_table_of_cases_gives_one_scenario_each(tmp_path: Path) -> None:
    """A case is a scenario of its own, named by the row."""
    path = write(tmp_path, GOOD)
    ids = [scenario.id for scenario in load(path).scenarios()]
    assert ids == [f"{path.as_posix()}[wrong token]", f"{path.as_posix()}[right token]"]


def test_a_column_keeps_its_type_when_it_is_the_whole_text(tmp_path: Path) -> None:
    """`${flag}` alone is a boolean, inside other text it is words."""
    wrong, right = load(write(tmp_path, GOOD)).scenarios()
    assert wrong.steps[2].arguments == {
        "send on failure": True,
        "notification email": "wrong token@contoso.com",
    }
    assert right.steps[2].arguments["send on failure"] is False


def test_captured_names_stay_for_the_runner(tmp_path: Path) -> None:
    """A name that an earlier step captures is left as written, even when a case column brings it in."""
    _, right = load(write(tmp_path, GOOD)).scenarios()
    assert right.steps[1].arguments == {"secret token": "${accessToken}"}


def test_directory_data_stays_text(tmp_path: Path) -> None:
    """NO is Norway, a leading plus is a telephone number and a leading zero a postal code."""
    scenario = load(write(tmp_path, GOOD)).scenarios()[0]
    (ana,) = scenario.given["azure_ad"]["users"]
    assert ana == {
        "userPrincipalName": "ana@contoso.com",
        "mobile": "+34600123456",
        "postalCode": "08001",
        "country": "NO",
    }


def test_every_value_knows_its_place(tmp_path: Path) -> None:
    """A scalar is pointed at itself, a mapping at its key, what is not written down at what surrounds it."""
    step = load(write(tmp_path, GOOD)).scenarios()[0].steps[1]
    assert (step.location.line, step.location.column) == (15, 5)
    place = step.at("expect", "result")
    assert (place.line, place.column) == (16, 22)
    assert step.at("expect", "result", "deeper") == place
    assert step.at("let", "nothing") == step.location


def test_given_is_complete(tmp_path: Path) -> None:
    """The runner finds both sides with users and groups, whatever the file leaves out."""
    scenario = only(tmp_path, "scenario: Bare\nexpects: nothing\nsteps: [{view job: }]\n")
    empty = {"users": [], "groups": []}
    assert scenario.given == {
        "azure_ad": {**empty, "assignments": []},
        "aws_sso": {**empty, "accounts": []},
    }
    assert (scenario.profile, scenario.seed, scenario.case) == ("identity-center", None, None)
    assert scenario.steps[0].arguments == {}


def test_a_fixture_comes_before_what_the_scenario_adds(tmp_path: Path) -> None:
    """Users of a fixture file and of the scenario are one list."""
    write(tmp_path, "users: [{userPrincipalName: ana@contoso.com}]\n", "people.yaml")
    scenario = only(
        tmp_path,
        "scenario: Two\nexpects: nothing\nsteps: [{view job: }]\n"
        "given: {azure_ad: {from: people.yaml, users: [{userPrincipalName: bob@contoso.com}]}}\n",
    )
    names = [user["userPrincipalName"] for user in scenario.given["azure_ad"]["users"]]
    assert names == ["ana@contoso.com", "bob@contoso.com"]


def test_a_user_of_the_fixture_cannot_be_given_again(tmp_path: Path) -> None:
    """One userPrincipalName, one user, whichever file it comes from."""
    write(tmp_path, "users: [{userPrincipalName: ana@contoso.com}]\n", "people.yaml")
    with pytest.raises(ScenarioError, match=r"'ANA@contoso\.com' is given twice"):
        only(
            tmp_path,
            "scenario: Two\nexpects: nothing\nsteps: [{view job: }]\n"
            "given: {azure_ad: {from: people.yaml, users: [{userPrincipalName: ANA@contoso.com}]}}\n",
        )


def test_substitute_leaves_unknown_names_and_other_types_alone() -> None:
    """Only what is known is replaced, wherever it stands, keys included."""
    names = {"n": 3, "list": [1], "who": "ana"}
    value = {"${who}": ["${n}", "n=${n}", "${list}", "${other}", 5, None]}
    assert substitute(value, names) == {"ana": [3, "n=3", [1], "${other}", 5, None]}


def test_the_schema_describes_every_key() -> None:
    """Editors show a description wherever the cursor stands."""

    def undescribed(node: object, path: str) -> list[str]:
        if not isinstance(node, dict):
            return []
        found = []
        for key, value in node.get("properties", {}).items():
            if "description" not in value and "$ref" not in value:
                found.append(f"{path}/{key}")
            found += undescribed(value, f"{path}/{key}")
        return found + undescribed(node.get("items"), f"{path}[]")

    whole = schema()
    missing = undescribed(whole, "")
    for kind in ("steps", "expectations"):
        for name, definition in whole["$defs"][kind].items():
            missing += [] if "description" in definition else [name]
            missing += undescribed(definition, name)
    assert missing == []


def check(tmp: Path, octets: bytes) -> None:
    path = tmp / "any.yaml"
    path.write_bytes(octets)
    refused = None
    try:
        assert load(path).scenarios()
    except ScenarioError as error:
        refused = error.rejection
    if refused is not None:
        assert min(refused.location.line, refused.location.column) >= 1
        assert refused.message
        assert as_text(rejection_lines(refused)).startswith("error: ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


@given(octets=st.binary(max_size=200))
@example(octets=b"\xef\xbb\xbf")
@example(octets=b"[" * 5000)
@example(octets=b"{a: " * 5000)
@example(octets=b"- " * 5000)
def test_any_bytes_are_refused_in_words(folder: Path, octets: bytes) -> None:
    """Nothing on disk, however strange, is a traceback."""
    check(folder, octets)


TOKENS = st.sampled_from(
    [
        "scenario", "steps", "cases", "case", "given", "azure_ad", "aws_sso", "users", "from", "profile", "start", "expect",
        "let", "wait", "assign", "view job", "${x}", "${x", "$count", "$matches", "*a", "&a ", "!t ", "<<", "40m", "1", "null",
        "true", "[", "]", "{", "}", ":", ": ", "- ", "\n", "\n  ", "\n- ", "\n    ", ",", "'", '"', "#", "|", ">", "?", "%", "@",
        "---\n", "...\n", "\t", "\r\n", "é", "\u2028",
    ]
)  # fmt: skip


@given(tokens=st.lists(TOKENS, max_size=40))
def test_any_text_in_our_words_is_refused_or_loaded(folder: Path, tokens: list[str]) -> None:
    """What looks like a scenario file is either one or refused with a place."""
    check(folder, "".join(tokens).encode())


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["", "x", "${x}", "${y}", "40m", "users"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["case", "users", "$count", "$not", "x", "${x}"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [*schema()["properties"], *schema()["$defs"]["steps"], *schema()["$defs"]["expectations"], "let", "name"]
)
TREES = st.fixed_dictionaries(
    {"scenario": st.just("Any") | VALUES},
    optional={
        "steps": st.lists(
            st.dictionaries(KEYS, VALUES | st.dictionaries(KEYS, VALUES, max_size=2), max_size=3), max_size=3
        )
        | VALUES,
        "cases": st.lists(
            st.dictionaries(st.sampled_from(["case", "x", "y"]), VALUES, max_size=3), max_size=2
        )
        | VALUES,
        "given": st.fixed_dictionaries({}, optional={"azure_ad": VALUES, "aws_sso": VALUES}) | VALUES,
        "start": VALUES,
        "profile": VALUES,
        "quirks": VALUES,
        "tags": VALUES,
    },
)


@given(tree=TREES)
def test_any_tree_of_our_keys_is_refused_or_loaded(folder: Path, tree: dict[str, object]) -> None:
    """Well-formed YAML of any shape is either a scenario or refused with a place."""
    check(folder, json.dumps(tree).encode())


def test_steps_and_expectations_are_those_the_runner_knows() -> None:
    """Schema and registries name the same verbs and the same expectations."""
    from harness.scenario.expectations import EXPECTATIONS
    from harness.scenario.steps import STEPS

    assert set(schema()["$defs"]["steps"]) == set(STEPS)
    assert set(schema()["$defs"]["expectations"]) == set(EXPECTATIONS)


def test_a_table_is_checked_once_however_long_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that change nothing are not checked again, and none is checked with the whole table beside it."""
    checked: list[int] = []

    def counting(value: dict[str, object], *others: object) -> Iterator[Mistake]:
        checked.append(len(value.get("cases", ())))
        return violations(value, *others)

    monkeypatch.setattr(loader, "violations", counting)
    rows = "".join(f"  - {{case: c{number}, minutes: {number}m}}\n" for number in range(1, 301))
    text = f"scenario: A\nexpects: nothing\ncases:\n{rows}steps: [wait: 1m]\n"
    assert len(load(write(tmp_path, text)).scenarios()) == 300
    assert checked == [300]
    checked.clear()
    load(write(tmp_path, text.replace("wait: 1m", "wait: '${minutes}'")))
    assert checked == [300] + [0] * 300


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("steps:\n  - view job: {}\nexpect: {status: 200}\n", (4, 1)),
        ("steps:\n  - view job:\n      expect: {status: 200}\n", (4, 7)),
    ],
)
def test_what_stands_beside_a_verb_is_not_taken_for_another_word(tmp_path, text, place):
    """Too far left or too far right: `expect` is no misspelling of `expects`, and no argument."""
    path = tmp_path / "story.yaml"
    path.write_text(f"scenario: A\n{text}", encoding="utf-8")
    with pytest.raises(ScenarioError, match="'expect' stands beside a step's verb") as error:
        load(path)
    location = error.value.rejection.location
    assert (location.line, location.column) == place
