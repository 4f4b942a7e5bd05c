"""What `harness run` loads: a file that asks for no page, no AWS API and no sign-in waits for the import of none."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from harness.__main__ import main
try:
    main()
except SystemExit as end:
    assert end.code == 0, end.code
sys.stderr.write("\\n".join(sys.modules))
"""
# Packages whose import costs more than a hundredth of a start, and rooms that hardly a scenario enters.
FOREIGN = {
    *("regex", "lxml", "signxml", "cryptography", "jsonschema", "faker", "ijson", "smtplib", "httptools", "urllib3"),
    *("multiprocessing", "asyncio", "psycopg", "pytest", "rich"),
    *("flask", "werkzeug", "jinja2", "itsdangerous", "ssl", "http.client"),
}  # fmt: skip
ROOMS = (
    *("harness.azure_ad.portal", "harness.azure_ad.sign_in.oauth", "harness.azure_ad.sign_in.single_sign_on"),
    *("harness.azure_ad.provisioning.why", "harness.azure_ad.directory.membership.rule"),
    *("harness.aws_sso.apis", "harness.aws_sso.user_portal", "harness.aws_sso.console.blueprint"),
    *("harness.certification", "harness.client", "harness.diagnosis", "harness.serving", "harness.traffic"),
    *("harness.agreement.comparing", "harness.report.page", "harness.remedies.causes", "harness.testing"),
)
DATACLASSES = 25
MOST = 330  # modules of our own; there are about 680


def loaded(path: str) -> set[str]:
    """Return the names of all modules that are there once a scenario has been played."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, "run", path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stderr.split())


def entered(names: set[str]) -> list[str]:
    return [room for room in ROOMS if any(name == room or name.startswith(f"{room}.") for name in names)]


@pytest.fixture(scope="module")
def plain() -> set[str]:
    return loaded("scenarios/sync/joiners.yaml")


def test_a_plain_scenario_loads_no_package_that_it_does_not_use(plain):
    """Each of these would make every start slower for the few that need it."""
    assert not FOREIGN & plain


def test_a_plain_scenario_enters_no_room_of_pages_and_apis(plain):
    assert not entered(plain)


def test_a_plain_scenario_loads_less_than_half_of_the_modules(plain):
    """Counted instead of timed: a module costs about a millisecond."""
    ours = [name for name in plain if name.split(".")[0] == "harness"]
    assert len(ours) <= MOST


def test_few_records_of_a_plain_scenario_are_dataclasses(plain):
    """A dataclass writes and compiles its methods at every start, which takes as long as a module; a Struct does not."""
    files = [ROOT / f"{name.replace('.', '/')}.py" for name in plain if name.split(".")[0] == "harness"]
    texts = [path.read_text(encoding="utf-8") for path in files if path.is_file()]
    assert sum(text.count("\n@dataclass") for text in texts) <= DATACLASSES
    assert sum(text.count("(Struct") for text in texts) > DATACLASSES


@pytest.mark.slow
def test_a_scenario_that_signs_in_enters_those_rooms():
    """The names above are right, and a room opens when it is asked for."""
    rooms = entered(loaded("scenarios/setup/sign-in-from-the-portal.yaml"))
    assert {"harness.aws_sso.user_portal", "harness.azure_ad.sign_in.single_sign_on"} <= set(rooms)


def test_nothing_is_imported_until_an_interruption_is_answered() -> None:
    """Ctrl-C during an import that comes before the command's own try would be a traceback."""
    code = "import sys; before = set(sys.modules); import harness.__main__; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['harness', 'harness.__main__']\n"


def test_what_is_left_at_the_end_is_not_looked_through() -> None:
    """The interpreter looks for circles once more as it ends, in all that was loaded, unless it is told not to."""
    program = "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count()))\n" + PROGRAM
    done = subprocess.run(
        [sys.executable, "-c", program, "run", "scenarios/setup/test-connection.yaml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout.split()[-1]) > 10_000
