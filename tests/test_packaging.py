"""What `pip install` brings: the package with everything it reads at run time, and no tests.

With hatchling at hand a wheel is built and opened. Without it (it is needed only to build) the configuration is
held against the files: hatchling takes the whole folder of `packages`, less what git ignores.
"""

import importlib.util
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DATA = {
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "harness").rglob("*")
    if path.is_file() and path.suffix not in {".py", ".pyc"}
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names inside a freshly built wheel."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    program = f"import hatchling.build; hatchling.build.build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_package_and_its_data(wheel):
    """Every module and every data file of the source is inside."""
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "harness").rglob("*.py")}
    assert not (modules | DATA) - wheel


def test_the_wheel_holds_nothing_else(wheel):
    """Tests, scenarios and fixtures stay in the repository."""
    assert {name.partition("/")[0] for name in wheel if ".dist-info/" not in name} == {"harness"}


def test_the_package_is_taken_whole():
    """The configuration names the folder and leaves nothing out of it, so that no kind of file can be forgotten."""
    hatch = PROJECT["tool"]["hatch"]["build"]
    assert hatch["targets"]["wheel"] == {"packages": ["harness"]}
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
