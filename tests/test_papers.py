"""The papers for the next person: what they point at is there, and they stay short enough to be read."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ARCHITECTURE = (ROOT / "harness/README.md").read_text(encoding="utf-8")
PAPERS = [
    *(ROOT / "README.md", ROOT / "harness/README.md", ROOT / "harness/testing/README.md"),
    ROOT / "harness/serving/README.md",
    ROOT / ".github/CONTRIBUTING.md",
]


def words(path):
    return len(path.read_text(encoding="utf-8").split())


def named(text):
    """Every path in back quotes that starts in a folder of the project."""
    paths = re.findall(r"`((?:harness|scenarios|tests|fixtures)/[\w./*-]*)`", text)
    return sorted({path for path in paths if not path.startswith("tests/*")})


def route():
    """The files of the reading route; a folder counts with the modules named behind it."""
    section = ARCHITECTURE.partition("## Reading route")[2].partition("\n## ")[0]
    files, folder = [], ROOT
    for path in re.findall(r"`([\w./-]+)`", section):
        place = ROOT / path
        if place.is_dir():
            folder = place
        else:
            files.append(place if place.is_file() else folder / path)
    return files


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_paper_points_at_is_there(paper):
    """A path that moved takes its mention along."""
    missing = [
        path for path in named(paper.read_text(encoding="utf-8")) if not any(ROOT.glob(path.rstrip("/")))
    ]
    assert not missing


def test_the_readme_is_short():
    """User first, and read to its end."""
    assert words(ROOT / "README.md") < 1500


def test_the_reading_route_takes_an_hour():
    """At most 9,000 words of code and prose, the page down to its end included, all of them there."""
    files = route()
    assert len(files) >= 10
    assert not [path for path in files if not path.is_file()]
    page = ARCHITECTURE.partition("\n## Four recipes")[0]
    first_row = (ROOT / "harness/aws_sso/quirks.yaml").read_text(encoding="utf-8").partition("\nquirks:\n")[2]
    read = [page, re.split(r"\n  (?=\S)", first_row)[0]]
    read += [path.read_text(encoding="utf-8") for path in files if path.name != "quirks.yaml"]
    assert sum(len(text.split()) for text in read) <= 9000
