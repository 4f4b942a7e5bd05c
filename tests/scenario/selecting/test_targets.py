"""What is meant on the command line: files, folders, ids, and what in a folder is left alone."""

import os
from pathlib import Path

import pytest

from harness.base.errors import HarnessError
from harness.scenario import shipped
from harness.scenario.loading import ScenarioError, load
from harness.scenario.selecting.targets import is_scenario, others, targets

GOOD = "scenario: A\nsteps:\n  - wait: 1m\n"


def write(path: Path, text: str = GOOD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_is_sorted_and_walked_once(folder: Path) -> None:
    """The same folder gives the same order on every machine."""
    for name in ("b/z.yaml", "b/a.yml", "a.yaml"):
        write(folder / name)
    write(folder / "notes.txt")
    assert [target.name for target in targets([".", "a.yaml"])] == ["a.yaml", "b/a.yml", "b/z.yaml"]


def test_the_nearest_sibling_is_named(folder: Path) -> None:
    """A mistyped path is answered with the name that was meant."""
    write(folder / "setup.yaml")
    with pytest.raises(HarnessError, match=r"no file or folder 'setpu\.yaml'; did you mean 'setup"):
        targets(["setpu.yaml"])


@pytest.mark.parametrize("word", ["a.yaml[one [or] two]", "a.yaml::a[one [or] two]"])
def test_a_case_is_named_as_list_and_as_pytest_print_it(folder: Path, word: str) -> None:
    """An id can be copied from either."""
    write(folder / "a.yaml")
    (target,) = targets([word])
    assert (target.name, target.case) == ("a.yaml", "one [or] two")


def test_a_file_whose_name_has_brackets_is_a_file(folder: Path) -> None:
    """What exists is never taken apart."""
    write(folder / "a[1].yaml")
    assert [target.case for target in targets(["a[1].yaml"])] == [None]


@pytest.mark.parametrize(
    ("text", "is_one", "for_certain"),
    [
        (GOOD, True, True),
        ("# words\n'scenario': A\nsteps: []\n", True, True),
        ("scenario: A\nstepps: []\n", True, False),
        ("scenaro: A\nsteps: []\n", True, False),
        ("{scenario: A, steps: []}", True, False),
        ("services:\n  web: {}\n", False, False),
        ("given:\n  scenario: no\nsteps: []\n", False, False),
        ("scenarios:\n  - flow: []\n", False, False),
        ("scenario:\n  name: default\n  test_sequence: []\nplatforms: []\n", True, False),
        ("", False, False),
    ],
)
def test_the_content_decides_what_a_scenario_is(
    folder: Path, text: str, is_one: bool, for_certain: bool
) -> None:
    """Foreign and included files are left alone; a misspelt scenario is not, nor is one in UTF-16."""
    path = write(folder / "a.yaml", text)
    assert (is_scenario(path), is_scenario(path, strictly=True)) == (is_one, for_certain)
    path.write_bytes(text.encode("utf-16"))
    assert is_scenario(path) is is_one
    assert others(["."]) == ([] if is_one else [Path("a.yaml")])


def test_what_is_no_plain_file_is_left_alone_in_a_folder_and_refused_by_name(folder: Path) -> None:
    """A pipe would be waited for, a loop of links leads nowhere."""
    os.mkfifo(folder / "pipe.yaml")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "deep").mkdir()
    (folder / "deep" / "again").symlink_to(folder)
    assert targets(["."]) == []
    with pytest.raises(HarnessError, match=r"'loop\.yaml' is a link that leads to no file"):
        targets(["loop.yaml"])
    with pytest.raises(ScenarioError, match=r"pipe\.yaml:1:1: only a plain file can be read here"):
        load(folder / "pipe.yaml")


def test_shipped_scenarios_have_a_name_that_is_the_same_everywhere() -> None:
    """`@setup/…` is found in a wheel and in a checkout, and leads back to the file."""
    named = [target.name for target in targets(["@setup"])]
    assert "@setup/test-connection.yaml" in named
    assert shipped.file_of("@setup/test-connection.yaml").is_file()
    with pytest.raises(HarnessError, match="no file or folder '@setpu'; did you mean 'setup'"):
        targets(["@setpu"])


def test_people_are_shipped_too() -> None:
    """By the name of their file."""
    assert shipped.fixture("@small").is_file()
    with pytest.raises(HarnessError, match="no people are called '@smal'; did you mean '@small'"):
        shipped.fixture("@smal")


def test_what_is_named_by_several_paths_runs_once(folder: Path) -> None:
    """A folder by a detour, by a link and as a whole path; a case beside its file. The first name is the one that is shown."""
    write(folder / "a" / "one.yaml")
    (folder / "b").symlink_to(folder / "a")
    words = ["a", "a/../a", str(folder / "a"), "b", "a/one.yaml[x]"]
    assert [(target.name, target.case) for target in targets(words)] == [("a/one.yaml", None)]


def test_a_link_to_a_file_is_a_file_of_its_own(folder: Path) -> None:
    """What it includes lies beside the link."""
    write(folder / "a" / "one.yaml")
    (folder / "c").mkdir()
    (folder / "c" / "one.yaml").symlink_to(folder / "a" / "one.yaml")
    assert [target.name for target in targets(["a", "c"])] == ["a/one.yaml", "c/one.yaml"]
