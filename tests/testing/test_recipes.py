"""The recipes of harness/testing/README.md run as they stand, and none is longer than fifteen lines."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from harness import World, testing
from harness.agreement.records import NOBODY_IN_SCOPE
from harness.pytest_plugin import pytest_configure
from tests.testing.connector import connector

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "harness" / "testing" / "README.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^## (.*?)\n.*?```(?:python|yaml|sh)\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE))
STORIES = [title for title, recipe in RECIPES.items() if "def test_" in recipe]
PIPELINES = {
    "Certify in GitHub Actions": lambda document: [
        step["run"] for step in document["jobs"]["scim"]["steps"] if "run" in step
    ],
    "Certify in GitLab CI": lambda document: document["scim"]["script"],
}
# A client that brings one person, in the fewest words.
CLIENT = """
import urllib3

PERSON = {"userName": "ana@contoso.com", "displayName": "Ana Ruiz", "name": {"givenName": "Ana", "familyName": "Ruiz"}}


def my_client(endpoint, token):
    http = urllib3.PoolManager(headers={"Authorization": f"Bearer {token}"})
    answer = http.request("GET", f'{endpoint}/Users?filter=userName eq "ana@contoso.com"')
    if not answer.json()["totalResults"]:
        http.request("POST", f"{endpoint}/Users", json=PERSON)
    http.clear()
"""
SYNC = f"""#!{sys.executable}
import json
import os
{CLIENT}
my_client(os.environ["SCIM_ENDPOINT"].rstrip("/"), os.environ["SCIM_TOKEN"])
"""


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_is_short(title):
    assert len(RECIPES[title].strip().splitlines()) < 15


@pytest.mark.slow
@pytest.mark.parametrize("title", STORIES)
def test_a_test_of_the_recipes_passes(title, pytester, monkeypatch):
    """With a client and a connector of a few lines in the places of yours."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest("pytest_plugins = ['harness.pytest_plugin']" if not installed() else "")
    imports = "import pytest\n"
    use = "from tests.testing.connector import connector as my_connector\n"
    pytester.makepyfile(imports + use + CLIENT + RECIPES[title])
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)


@pytest.mark.slow
@pytest.mark.parametrize("title", PIPELINES)
def test_a_pipeline_of_the_recipes_certifies(title, tmp_path):
    """Its commands, but for the installation, write the reports that it keeps."""
    commands = PIPELINES[title](yaml.safe_load(RECIPES[title]))
    assert commands[0] == "pip install scim-harness"
    sync = tmp_path / "my-sync"
    sync.write_text(SYNC, encoding="utf-8")
    sync.chmod(0o755)
    words = commands[1].replace("harness ", f"{sys.executable} -m harness ", 1)
    run = subprocess.run(
        words, shell=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode in (0, 1), run.stderr
    assert (tmp_path / "scim.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert (tmp_path / "scim.html").exists()


@pytest.mark.slow
def test_the_commands_for_any_language_run_as_they_stand(tmp_path):
    """In a shell, with `harness` as it is started here; ports of the machine's choosing."""
    harness = f"{sys.executable} -m harness"
    script = RECIPES["In any other language, or with unittest"].replace(
        "harness serve --populate fixtures/small.yaml",
        f"{harness} serve --aws-port 0 --azure-port 0 --populate {ROOT / 'fixtures' / 'small.yaml'}",
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        ["bash", "-e"], input=f"trap 'kill %1; wait' EXIT\n{script}", cwd=tmp_path, env=environment, capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    answers = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    assert answers[0]["name"] == "arranged", run.stderr
    assert (
        answers[1]["value"]
        == answers[4]["ended"]
        == [{"number": 1, "request": "POST /Users", "wanted": 1, "met": 0}]
    )
    assert answers[3]["count"] == 0
    assert answers[5]["equal"] is True
    assert answers[7]["last"] > 0
    assert answers[8:10] == [{"reset": True, "snapshots": ["arranged"]}, {"populated": True}]
    assert answers[10]["problem"] == NOBODY_IN_SCOPE


def installed() -> bool:
    """Tell whether pytest loads the plugin by itself."""
    from importlib.metadata import entry_points

    return any(each.value == pytest_configure.__module__ for each in entry_points(group="pytest11"))


def test_what_a_world_has_is_there():
    """Every name of the table is one of the world's, or of a side's."""
    table = TEXT.partition("## What a world has")[2].partition("| --- |")[2]
    names = {
        name
        for each in re.findall(r"`([^`]+)`", table)
        for name in [each.rpartition(".")[2].partition("(")[0]]
    }
    with World() as world:
        there = {*dir(world), *dir(world.aws_sso), *dir(world.azure_ad), *dir(world.clock), "world"}
        there |= set(testing.__all__) | {"HarnessError"}
    assert names - there == set()


def test_the_connector_is_as_short_as_is_said():
    lines = Path(connector.__code__.co_filename).read_text(encoding="utf-8").splitlines()
    assert len(lines) < 45
