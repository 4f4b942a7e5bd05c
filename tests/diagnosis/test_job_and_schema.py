"""What the export of a job and of its schema changes about all users, or why it cannot be used."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness.cli import main

SAMPLES = Path(__file__).parents[1] / "exports" / "samples"
SCHEMA: dict[str, Any] = json.loads((SAMPLES / "schema-job-aws.json").read_text(encoding="utf-8"))
USERS = SAMPLES / "users-graph.json"


def diagnosed(tmp_path: Path, document: dict[str, Any], name: str) -> Result:
    file = tmp_path / name
    file.write_text(json.dumps(document), encoding="utf-8")
    return CliRunner().invoke(main, ["diagnose", str(USERS), str(file)])


@pytest.mark.parametrize(
    ("status", "note"),
    [
        ({"code": "Paused"}, "Note: the job is paused: nothing arrives before it is started"),
        (
            {"code": "Quarantine", "quarantine": {"reason": "EncounteredBaseEscrowThreshold"}},
            "Note: the job is in quarantine (EncounteredBaseEscrowThreshold): nothing arrives before that is mended",
        ),
        (
            {"code": "Quarantine", "quarantine": {"error": {"code": "Unauthorized"}}},
            "Note: the job is in quarantine (Unauthorized): nothing arrives before that is mended",
        ),
        ({"code": "Active", "quarantine": None}, ""),
    ],
    ids=["paused", "reason", "code", "active"],
)
def test_the_state_of_the_job_is_said_first(status: dict[str, Any], note: str, tmp_path: Path) -> None:
    job = {"id": "scim.1.2", "templateId": "scim", "schedule": {"state": "Active"}, "status": status}
    result = diagnosed(tmp_path, job, "job.json")
    assert note in result.output
    assert ("the job is" in result.output) == bool(note)


def with_rules(*names: str) -> dict[str, Any]:
    """Return the schema with a rule of each name, none of which is AWS's by its target."""
    schema = copy.deepcopy(SCHEMA)
    rule = schema["synchronizationRules"][0]
    schema["synchronizationRules"] = [
        {**copy.deepcopy(rule), "name": name, "targetDirectoryName": "Other"} for name in names
    ]
    return schema


def test_a_schema_with_several_rules_that_could_be_meant_is_refused(tmp_path: Path) -> None:
    result = diagnosed(tmp_path, with_rules("Cats", "Dogs"), "schema.json")
    assert result.exit_code == 2
    assert "2 rules (Cats, Dogs); leave in the one that provisions users to AWS" in result.output


def test_two_mappings_of_users_are_refused(tmp_path: Path) -> None:
    schema = copy.deepcopy(SCHEMA)
    mappings = schema["synchronizationRules"][0]["objectMappings"]
    (users,) = [each for each in mappings if each["sourceObjectName"] == "User"]
    mappings.append(copy.deepcopy(users))
    result = diagnosed(tmp_path, schema, "schema.json")
    assert result.exit_code == 2
    assert "two mappings of users are enabled; leave in the one that is meant" in result.output


def test_a_schema_without_rules_is_left_out_and_said(tmp_path: Path) -> None:
    result = diagnosed(tmp_path, {**SCHEMA, "synchronizationRules": []}, "schema.json")
    assert "a schema without rules" in result.output
