"""Call sequences of the tools that administrators use, each a table of requests with its source."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

from tests.azure_ad.caller import EVENTUAL, Caller
from tests.azure_ad.provisioning.company import GRAPH

TABLES = sorted(Path(__file__).with_name("requests").glob("*.yaml"))


def at(document, path):
    for step in path.split("."):
        document = document[int(step)] if step.isdigit() else document[step]
    return document


def filled(value, names):
    text = json.dumps(value)
    for name, entry in names.items():
        text = text.replace("{" + name + "}", entry)
    return json.loads(text)


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem == "terraform" else [])
        for path in TABLES
    ],
)
def test_a_sequence_runs_through(company, table):
    """Every request answers with its documented status and what the tool reads from the answer."""
    company.person("ana")
    graph = Caller(company)
    names = {"app": company.app, "job": company.job, "root": f"{GRAPH}/v1.0"}
    for row in yaml.load(table.read_text(encoding="utf-8"), yaml.CSafeLoader)["requests"]:
        method, _, path = filled(row["do"], names).partition(" ")
        headers = EVENTUAL if row.get("eventual") else ()
        answer = graph(
            method, quote(path, safe="/?&=$'()%@:,"), filled(row.get("body"), names), headers=headers
        )
        assert answer.status == row["expect"], (row["call"], answer.body)
        document = answer.json() if answer.body else {}
        names |= {name: at(document, place) for name, place in row.get("let", {}).items()}
        for place, expected in filled(row.get("has", {}), names).items():
            assert at(document, place) == expected, (row["call"], place, document)
