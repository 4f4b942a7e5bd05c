"""The shape of the project: who may import whom, how long anything may be, and what lies where."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "harness").rglob("*.py"))
LINES, GLANCE = 300, 15
OPENING = re.compile(r'r?"""\S')
TOP_LEVEL = {
    *{"pyproject.toml", "README.md", "Makefile", "LICENSE", "requirements.lock"},
    *{"harness", "scenarios", "tests", "fixtures"},
}
# Written in halves, so that this file does not mention what it forbids.
FOREIGN = ["/" + "work/", "/" + "root/", "." + "library", "../" + "shared"]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def project_files() -> list[Path]:
    """Everything that is or would be committed."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git repository to ask")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / path for path in sorted(set(listed.split("\0"))) if path and (ROOT / path).is_file()]


def test_a_folder_imports_only_what_lies_below_it():
    """The layers of pyproject.toml hold: reading top-down, nothing below needs what is above."""
    program = "from importlinter.cli import lint_imports_command as run; run()"
    run = subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_module_opens_with_what_it_is():
    """Whoever opens a file is told what it is for."""
    silent = [module for module in MODULES if not OPENING.match(module.read_text(encoding="utf-8"))]
    assert not [f"{name(module)}:1" for module in silent]


def test_no_module_is_too_long():
    """A file can be read in one sitting."""
    lengths = {name(module): len(module.read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert not [f"{module}: {length} lines" for module, length in lengths.items() if length > LINES]


MIRRORED = ROOT / "tests"
# What no one folder of the package is the subject of: measurements, campaigns, other people's programs.
APART = {
    "benchmarks",
    "campaigns",
    "azure_ad/provisioning/servers",
    "certification/right",
    "aws_sso/scim/referee",
}


def test_tests_lie_where_their_subject_lies():
    """Who looks for the tests of a folder finds them under its name."""
    folders = {module.parent.relative_to(MIRRORED).as_posix() for module in MIRRORED.rglob("*/**/test_*.py")}
    assert not [folder for folder in folders - APART if not (ROOT / "harness" / folder).is_dir()]


def test_a_folder_can_be_taken_in_at_a_glance():
    """A folder has about fifteen modules; beyond that it has rooms."""
    modules = Counter(name(module.parent) for module in MODULES if module.name != "__init__.py")
    assert {folder: count for folder, count in modules.items() if count > GLANCE} == {}


def test_nothing_mentions_the_machine_it_was_written_on():
    """The project is at home anywhere: no path or tool of one particular machine stands in it."""
    found = []
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if not any(word in text for word in FOREIGN):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found += [f"{name(path)}:{number} mentions {word}" for word in FOREIGN if word in line]
    assert not found


def test_the_top_level_is_what_the_readme_shows():
    """A newcomer sees four folders and a handful of files."""
    present = {path.relative_to(ROOT).parts[0] for path in project_files()}
    assert not {entry for entry in present - TOP_LEVEL if not entry.startswith(".")}


def test_modules_have_telling_names():
    """Modules are nouns of the subject, not drawers."""
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
    assert not [name(module) for module in MODULES if module.stem in drawers]
