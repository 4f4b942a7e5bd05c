"""What `pip install` brings: the package with everything it reads at run time, and no tests.

With hatchling at hand a wheel is built and opened. Without it (it is needed only to build) the configuration is
held against the files: hatchling takes the whole folder of `packages`, less what git ignores.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DATA = {
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "harness").rglob("*")
    if path.is_file() and path.suffix != ".py" and path.parent.name != "__pycache__"
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A freshly built wheel."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    program = f"import hatchling.build; hatchling.build.build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def wheel(built):
    """The names inside it."""
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def foreign(built, tmp_path_factory):
    """A repository of somebody else's, in an environment that has the wheel alone, and a way to run there."""
    environment, repository = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("repository")
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    listed = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"],
        capture_output=True,
        text=True,
        check=True,
    )
    place = Path(listed.stdout.strip())
    with zipfile.ZipFile(built) as archive:
        archive.extractall(place)
    # What the package needs stands in our own environment; what is ours there is hidden behind the wheel's.
    (place / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (repository / "deploy").mkdir()
    (repository / "deploy" / "compose.yaml").write_text("services: {}\n")
    (repository / "stories").mkdir()
    (repository / "stories" / "mine.yaml").write_text(
        "scenario: Mine\ntags: [mine]\ncases: [{case: a b}]\nsteps:\n  - enable automatic provisioning: {}\n    expect: {result: success}\n"
    )

    def run(*arguments):
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [python, "-m", *arguments], cwd=repository, env=clean, capture_output=True, text=True, check=False
        )

    return run


def test_the_wheel_alone_lists_and_runs_what_it_brings(foreign):
    """`@…` needs no checkout, and its people are found."""
    where = foreign("harness", "show", "@setup/walkthrough.yaml")
    assert (where.returncode, "scenario: " in where.stdout) == (0, True)
    listed = foreign("harness", "list", "@setup")
    assert "@setup/test-connection.yaml  " in listed.stdout
    ran = foreign("harness", "run", "@setup/walkthrough.yaml", "@setup/test-connection.yaml")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "2 passed" in ran.stdout


def test_a_foreign_repository_has_its_own_scenarios_tested(foreign):
    """By content, wherever they lie; what else of YAML is there is left alone, and tags are marks."""
    ran = foreign("pytest", "-q", "-p", "no:cacheprovider", "--strict-markers", "-m", "mine")
    assert (ran.returncode, "1 passed" in ran.stdout) == (0, True), ran.stdout + ran.stderr
    ran = foreign("pytest", "-q", "-p", "no:cacheprovider", "stories/mine.yaml[a b]")
    assert (ran.returncode, "1 passed" in ran.stdout) == (0, True), ran.stdout + ran.stderr
    ran = foreign("pytest", "-q", "-p", "no:cacheprovider", "deploy")
    assert ran.returncode == 5
    assert "/deploy: 1 YAML file without the top key 'scenario'" in ran.stdout
    made = foreign("harness", "new", "stories/first.yaml")
    assert made.stdout == "wrote stories/first.yaml; run it with: harness run stories/first.yaml\n"
    assert foreign("harness", "run", "stories").returncode == 0


def test_the_wheel_holds_the_package_and_its_data(wheel):
    """Every module and every data file of the source is inside."""
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "harness").rglob("*.py")}
    assert not (modules | DATA) - wheel


def test_the_wheel_holds_the_scenarios_and_their_people(wheel):
    """They travel inside the package, whole."""
    travelling = {
        f"harness/{path.relative_to(ROOT).as_posix()}"
        for folder in ("scenarios", "fixtures")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert travelling
    assert not travelling - wheel


def test_the_wheel_holds_nothing_else(wheel):
    """Tests stay in the repository."""
    assert {name.partition("/")[0] for name in wheel if ".dist-info/" not in name} == {"harness"}


def test_the_package_is_taken_whole():
    """The configuration names the folder and leaves nothing out of it, so that no kind of file can be forgotten."""
    hatch = PROJECT["tool"]["hatch"]["build"]
    assert hatch["targets"]["wheel"] == {
        "packages": ["harness"],
        "force-include": {"scenarios": "harness/scenarios", "fixtures": "harness/fixtures"},
    }
    assert set(hatch) == {"targets"}


def test_no_data_file_is_ignored():
    """What git ignores, hatchling leaves out: no file that the package reads may be among it."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git repository to ask")
    command = ["git", "check-ignore", "--no-index", "--stdin"]
    run = subprocess.run(
        command, cwd=ROOT, input="\n".join(sorted(DATA)), capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (1, "", "")


def test_there_is_data_to_speak_of():
    """Quirk tables, the scenario schema, pages and their style are files beside the code."""
    assert {".yaml", ".json", ".css"} <= {Path(name).suffix for name in DATA}
    assert any(".html" in name for name in DATA)


def test_every_entry_point_leads_somewhere():
    """The command and the pytest plugin name modules that exist."""
    project = PROJECT["project"]
    targets = [*project["scripts"].values(), *project["entry-points"]["pytest11"].values()]
    for target in targets:
        module = target.partition(":")[0].replace(".", "/")
        assert (ROOT / f"{module}.py").is_file() or (ROOT / module / "__init__.py").is_file(), target


def test_the_sources_ship_what_their_tests_need():
    """Whoever gets the source archive can run the tests."""
    assert {"harness", "scenarios", "fixtures", "tests"} <= set(
        PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    )
