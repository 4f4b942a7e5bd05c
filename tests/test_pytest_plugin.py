"""Scenario files as pytest tests: collected, chosen, reported and refused as users see it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

# pytester forgets the modules an inner run imported, and PyYAML's C part cannot be imported twice: here they stay.
from harness import pytest_plugin
from harness.report import diagnostics  # noqa: F401
from harness.scenario import running

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]

PASSING = "scenario: Provisioning can be enabled\ntags: [calm]\nexpects: nothing\nsteps:\n  - enable automatic provisioning: {}\n"
FAILING = "scenario: Somebody is there\nsteps:\n  - enable automatic provisioning:\n    expect:\n      aws users:\n        - {userName: ana}\n"
CASES = "scenario: A table\ncases:\n  - {case: one}\n  - {case: two}\nexpects: nothing\nsteps:\n  - enable automatic provisioning: {}\n"
BAD = "scenario: A bad file\nsteps:\n  - veiw job: {}\n"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    (pytester.path / "scenarios" / "deep").mkdir(parents=True)
    return pytester


def write(project: pytest.Pytester, name: str, text: str) -> None:
    (project.path / name).write_text(text, encoding="utf-8")


def test_every_case_is_an_item(project: pytest.Pytester) -> None:
    """Files below `scenarios` are collected, a table case by case, under names that can be selected."""
    write(project, "scenarios/deep/calm.yml", PASSING)
    write(project, "scenarios/table.yaml", CASES)
    write(project, "compose.yaml", "services: {}\n")
    project.runpytest("--collect-only", "-q").stdout.fnmatch_lines_random(
        [
            "scenarios/deep/calm.yml::calm",
            "scenarios/table.yaml::table[[]one]",
            "scenarios/table.yaml::table[[]two]",
        ]
    )
    project.runpytest().assert_outcomes(passed=3)
    project.runpytest("scenarios/table.yaml::table[two]").assert_outcomes(passed=1)


def test_a_failure_reads_as_in_the_terminal_report(project: pytest.Pytester) -> None:
    """The failing line with its caret, expected and actual, and no Python."""
    write(project, "scenarios/fails.yaml", FAILING)
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*fails: Somebody is there*",
            "error: enable automatic provisioning: *aws users*",
            " --> scenarios/fails.yaml:6:*",
            "6 |         - {userName: ana}",
            "*^",
            '  expected: *"ana"*',
            "  actual: *",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "\x1b" not in result.stdout.str()


def test_a_bad_file_is_a_collection_error(project: pytest.Pytester) -> None:
    """File, line and column, and no traceback."""
    write(project, "scenarios/bad.yaml", BAD)
    result = project.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["error: unknown step 'veiw job'; did you mean 'view job'?", " --> scenarios/bad.yaml:3:5", "*^"]
    )
    assert "Traceback" not in result.stdout.str()
    assert "pytest_plugin.py" not in result.stdout.str()


def test_a_file_named_on_the_command_line_is_collected_wherever_it_is(project: pytest.Pytester) -> None:
    """Asking for a file by name is enough."""
    write(project, "elsewhere.yaml", PASSING)
    project.runpytest("elsewhere.yaml").assert_outcomes(passed=1)


def test_the_folders_can_be_chosen(project: pytest.Pytester) -> None:
    """`scenario_paths` replaces the default."""
    project.makeini("[pytest]\nscenario_paths = stories more\n")
    (project.path / "stories").mkdir()
    write(project, "stories/calm.yaml", PASSING)
    write(project, "scenarios/bad.yaml", BAD)
    project.runpytest().assert_outcomes(passed=1)


def test_without_a_setting_the_content_decides(project: pytest.Pytester) -> None:
    """A scenario is found wherever it lies; Molecule's own `scenario` and a list of Artillery's are none."""
    write(project, "elsewhere.yaml", PASSING)
    write(project, "molecule.yml", "scenario:\n  name: default\nplatforms: []\n")
    write(project, "load.yaml", "scenarios:\n  - flow: []\n")
    project.runpytest("-W", "error").assert_outcomes(passed=1)


def test_a_named_folder_without_scenarios_is_told(project: pytest.Pytester) -> None:
    """Nothing ran because nothing there is a scenario."""
    (project.path / "deploy").mkdir()
    write(project, "deploy/compose.yaml", "services: {}\n")
    result = project.runpytest("deploy")
    result.stdout.fnmatch_lines(
        ["no scenario was found in */deploy: 1 YAML file without the top key 'scenario'"]
    )


def test_ids_of_harness_list_are_taken(project: pytest.Pytester) -> None:
    """A case is named as `harness list` and `harness run` name it."""
    write(project, "scenarios/table.yaml", CASES)
    project.runpytest("scenarios/table.yaml[two]").assert_outcomes(passed=1)


def test_tags_are_marks(project: pytest.Pytester) -> None:
    """-m knows them, and strict markers do not mind."""
    write(project, "scenarios/a.yaml", PASSING.replace("calm", "servers-that-misbehave"))
    write(project, "scenarios/b.yaml", CASES)
    result = project.runpytest("--strict-markers", "-m", "servers-that-misbehave")
    result.assert_outcomes(passed=1, deselected=2)


def test_values_come_from_the_command_line(project: pytest.Pytester) -> None:
    """As with `harness run --var`."""
    write(project, "scenarios/a.yaml", PASSING.replace("Provisioning", "${what}"))
    project.runpytest("--scenario-var", "what=It").assert_outcomes(passed=1)
    project.runpytest().assert_outcomes(errors=1)


def test_a_misspelt_variable_is_refused(project: pytest.Pytester) -> None:
    """As with `harness run --var`: the scenario would be played without the value that is meant."""
    text = CASES.replace("{case: one}", "{case: one, tenant: x}").replace("A table", "Of ${tenant}")
    write(project, "scenarios/a.yaml", text.replace("{case: two}", "{case: two, tenant: y}"))
    result = project.runpytest("--scenario-var", "tenent=z")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        "*nothing mentions '${tenent}', which --scenario-var gives; did you mean 'tenant'?*"
    )


def test_a_misspelt_variable_is_refused_by_each_scenario_in_a_process_of_xdist(
    project: pytest.Pytester,
) -> None:
    """There the run cannot be ended with a sentence."""
    project.makeconftest("def pytest_configure(config): config.workerinput = {}")
    text = CASES.replace("{case: one}", "{case: one, tenant: x}").replace("A table", "Of ${tenant}")
    write(project, "scenarios/a.yaml", text.replace("{case: two}", "{case: two, tenant: y}"))
    result = project.runpytest("-p", "no:xdist", "--scenario-var", "tenent=z")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines("*error: nothing mentions '${tenent}', which --scenario-var gives*")


def test_titles_and_tags_are_found_by_k(project: pytest.Pytester) -> None:
    """-k knows the words of the title and the tags."""
    write(project, "scenarios/a.yaml", PASSING)
    write(project, "scenarios/b.yaml", CASES)
    project.runpytest("-k", "calm").assert_outcomes(passed=1, deselected=2)
    project.runpytest("-k", "Provisioning").assert_outcomes(passed=1, deselected=2)
    project.runpytest("-k", "two").assert_outcomes(passed=1, deselected=2)


def test_workers_share_the_scenarios(project: pytest.Pytester) -> None:
    """The same items are collected in every process of pytest-xdist."""
    write(project, "scenarios/a.yaml", PASSING)
    write(project, "scenarios/b.yaml", CASES)
    project.runpytest_subprocess("-n", "2").assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("ini", "arguments", "seed"),
    [("", [], "1"), ("scenario_seed = 5", [], "5"), ("scenario_seed = 5", ["--scenario-seed", "9"], "9")],
)
def test_the_seed_comes_from_the_command_line_the_ini_file_or_is_one(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ini: str, arguments: list[str], seed: str
) -> None:
    """The nearest setting wins."""
    seeds = []
    original = running.run_scenario

    def watched(scenario, *, seed):
        seeds.append(seed)
        return original(scenario, seed=seed)

    monkeypatch.setattr(running, "run_scenario", watched)
    project.makeini(f"[pytest]\n{ini}\n")
    write(project, "scenarios/a.yaml", PASSING)
    project.runpytest(*arguments).assert_outcomes(passed=1)
    assert seeds == [seed]


def test_only_public_names_of_pytest_are_used() -> None:
    """A new pytest release must not break every run of an environment that has us installed."""
    source = Path(pytest_plugin.__file__).read_text(encoding="utf-8")
    assert "_pytest" not in re.sub(r"pytest_\w+", "", source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "pytest":
            assert node.attr in pytest.__all__


def test_foreign_runs_pay_nothing() -> None:
    """Loading the plugin imports neither YAML nor Flask nor any other part of the harness."""
    code = (
        "import sys, pytest; before = set(sys.modules); import harness.pytest_plugin\n"
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['harness', 'harness.pytest_plugin']"
