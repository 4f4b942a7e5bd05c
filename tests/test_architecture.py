"""The shape of the project: who may import whom, how long anything may be, and what lies where."""

import ast
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "harness").rglob("*.py"))
LINES, STATEMENTS, GLANCE = 300, 30, 15
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


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def functions(module: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def statements(function: ast.AST) -> int:
    """Count the statements of a function: compound ones with their inside, docstrings and inner functions' insides not."""
    count = 0
    for node in ast.iter_child_nodes(function):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        count += isinstance(node, ast.stmt) + (0 if inner else statements(node))
    return count


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
    assert not [f"{name(module)}:1" for module in MODULES if not ast.get_docstring(tree(module))]


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


def test_no_function_is_too_long():
    """A function fits on a screen and in the head."""
    assert not [
        f"{name(module)}:{function.lineno} {function.name}: {count} statements"
        for module in MODULES
        for function in functions(module)
        if (count := statements(function)) > STATEMENTS
    ]


def test_statements_are_counted_as_people_count_them():
    """The ruler itself: branches count with what they hold, docstrings and inner functions' insides do not."""
    text = '''
def f():
    """Doc."""
    a = 1
    if a:
        b = 2
    elif a:
        c = 3
    else:
        with d, e:
            pass
    def g():
        return 1
    try:
        raise a
    except b:
        ...
    match a:
        case 1:
            pass
    return g
'''
    (function,) = ast.parse(text).body
    assert statements(function) == len(
        [
            "a = 1",
            "if",
            "b = 2",
            "elif",
            "c = 3",
            "with",
            "pass",
            "def g",
            "try",
            "raise",
            "match",
            "pass",
            "return",
        ]
    )


def test_nothing_mentions_the_machine_it_was_written_on():
    """The project is at home anywhere: no path or tool of one particular machine stands in it."""
    found = []
    for path in project_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
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
