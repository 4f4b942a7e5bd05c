"""The author's guide: its tables are those of the language, and every example in it runs."""

import re
from pathlib import Path

import pytest
import yaml

from harness.scenario.comparing.matching import MATCHERS
from harness.scenario.events import FileRejected, ScenarioFinished
from harness.scenario.language.schema import schema
from harness.scenario.language.shapes import SHAPES
from harness.scenario.language.step_examples import step_example
from harness.scenario.loading import load
from harness.scenario.run import run
from harness.scenario.steps import STEPS

TEXT = (Path(__file__).parents[2] / "scenarios" / "README.md").read_text(encoding="utf-8")
_BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
# The one file that is included rather than run.
(SHARED,) = (block for block in _BLOCKS if block.startswith("background:"))
BLOCKS = [block for block in _BLOCKS if block != SHARED]
VERBS = schema()["$defs"]["steps"]
NOTED = {"endpoint": "https://scim.example.com", "token": "t", "old": "1", "store": "d-1234567890"}
EXAMPLES = {
    **{name: each.example for name, each in SHAPES.items()},
    **{name: each.example for name, each in MATCHERS.items()},
}


def played(folder, text):
    """Return what went wrong in a scenario, one text each."""
    (folder / "shared.yaml").write_text(SHARED, encoding="utf-8")
    path = folder / "story.yaml"
    path.write_text(text, encoding="utf-8")
    events = list(run([path], seed="1"))
    wrong = [
        str(failure) for event in events if isinstance(event, ScenarioFinished) for failure in event.failures
    ]
    return [*wrong, *(event.message for event in events if isinstance(event, FileRejected))]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0])
def test_every_scenario_of_the_guide_passes(block, tmp_path):
    """At the first run, as it stands."""
    assert played(tmp_path, block) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_holds_for_the_first_scenario_of_the_guide(name, tmp_path):
    """What `explain`, the schema and the guide show beside an expectation or a matcher is true, and is one of it."""
    story = yaml.safe_load(BLOCKS[0])
    story["steps"][-1]["expect"] = yaml.safe_load(EXAMPLES[name])
    assert name in EXAMPLES[name]
    assert played(tmp_path, yaml.safe_dump(story, allow_unicode=True)) == []


def test_the_tables_of_the_guide_are_those_of_the_language():
    """A row each, in the words of `harness explain`."""
    rows = [
        [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in TEXT.splitlines()
        if line.startswith("| `")
    ]
    expectations = [[f"`{name}`", each.shape.doc, f"`{each.example}`"] for name, each in SHAPES.items()]
    matchers = [[f"`{name}`", each.doc, each.takes, f"`{each.example}`"] for name, each in MATCHERS.items()]
    assert [row for row in rows if len(row) == 3] == expectations
    assert [row for row in rows if len(row) == 4] == matchers
    steps = [[f"`{step_example(name)}`", each["description"]] for name, each in VERBS.items()]
    given = [row for row in rows if len(row) == 2 and ":" in row[0]]
    lacking = [f"| {step} | {text} |" for step, text in steps if [step, text] not in given]
    assert not lacking, f"scenarios/README.md lacks these lines of its table of steps: {lacking}"
    assert given == steps, "the steps of scenarios/README.md stand in another order than in structure.json"


@pytest.mark.parametrize("verb", VERBS)
def test_every_step_of_the_guide_is_one_that_can_be_written(verb, tmp_path):
    """Below the people of the first scenario, and with what `let` would have noted down."""
    story = yaml.safe_load(BLOCKS[0])
    step = yaml.safe_load(f"- {step_example(verb)}")
    story = {**story, "steps": step, "expects": "nothing", "cases": [{"case": "it", **NOTED}]}
    path = tmp_path / "story.yaml"
    path.write_text(yaml.safe_dump(story, allow_unicode=True), encoding="utf-8")
    (case,) = load(path).scenarios()
    assert [each.verb for each in case.steps] == [verb]


def test_steps_that_the_guide_names_exist():
    """Between backticks, with a colon or without."""
    names = set(re.findall(r"`([a-z ]+)(?:: \{\})?`", TEXT))
    assert {"graph request", "scim request", "aws request", "fault", "end faults"} <= names & set(STEPS)
