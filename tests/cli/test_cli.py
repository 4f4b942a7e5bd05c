"""The command line: exit codes, what goes where, and never a traceback."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from harness.base.errors import HarnessError
from harness.cli import main
from harness.scenario import run as whole_run
from harness.scenario.comparing.matching import MATCHERS
from harness.scenario.events import Event, FileRejected, Location, RunFinished, RunStarted
from harness.scenario.language.schema import schema
from harness.scenario.language.shapes import SHAPES
from harness.scenario.language.topics import TOPICS
from harness.scenario.loading.source import read
from harness.scenario.loading.yaml_nodes import parse
from harness.scenario.selecting.targets import yaml_files
from harness.scenario.steps import STEPS
from tests.report.stories import sample, story

GOOD = "scenario: Provisioning can be enabled\ntags: [setup]\nexpects: nothing\nsteps:\n  - enable automatic provisioning: {}\n"
BAD = "scenario: A bad file\nstepps: []\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "good.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def harness(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def play(monkeypatch: pytest.MonkeyPatch, events: list[Event], then: BaseException | None = None) -> None:
    def run(*_paths: object, **_options: object) -> Iterator[Event]:
        yield from events
        if then is not None:
            raise then

    monkeypatch.setattr(whole_run, "run", run)


def test_a_passing_run_is_zero(folder: Path) -> None:
    """The folder `scenarios` is run when nothing is named."""
    result = harness("run")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "scenarios/good.yaml" in result.stdout
    assert "1 passed" in result.stdout


def test_a_failure_is_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken expectation fails the build."""
    events = [event for event in sample(folder) if not isinstance(event, FileRejected)]
    play(monkeypatch, events)
    assert harness("run").exit_code == 1


def test_a_rejected_file_is_two_and_the_rest_still_runs(folder: Path) -> None:
    """One bad file does not hide what the others say."""
    (folder / "scenarios" / "bad.yaml").write_text(BAD, encoding="utf-8")
    result = harness("run")
    assert result.exit_code == 2
    assert "error: unknown key 'stepps'; did you mean 'steps'?\n --> scenarios/bad.yaml:2:1" in result.stdout
    assert "1 passed, 1 rejected" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"), [(["--tag", "seed"], "has the tag 'seed'"), (["empty"], "was found")]
)
def test_nothing_ran_is_one(folder: Path, arguments: list[str], words: str) -> None:
    """A run of nothing is no success."""
    (folder / "empty").mkdir()
    result = harness("run", *arguments)
    assert result.exit_code == 1
    assert f"error: no scenario {words}" in result.stderr


def test_tags_choose(folder: Path) -> None:
    """Only scenarios with the tag run."""
    (folder / "scenarios" / "other.yaml").write_text(GOOD.replace("setup", "other"), encoding="utf-8")
    assert "1 passed" in harness("run", "--tag", "setup").stdout


def test_all_reports_in_one_run(folder: Path) -> None:
    """Each report is written, into folders that need not exist."""
    result = harness("run", "--junit", "out/j.xml", "--html", "out/h.html", "--json", "out/j.json")
    assert result.exit_code == 0
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["h.html", "j.json", "j.xml"]


def test_the_seed_is_the_run(folder: Path) -> None:
    """Same seed, same JSON report, byte for byte."""
    for name in ("a", "b"):
        harness("run", "--seed", "7", "--json", f"{name}.json")
    assert (folder / "a.json").read_bytes() == (folder / "b.json").read_bytes()
    assert json.loads((folder / "a.json").read_text())["seed"] == "7"


def test_a_report_that_cannot_be_written_stops_the_run_before_it_starts(folder: Path) -> None:
    """Bad usage is answered at once."""
    result = harness("run", "--html", "scenarios")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: 'scenarios' is a folder; name a file for the report\n"


def test_a_missing_path_is_two(folder: Path) -> None:
    """A mistyped path is bad usage, answered with the nearest name."""
    result = harness("run", "scenarois")
    assert result.exit_code == 2
    assert result.stderr == "error: there is no file or folder 'scenarois'; did you mean 'scenarios'?\n"


def test_a_missing_path_that_comes_with_the_harness_is_named(folder: Path) -> None:
    """A path as the repository has it is found behind the sign; where nothing is near, what there is at all is said."""
    result = harness("run", "sync/manager.yaml[default dialect]")
    assert (
        "did you mean '@sync/manager.yaml[default dialect]', which comes with the harness?" in result.stderr
    )
    assert result.exit_code == 2
    assert "; '@' is everything that comes with the harness" in harness("run", "zzz").stderr


def test_what_people_can_mend_is_no_traceback(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A HarnessError in the middle of a run is a line on stderr, and what ran is reported."""
    play(monkeypatch, [RunStarted(2, "1", "0"), *story("a.yaml", [])], HarnessError("the disk is full"))
    result = harness("run", "--json", "o.json")
    assert (result.exit_code, result.stderr) == (2, "error: the disk is full\n")
    assert "1 passed" in result.stdout
    assert json.loads((folder / "o.json").read_text())["totals"]["passed"] == 1


def test_an_interrupted_run_still_reports(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is exit code 130, without a traceback, and the reports have what ran."""
    events = [RunStarted(2, "1", "0"), *story("a.yaml", []), *story("b.yaml", [], finished=False)]
    play(monkeypatch, events, KeyboardInterrupt())
    result = harness("run", "--json", "o.json")
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")
    assert json.loads((folder / "o.json").read_text())["totals"] == {
        "passed": 1, "failed": 0, "interrupted": 1, "rejected": 0,
    }  # fmt: skip


def test_rejected_wins_over_failed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that nobody could read is told apart from a service that misbehaved."""
    rejected = FileRejected(Location("x.yaml", 1, 1), "no")
    play(monkeypatch, [RunStarted(1, "1", "0"), rejected, *story("a.yaml", []), RunFinished(1, 0, 1, 0.1)])
    assert harness("run").exit_code == 2


def test_list(folder: Path) -> None:
    """Id, title and tags, one scenario a line; a bad file is named on stderr."""
    (folder / "scenarios" / "bad.yaml").write_text(BAD, encoding="utf-8")
    result = harness("list")
    assert result.stdout == "scenarios/good.yaml  Provisioning can be enabled  [setup]\n"
    assert result.stderr.startswith("error: unknown key 'stepps'")
    assert result.exit_code == 2


def test_a_tag_that_nothing_has(folder: Path) -> None:
    """Neither listing nor running is silent about it; the tags that there are are named."""
    for command in ("list", "run"):
        result = harness(command, "--tag", "setups")
        assert result.exit_code == 1
        assert (
            result.stderr == "error: no scenario has the tag 'setups' in scenarios; did you mean 'setup'?\n"
        )
    assert harness("list", "--tag", "x").stderr.endswith("in scenarios; there are: setup\n")
    (folder / "empty").mkdir()
    assert harness("list", "empty").stderr == "error: no scenario was found in empty\n"


def test_everything_in_the_language_is_explained() -> None:
    """Each step, expectation, matcher and key has its sentence."""
    definitions = schema()["$defs"]
    keys = [*schema()["properties"], *definitions["step"]["properties"]]
    for name in [*definitions["steps"], *SHAPES, *MATCHERS, *keys]:
        result = harness("explain", name)
        assert (result.exit_code, result.stdout.startswith(f"{name} (")) == (0, True)


def test_explain_a_step() -> None:
    """A step is explained with its arguments."""
    text = harness("explain", "sign in").stdout
    assert text.startswith("sign in (step)\n  Sign in to the AWS SSO user portal")
    assert "    user (required): userPrincipalName of the user." in text


def test_explain_what_lies_within() -> None:
    """A mapping in a step is explained with its keys, and what excludes each other is said."""
    lines = harness("explain", "fault").stdout.splitlines()
    assert "      status: HTTP status; 200 unless given." in lines
    assert lines[-1] == "    exactly one of: answer, no answer, cut the answer, delay"
    assert "    status: HTTP status of the answer." in harness("explain", "expect").stdout


def test_explain_what_a_step_answers() -> None:
    """Where its answer has a form of its own, that is told, and when people and setup come that others bring."""
    text = harness("explain", "provision on demand").stdout
    assert "  result: What was done at once.\n" in text
    assert "      statusInfo: How it ended.\n        status: The outcome. One of: Success, Failure" in text
    assert "  result:" not in harness("explain", "wait").stdout
    assert "@ana: Ana Ruiz is in Azure AD\n" in harness("explain", "backgrounds").stdout
    assert "harness explain dynamic-group-minutes" in harness("explain", "dynamic groups").stdout


def test_explain_what_stands_in_something() -> None:
    """An argument or a field has no page of its own, and its places are named; of many the first ones."""
    text = harness("explain", "source object scope").stdout
    assert text.startswith(
        "source object scope stands in\n  edit mapping > source object scope: Scoping filters"
    )
    assert "  job > status > quarantine: Why the job is" in harness("explain", "quarantine").stdout
    assert len(harness("explain", "value").stdout.splitlines()) == 10
    assert "did you mean 'reportableIdentifier'?" in harness("explain", "reportableIdentifer").stderr


def test_explain_what_filters_and_codes_there_are() -> None:
    """A scoping filter is shown with the operators there are, and a log's codes with those that are on no page."""
    lines = harness("explain", "scoping filters").stdout.splitlines()
    assert {"    EQUALS", "    IS NULL (takes no value)"} <= set(lines)
    codes = harness("explain", "error codes").stdout
    assert "    …ServiceIncompatibleFiltering: 409 to a POST" in codes
    assert "    RedundantExport: AWS SSO has it already." in codes


def test_explain_every_quirk() -> None:
    """A quirk is explained with its source, its value in each profile and its proof."""
    lines = harness("quirks").stdout.splitlines()
    ids = [line.strip() for line in lines if line.startswith("  ") and not line.startswith("   ")]
    assert ids
    for name in ids:
        text = harness("explain", name).stdout
        assert all(
            part in text for part in (f"{name} (quirk of ", "  source: ", "  aws-sso-2020: ", "  proof: ")
        )


def test_explain_the_unknown() -> None:
    """What does not exist is answered with the nearest name."""
    result = harness("explain", "sing in")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: nothing here is called 'sing in'; did you mean 'sign in'?\n",
    )


@pytest.mark.slow
def test_schema_is_what_editors_need() -> None:
    """Every scenario file of ours is right by the printed schema, `${names}` included, and every bad shape is still wrong."""
    printed = json.loads(harness("schema").stdout)
    Draft202012Validator.check_schema(printed)
    validator = Draft202012Validator(printed)
    root = Path(__file__).parents[2]
    for path in yaml_files(root / "scenarios"):
        assert [error.message for error in validator.iter_errors(parse(read(path)).value)] == [], path
    for name in ("unknown-verb", "unknown-argument", "wrong-choice", "number-for-text", "fault-two-ways"):
        path = root / "tests" / "scenario" / "bad" / f"{name}.yaml"
        assert list(validator.iter_errors(parse(read(path)).value)), path


def test_every_name_has_its_sentence_in_the_schema() -> None:
    """An editor shows the description of what the cursor is on."""
    definitions = json.loads(harness("schema").stdout)["$defs"]
    assert all(each["description"] for each in definitions["steps"].values())
    assert all(definitions["expectations"][name]["description"] for name in SHAPES)


def test_the_schema_that_scenario_files_name_is_the_printed_one() -> None:
    """Editors read the copy in the package; `make schema` writes it anew."""
    copy = files("harness.scenario").joinpath("schema.json").read_text(encoding="utf-8")
    assert copy == harness("schema").stdout


def test_editors_complete_names_inside_expectations_and_matchers() -> None:
    """A typo below `$not` and `$contains` is wrong by the schema, too; the right word, a dotted name and `${…}` are right."""
    validator = Draft202012Validator(json.loads(harness("schema").stdout))

    def wrong(expectation: object) -> bool:
        document = {"scenario": "A", "steps": [{"wait": "1m", "expect": expectation}]}
        return bool(list(validator.iter_errors(document)))

    for key, value in (("userName", "ana"), ("name.familyName", "x"), ("${key}", 1), ("active", "${flag}")):
        assert not wrong({"aws users": {"$not": {"$contains": {key: value}}}}), key
    assert wrong({"aws users": {"$not": {"$contains": {"username": "ana"}}}})
    assert wrong({"job": {"status": {"quarantine": {"$not": {"reson": "x"}}}}})
    assert wrong({"provisioning log": {"provisioningAction": "craete"}})
    assert wrong({"exchanges": {"status": {"$contians": 1}}})
    assert not wrong({"exchanges": {"request": {"whatever": [1]}}})


def test_explain_alone_is_a_table_of_contents() -> None:
    """Everything that it names is explained, without quotes too."""
    text = harness("explain").stdout
    for name in [*STEPS, *SHAPES, *MATCHERS, *TOPICS]:
        assert name in text
        assert harness("explain", *name.split()).exit_code == 0
    users = harness("explain", "aws users").stdout
    assert "      givenName: First name.\n" in users
    assert "  example: aws users: {$contains: " in users
    assert "    userName: [userPrincipalName]\n" in harness("explain", "mapping fields").stdout


def test_help_imports_nothing_heavy() -> None:
    """`harness --help` answers before one has looked up."""
    heavy = ("yaml", "jsonschema", "rich", "flask", "jinja2", "werkzeug", "lxml", "faker", "pytest")
    code = (
        "import sys; from harness.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_a_right_file_is_played_without_what_only_mistakes_and_pages_need(folder: Path) -> None:
    """A run starts as soon as it can: what tells mistakes, makes people up, signs and serves is not loaded for it."""
    (folder / "scenarios" / "good.yaml").write_text(GOOD, encoding="utf-8")
    heavy = ("jsonschema", "faker", "lxml", "signxml", "pytest", "httptools", "psycopg")
    code = (
        "import sys; from harness.cli import main\n"
        "try: main(['run', 'scenarios/good.yaml'])\n"
        "except SystemExit as end: print(end.code)\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["0", "[]"]


@pytest.mark.slow
def test_the_installed_command_in_a_narrow_pipe(folder: Path) -> None:
    """A name that the pipe's encoding lacks is escaped, no reason to fail."""
    (folder / "scenarios" / "good.yaml").write_text(GOOD.replace("can", "čan"), encoding="utf-8")
    command = [sys.executable, "-c", "from harness.cli import main; main()", "list"]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\u010dan" in done.stdout


FAILING = "scenario: Somebody is there\nsteps:\n  - enable automatic provisioning:\n    expect: {error: x}\n"


def test_words_choose(folder: Path) -> None:
    """-k looks at ids, titles and tags, whatever their case."""
    (folder / "scenarios" / "other.yaml").write_text(GOOD.replace("setup", "other"), encoding="utf-8")
    assert "1 passed" in harness("run", "-k", "PROVISIONING and not other").stdout
    assert harness("list", "-k", "other.yaml").stdout.startswith("scenarios/other.yaml")
    result = harness("run", "-k", "nobody")
    assert (result.exit_code, result.stderr) == (
        1,
        "error: no scenario in scenarios is left by what was asked for; see 'harness list scenarios'\n",
    )


def test_what_failed_last_runs_again(folder: Path) -> None:
    """Until it passes; with nothing remembered everything runs, and nothing is written before something fails."""
    assert "1 passed" in harness("run", "--last-failed").stdout
    assert not (folder / ".harness_cache").exists()
    bad = folder / "scenarios" / "other.yaml"
    bad.write_text(FAILING, encoding="utf-8")
    assert "1 passed, 1 failed" in harness("run").stdout
    assert harness("list", "--last-failed").stdout.startswith("scenarios/other.yaml")
    bad.write_text(GOOD, encoding="utf-8")
    assert "\n1 passed" in harness("run", "--last-failed").stdout
    assert "\n2 passed" in harness("run", "--last-failed").stdout


def test_a_file_that_was_rejected_is_remembered_until_it_is_a_scenario(folder: Path) -> None:
    """Also where it becomes a table of cases, or the mistake is in a file that it names."""
    bad = folder / "scenarios" / "other.yaml"
    bad.write_text(GOOD.replace("scenario:", "scenarjo:"), encoding="utf-8")
    assert "1 passed, 1 rejected" in harness("run").stdout
    assert "\n1 rejected" in harness("run", "--last-failed").stdout
    bad.write_text(f"include: shared.yaml\ncases: [{{case: a}}, {{case: b}}]\n{GOOD}", encoding="utf-8")
    (folder / "scenarios" / "shared.yaml").write_text("steps: 1\n", encoding="utf-8")
    assert "\n1 rejected" in harness("run", "--last-failed").stdout
    (folder / "scenarios" / "shared.yaml").unlink()
    bad.write_text(f"cases: [{{case: a}}, {{case: b}}]\n{GOOD}", encoding="utf-8")
    assert "\n2 passed" in harness("run", "--last-failed").stdout
    assert "\n3 passed" in harness("run", "--last-failed").stdout


def test_what_failed_elsewhere_runs_again_without_being_named(folder: Path) -> None:
    """A file outside the folder that is meant unless one is named, too; one that is gone is not missed."""
    for name in ("one.yaml", "two.yaml"):
        (folder / name).write_text(FAILING, encoding="utf-8")
    assert "\n2 failed" in harness("run", "one.yaml", "two.yaml").stdout
    (folder / "one.yaml").unlink()
    result = harness("run", "--last-failed")
    assert (result.exit_code, "\n1 failed" in result.stdout, "one.yaml" in result.output) == (1, True, False)


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "a/b"])
def test_a_share_that_is_none(folder: Path, shard: str) -> None:
    """Bad usage is answered with an example."""
    result = harness("run", "--shard", shard)
    assert (result.exit_code, result.stderr) == (
        2,
        f"error: --shard '{shard}' is not I/N with I from 1 to N, as in 2/4\n",
    )


def test_the_number_of_processes(folder: Path) -> None:
    """One a processor with `auto`; the report is the same, and so is the page but for the real time that it tells."""
    (folder / "scenarios" / "other.yaml").write_text(GOOD, encoding="utf-8")
    for number in ("1", "auto"):
        run = harness("run", "-n", number, "--json", f"{number}.json", "--html", f"{number}.html")
        assert run.exit_code == 0
    assert (folder / "1.json").read_bytes() == (folder / "auto.json").read_bytes()
    one, several = (
        re.sub(
            r'data-seconds="[^"]*"|\d+\.\d+ s\b', "", (folder / f"{number}.html").read_text(encoding="utf-8")
        )
        for number in ("1", "auto")
    )
    assert one == several
    assert harness("run", "-n", "0").stderr.startswith("error: -n '0' is neither a number of processes")


def test_defaults_stand_in_pyproject(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest pyproject.toml upwards says what is meant; its paths are relative to it, and options win."""
    (folder / "pyproject.toml").write_text(
        '[tool.harness]\npaths = ["scenarios"]\nseed = "7"\ntag = ["setup"]\nvariables = {who = "x"}\n'
    )
    assert "(seed 7)" in harness("run").stdout
    assert "(seed 8)" in harness("run", "--seed", "8").stdout
    (folder / "scenarios" / "deep").mkdir()
    monkeypatch.chdir(folder / "scenarios" / "deep")
    assert "good.yaml" in harness("list").stdout


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("sed = 1", "unknown key 'sed'; did you mean 'seed'?"),
        ("seed = 1", "'seed' takes text, not 1"),
        ('paths = "x"', "'paths' takes a list of texts, not 'x'"),
        ("keep-going = 0", "'keep-going' takes true or false, not 0"),
        ("processes = true", "'processes' takes a number or \"auto\", not True"),
        ("variables = {a = 1}", "'variables' takes a table of texts, not {'a': 1}"),
    ],
)
def test_a_bad_default_is_bad_usage(folder: Path, line: str, message: str) -> None:
    """With the file, the key and what it takes."""
    (folder / "pyproject.toml").write_text(f"[tool.harness]\n{line}\n")
    result = harness("run")
    assert (result.exit_code, result.stderr) == (
        2,
        f"error: {folder}/pyproject.toml, [tool.harness]: {message}\n",
    )


def test_a_watch_runs_what_was_saved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything first, then whatever is written; Ctrl-C ends it with the last run's exit code."""
    saved = folder / "scenarios" / "other.yaml"

    def looked(_self: object, _seconds: float) -> None:
        if saved.exists():
            raise KeyboardInterrupt
        saved.write_text(FAILING, encoding="utf-8")

    monkeypatch.setattr("threading.Event.wait", looked)
    result = harness("run", "--watch")
    assert result.exit_code == 1
    assert "saved: scenarios/other.yaml" in result.stderr
    assert [line for line in result.stdout.splitlines() if " in 0." in line or " in 1." in line] == [
        line for line in result.stdout.splitlines() if line.startswith(("1 passed", "1 failed"))
    ]


def test_a_watch_outlives_what_an_editor_does_to_a_file_and_plays_the_case_that_was_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is moved away and written anew, written in two pieces, its folder renamed; only a saved file is played."""
    scenarios = folder / "scenarios"
    table = scenarios / "table.yaml"
    text = f"cases: [{{case: one}}, {{case: two}}]\n{GOOD}"
    table.write_text(text, encoding="utf-8")

    def saved_anew() -> None:
        whole = table.with_suffix(".tmp")
        whole.write_text(text, encoding="utf-8")
        os.utime(whole, ns=(1, 1))
        whole.replace(table)

    acts = iter(
        (
            lambda: table.rename(folder / "table.yaml~"),
            (folder / "table.yaml~").unlink,
            lambda: table.write_text("cases: [{case: one", encoding="utf-8"),
            saved_anew,
            lambda: scenarios.rename(folder / "elsewhere"),
            lambda: (folder / "elsewhere").rename(scenarios),
        )
    )

    def looked(_self: object, _seconds: float) -> None:
        act = next(acts, None)
        if act is None:
            raise KeyboardInterrupt
        act()

    monkeypatch.setattr("threading.Event.wait", looked)
    result = harness("run", "scenarios/table.yaml[one]", "--watch")
    played = [line for line in result.stdout.splitlines() if re.match(r"\d (passed|rejected)", line)]
    assert [line.partition(" in ")[0] for line in played] == [
        "1 passed",
        "1 rejected",
        "1 passed",
        "1 passed",
    ]
    assert result.exit_code == 0


def test_a_watch_runs_what_includes_a_file_that_was_saved(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A background belongs to every scenario that names it, and to no other."""
    shared, using = folder / "common.yaml", folder / "scenarios" / "using.yaml"
    shared.write_text("background: Enabled\nsteps: [enable automatic provisioning: {}]\n", encoding="utf-8")
    using.write_text(
        "scenario: Shared\nexpects: nothing\ninclude: ../common.yaml\nsteps: [{wait: 1m}]\n", encoding="utf-8"
    )
    saved = iter((True, False))

    def looked(_self: object, _seconds: float) -> None:
        if not next(saved):
            raise KeyboardInterrupt
        shared.write_text("background: Broken\nsteps: [enable: {}]\n", encoding="utf-8")

    monkeypatch.setattr("threading.Event.wait", looked)
    result = harness("run", "--watch")
    assert [line for line in result.stderr.splitlines() if line.startswith("saved")] == [
        "saved: scenarios/using.yaml"
    ]
    assert "common.yaml:2:9" in result.stdout


def test_foreign_files_are_not_scenarios(folder: Path) -> None:
    """A folder of other YAML runs nothing, and says how many files were left alone."""
    (folder / "other").mkdir()
    (folder / "other" / "compose.yaml").write_text("services: {}\n")
    result = harness("run", "other")
    assert (result.exit_code, result.stderr) == (
        1,
        "error: no scenario was found in other (1 YAML file there without the top key 'scenario')\n",
    )


def test_show_prints_the_file(folder: Path) -> None:
    """As it is written, whichever way it is named."""
    for name in ("scenarios/good.yaml", "@setup/walkthrough.yaml"):
        assert "scenario: " in harness("show", name).stdout
    assert harness("show", "scenarios/good.yaml").stdout == GOOD
    (folder / "scenarios" / "other.yaml").write_text(GOOD, encoding="utf-8")
    assert harness("show", "scenarios").stderr == (
        "error: 'scenarios' is no single scenario; see 'harness list scenarios'\n"
    )


def test_a_new_scenario_passes(folder: Path) -> None:
    """It begins with something that runs, titled after its file; what exists is left alone."""
    assert harness("new", "scenarios/two-mails.yaml").exit_code == 0
    assert 'scenario: "Two mails"' in (folder / "scenarios" / "two-mails.yaml").read_text()
    assert "1 passed" in harness("run", "scenarios/two-mails.yaml").stdout
    for name, words in (("scenarios/good.yaml", "exists; name another"), ("a.txt", "does not end in .yaml")):
        result = harness("new", name)
        assert (result.exit_code, words in result.stderr) == (2, True)
    assert (folder / "scenarios" / "good.yaml").read_text() == GOOD


@pytest.mark.slow
def test_a_new_scenario_may_begin_with_another(folder: Path) -> None:
    """Its people are found from wherever the copy lies."""
    origin = next(
        name
        for line in harness("list", "@").stdout.splitlines()
        if "from: ../../fixtures/" in harness("show", name := line.partition("  ")[0]).stdout
    )
    assert harness("new", "deep/copy.yaml", "--from", origin).exit_code == 0
    assert "from: '@contoso'" in (folder / "deep" / "copy.yaml").read_text()
    assert harness("list", "deep").exit_code == 0


def test_a_copy_finds_what_its_original_includes(folder: Path) -> None:
    """Backgrounds and people of one's own are named from where the copy lies, in whatever quotes they stood."""
    (folder / "people").mkdir()
    (folder / "people" / "two, really.yaml").write_text(
        "users: [{userPrincipalName: ana@contoso.com, displayName: Ana}]\n", encoding="utf-8"
    )
    (folder / "scenarios" / "shared.yaml").write_text(
        "background: Connected\ninclude: '@connected'\n", encoding="utf-8"
    )
    story = (
        "scenario: Ana is there\n"
        "include: [shared.yaml, '@connected']  # both\n"
        "given: {azure_ad: {from: '../people/two, really.yaml', groups: [{displayName: G}]}}\n"
        "steps: [{graph request: {method: GET, path: /users/ana@contoso.com}, expect: {status: 200}}]\n"
    )
    (folder / "scenarios" / "ana.yaml").write_text(story, encoding="utf-8")
    result = harness("new", "other/deep/ana.yaml", "--from", "scenarios/ana.yaml")
    assert (result.exit_code, result.stderr) == (0, "")
    copy = (folder / "other" / "deep" / "ana.yaml").read_text(encoding="utf-8")
    assert "include: [../../scenarios/shared.yaml, '@connected']  # both" in copy
    assert 'from: "../../people/two, really.yaml", groups' in copy
    assert "1 passed" in harness("run", "other/deep/ana.yaml").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [("explain",), ("--help",), ("list", "@setup"), ("show", "@setup/tokens.yaml")]
)
def test_a_full_disk_is_told_in_a_line(arguments: tuple[str, ...]) -> None:
    """Exit code 2, as for whatever cannot be written; no traceback."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "harness", *arguments]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "error: the output cannot be written: No space left on device\n",
    )


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("list", "@setup"), ("run", "@setup/tokens.yaml")])
def test_a_reader_that_went_away_is_told_in_a_line(arguments: tuple[str, ...]) -> None:
    """As in `harness list | head -1`; a run that passed has not failed."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "harness", *arguments]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (2, "error: the output cannot be written: Broken pipe\n")


def test_people_from_a_pipe_that_nobody_writes_to_are_not_waited_for(folder: Path) -> None:
    """`serve --populate` reads plain files."""
    os.mkfifo(folder / "people.yaml")
    result = harness("serve", "--populate", "people.yaml")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: people.yaml is no plain file; write what it gives to one first\n",
    )
