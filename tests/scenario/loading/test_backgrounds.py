"""Setup that scenarios share: what a file with `include` becomes, and where mistakes in a background are shown."""

import os
from pathlib import Path

import pytest
import yaml

from harness.scenario.loading import Scenario, ScenarioError, load
from harness.scenario.loading.backgrounds import MOST, also_read, with_included
from harness.scenario.loading.source import read
from harness.scenario.variables import Variables

ANA = "{userPrincipalName: ana@contoso.com, givenName: Ana, surname: Ruiz, displayName: Ana Ruiz}"
BEN = "{userPrincipalName: ben@contoso.com, givenName: Ben, surname: Okafor, displayName: Ben Okafor}"
SHARED = f"""\
background: Ana works here
profile: aws-sso-2020
quirks: {{page-size: 2}}
given: {{azure_ad: {{users: [{ANA}]}}}}
steps:
  - enable automatic provisioning: {{}}
    let: {{endpoint: body.scimEndpoint}}
"""
STORY = f"""\
scenario: Ben comes, too
include: common.yaml
given: {{azure_ad: {{users: [{BEN}]}}}}
steps:
  - test connection: {{tenant url: "${{endpoint}}"}}
    expect: {{result: success}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write({"common.yaml": SHARED, "story.yaml": STORY})
    return tmp_path


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def story() -> Scenario:
    (only,) = load(Path("story.yaml")).scenarios()
    return only


def refusal(name: str = "story.yaml") -> tuple[str, str, str]:
    """Return place, message and line of what is wrong."""
    with pytest.raises(ScenarioError) as caught:
        load(Path(name))
    rejection = caught.value.rejection
    return str(rejection.location), rejection.message, rejection.snippet


def people(scenario: Scenario) -> list[str]:
    return [user["displayName"] for user in scenario.given["azure_ad"]["users"]]


@pytest.mark.usefixtures("folder")
class TestTogether:
    """A scenario is played as if its backgrounds stood in it."""

    def test_steps_and_people_of_the_background_come_first(self) -> None:
        assert [step.verb for step in story().steps] == ["enable automatic provisioning", "test connection"]
        assert people(story()) == ["Ana Ruiz", "Ben Okafor"]

    def test_a_scenario_has_the_last_word(self) -> None:
        assert (story().profile, story().quirks) == ("aws-sso-2020", {"page-size": 2})
        write({"story.yaml": STORY + "profile: identity-center\nquirks: {page-size: 3}\n"})
        assert (story().profile, story().quirks) == ("identity-center", {"page-size": 3})

    def test_every_step_knows_the_file_that_it_stands_in(self) -> None:
        first, second = story().steps
        assert str(first.location) == "common.yaml:6:5"
        assert str(second.at("expect", "result")) == "story.yaml:6:22"

    def test_a_background_may_have_backgrounds_and_each_counts_once(self) -> None:
        write(
            {
                "story.yaml": STORY.replace("common.yaml", "[common.yaml, deep/second.yaml]"),
                "deep/second.yaml": "background: Second\ninclude: ../common.yaml\nsteps: [{wait: 1m}]\n",
            }
        )
        assert [step.verb for step in story().steps] == [
            "enable automatic provisioning",
            "wait",
            "test connection",
        ]

    def test_people_in_a_file_are_looked_for_beside_the_background(self) -> None:
        write(
            {
                "deep/common.yaml": SHARED.replace(f"users: [{ANA}]", "from: people.yaml"),
                "deep/people.yaml": f"users: [{ANA}]",
                "story.yaml": STORY.replace("common.yaml", "deep/common.yaml"),
            }
        )
        assert people(story()) == ["Ana Ruiz", "Ben Okafor"]

    def test_files_of_people_are_joined(self) -> None:
        write(
            {
                "common.yaml": SHARED.replace(f"users: [{ANA}]", "from: people.yaml"),
                "people.yaml": f"users: [{ANA}]",
                "others.yaml": f"users: [{BEN}]",
                "story.yaml": STORY.replace(f"users: [{BEN}]", "from: [others.yaml]"),
            }
        )
        assert people(story()) == ["Ana Ruiz", "Ben Okafor"]

    def test_what_comes_with_the_harness_has_a_name(self) -> None:
        write({"story.yaml": STORY.replace("common.yaml", "'@connected'")})
        assert story().steps[0].location.file == "@backgrounds/connected.yaml"

    def test_values_from_outside_reach_the_background(self) -> None:
        write({"common.yaml": SHARED.replace("Ana Ruiz}", "'${name}'}")})
        (scenario,) = load(Path("story.yaml"), variables=Variables({"name": "Ana María"})).scenarios()
        assert people(scenario)[0] == "Ana María"

    def test_a_column_of_the_cases_reaches_the_background(self) -> None:
        write(
            {
                "common.yaml": SHARED.replace("Ana Ruiz}", "'${name}'}"),
                "story.yaml": STORY + "cases: [{case: one, name: Ana I}, {case: two, name: Ana II}]\n",
            }
        )
        assert [people(case)[0] for case in load(Path("story.yaml")).scenarios()] == ["Ana I", "Ana II"]


@pytest.mark.usefixtures("folder")
class TestMistakes:
    """What is wrong is shown where it is written."""

    @pytest.mark.parametrize(
        ("wrong", "right", "place", "message"),
        [
            ("enable automatic", "enabel automatic", "common.yaml:6:5", "unknown step 'enabel automatic provisioning'"),
            ("Ana Ruiz}", "Ana Ruiz, jobTitel: x}", "common.yaml:4:119", "no property 'jobTitel'"),
            ("page-size", "page-sise", "common.yaml:3:10", "did you mean 'page-size'?"),
            ("background:", "backgruond:", "common.yaml:1:1", "did you mean 'background'?"),
            ("endpoint:", "endpont:", "story.yaml:5:35", "did you mean 'endpont'?"),
            ("let: {", "let: {{", "common.yaml:7:", ""),
        ],
    )  # fmt: skip
    def test_in_a_background(self, wrong: str, right: str, place: str, message: str) -> None:
        write({"common.yaml": SHARED.replace(wrong, right)})
        where, what, line = refusal()
        assert where.startswith(place)
        assert message in what
        assert line == Path(where.partition(":")[0]).read_text().splitlines()[int(where.split(":")[1]) - 1]

    def test_somebody_who_is_there_already(self) -> None:
        write({"story.yaml": STORY.replace(BEN, ANA)})
        assert refusal()[:2] == (
            "story.yaml:3:48",
            "the user 'ana@contoso.com' is given twice; rename or remove one",
        )

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("comon.yaml", "there is no file 'comon.yaml' to include; did you mean 'common.yaml'?"),
            ("'@conected'", "no background is called '@conected'; did you mean '@connected'?"),
            ("story.yaml", "'story.yaml' is this file itself; remove it"),
            ("pipe.yaml", "'pipe.yaml' is no plain file; only one can be included"),
        ],
    )
    def test_in_the_name(self, name: str, message: str) -> None:
        os.mkfifo("pipe.yaml")
        write({"story.yaml": STORY.replace("common.yaml", name)})
        assert refusal()[:2] == ("story.yaml:2:10", message)

    def test_a_circle(self) -> None:
        write(
            {
                "common.yaml": SHARED + "include: [third.yaml]\n",
                "third.yaml": "background: x\ninclude: common.yaml\n",
            }
        )
        assert refusal() == (
            "third.yaml:2:10",
            "'common.yaml' includes this file in turn; remove one of the two",
            "include: common.yaml",
        )

    def test_a_chain_without_end(self) -> None:
        chain = {f"{n}.yaml": f"background: x\ninclude: {n + 1}.yaml\n" for n in range(MOST + 2)}
        write({**chain, "story.yaml": STORY.replace("common.yaml", "0.yaml")})
        assert refusal()[1] == f"includes lead more than {MOST} files deep; name the last ones here"

    def test_a_scenario_is_no_background(self) -> None:
        write({"other.yaml": STORY, "story.yaml": STORY.replace("common.yaml", "other.yaml")})
        assert refusal()[0] == "other.yaml:1:1"
        assert refusal()[1].startswith("this is a scenario, and only a background can be included")

    def test_a_background_is_no_scenario(self) -> None:
        assert (
            refusal("common.yaml")[1]
            == "this is a background, which scenarios include; it is not run by itself"
        )

    def test_a_background_that_expects_does_not_speak_for_the_scenario(self) -> None:
        write({"story.yaml": STORY.replace("    expect: {result: success}\n", "")})
        assert refusal()[1].startswith("nothing is expected")


@pytest.mark.usefixtures("folder")
def test_a_file_is_shown_with_what_it_includes_and_stays_one_file() -> None:
    """As comments behind it, so that what is printed can be run."""
    text = with_included(read(Path("story.yaml")), Path("story.yaml"))
    assert text.startswith(STORY)
    assert yaml.safe_load(text) == yaml.safe_load(STORY)
    assert "# included: common.yaml\n#\n# background: Ana works here\n" in text


@pytest.mark.usefixtures("folder")
def test_what_a_scenario_consists_of() -> None:
    """Its backgrounds, and the files of people that it or they name."""
    write({"common.yaml": SHARED.replace(f"users: [{ANA}]", "from: people.yaml")})
    assert also_read(Path("story.yaml")) == (Path("common.yaml"), Path("people.yaml"))
    write({"common.yaml": "}"})
    assert also_read(Path("story.yaml")) == ()
