"""The guide's own case, from what an administrator downloads: users as CSV, the schema, the log. One command each way.

https://docs.aws.amazon.com/singlesignon/latest/userguide/idp-microsoft-entra.html, of 2020, Troubleshooting. The portal's
CSV has no fax number, so nobody without a second number can be judged; the cure names the fax mapping all the same.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.azure_ad.mappings.templates import build
from harness.cli import main

PORTAL = (
    (Path(__file__).parents[1] / "exports" / "samples" / "users-portal.csv")
    .read_text("utf-8")
    .splitlines()[0]
)
JOB = "scim.6f0c2a513b7e4c199d840a1be5c7d2f3.0c8f5b3a-77d1-4e26-b9a0-3d14e6f28c91"
PEOPLE = (
    ("katherine.brandt", "1", "+1 202 555 0102"),
    ("amal.haddad", "2", "+1 202 555 0103"),
    ("igor.petrov", "3", ""),
)
SENTENCE = "Request is unparsable, syntactically incorrect, or violates schema."


@pytest.fixture
def downloads(tmp_path: Path) -> list[str]:
    """Write the three files; return their paths and the year."""
    rows = [PORTAL]
    for name, key, mobile in PEOPLE:
        given, surname = name.title().split(".")
        values = {
            "userPrincipalName": f"{name}@corvid.example",
            "displayName": f"{given} {surname}",
            "surname": surname,
            "mail": f"{name}@corvid.example",
            "givenName": given,
            "id": key,
            "accountEnabled": "True",
            "telephoneNumber": f"+1 202 555 010{key}",
            "mobilePhone": mobile,
        }
        rows.append(",".join(values.get(column, "") for column in PORTAL.split(",")))
    (tmp_path / "users.csv").write_text("\n".join(rows), encoding="utf-8-sig")
    (tmp_path / "schema.json").write_text(json.dumps(build("scim", JOB, "rule", "Microsoft Entra ID")))
    body = json.dumps({"detail": SENTENCE, "status": "400", "exceptionRequestId": "a94c3e17"})
    reason = f"StatusCode: BadRequest\r\nMessage: …\r\nWeb Response: \r\n{body}. This operation was retried 0 times."
    entries = [
        {
            "changeId": key,
            "cycleId": "1",
            "jobId": JOB,
            "activityDateTime": "2020-11-02T09:41:03Z",
            "provisioningAction": "create",
            "sourceIdentity": {"id": key, "details": {"UserPrincipalName": f"{name}@corvid.example"}},
            "provisioningStatusInfo": {
                "status": "failure",
                "errorInformation": {"errorCode": "X", "reason": reason},
            },
        }
        for name, key, mobile in PEOPLE
        if mobile
    ]
    (tmp_path / "log.json").write_text(json.dumps(entries))
    files = [str(tmp_path / name) for name in ("users.csv", "schema.json", "log.json")]
    return [*files, "--profile", "aws-sso-2020"]


def test_the_downloads_lead_to_the_guides_cure(downloads: list[str]) -> None:
    result = CliRunner().invoke(main, ["diagnose", *downloads])
    assert result.exit_code == 1
    assert "2 refused by AWS: AWS takes one value of phoneNumbers" in result.output
    assert (
        "Delete the mappings of facsimileTelephoneNumber and mobile (Attribute Mapping page)" in result.output
    )
    assert "The logs: 2 of 2 failures and skips come out here too" in result.output


def test_the_downloads_become_a_scenario_of_a_few_lines_that_plays(
    downloads: list[str], tmp_path: Path
) -> None:
    case = tmp_path / "case.yaml"
    result = CliRunner().invoke(main, ["reproduce", *downloads, "-o", str(case)])
    assert result.exit_code == 0, result.output
    text = case.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 40
    assert "delete: ['phoneNumbers[type eq \"mobile\"].value', 'phoneNumbers[type eq \"fax\"].value']" in text
    assert not any(name.partition(".")[0] in text for name, _, _ in PEOPLE)
    assert CliRunner().invoke(main, ["run", str(case)]).exit_code == 0
