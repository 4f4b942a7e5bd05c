"""Codes and sentences as people paste them from either log: each is explained, and seen in a scenario that plays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.base.tables import read_table
from harness.cli import main
from harness.cli.pasting import explained
from harness.remedies.causes import causes
from harness.remedies.sentences import Sentence, sentences

ROOT = Path(__file__).parents[2]
BODY = json.dumps({"detail": "List attribute phoneNumbers exceeds allowed limit of 1", "status": "400"})


@pytest.mark.parametrize("row", sentences(), ids=lambda row: row.text.pattern[:40])
def test_each_row_is_seen_in_the_scenarios_that_it_names(row: Sentence) -> None:
    for name in row.scenarios:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert row.seen in text if row.seen else row.text.search(text), name
    assert row.cause in causes() or (row.meaning and row.remedy and row.source)


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("List attribute phoneNumbers exceeds allowed limit of 1", "AWS takes one value of phoneNumbers"),
        (BODY, "AWS takes one value of phoneNumbers"),
        (json.dumps(BODY), "AWS takes one value of phoneNumbers"),
        (
            f"StatusCode: BadRequest\\r\\nMessage: …\\r\\nWeb Response: \\r\\n{BODY}. This operation was retried 0 times.",
            "phoneNumbers",
        ),
        (
            "&quot;detail&quot;: &quot;Currently list attributes only allow single item&quot;",
            "takes one value",
        ),
        ("NotEffectivelyEntitled", "not assigned"),
        ("“the user is not effectively entitled”", "not assigned"),
        ("Duplicate GroupDisplayName", "AWS has a group of that name already"),
        ("EncounteredQuarantineException", "whole job is in quarantine"),
        ("Please provide a valid tenant URL for your application.", "Generate an access token"),
        ("…constraint: Member must have length less than or equal to 128", "longer than AWS takes"),
        ("SystemForCrossDomainIdentityManagementCredentialValidationFailure", "Generate an access token"),
        ("SystemForCrossDomainIdentityManagementCredentialValidationUnavailable", "whether the server runs"),
        ("Request is unparsable, syntactically incorrect, or violates schema.", "CloudTrail"),
        (
            "1 validation errors detected: Value at 'name.familyName' failed to satisfy constraint: Member must have length greater than or equal to 1",
            "name.familyName",
        ),
    ],
)
def test_a_pasted_text_is_explained(pasted: str, words: str) -> None:
    result = CliRunner().invoke(main, ["explain", pasted])
    assert result.exit_code == 0, result.output
    assert words in result.output
    assert "seen in:  scenarios/" in result.output


CODES = [row["code"] for row in read_table("harness.azure_ad.provisioning.log", "codes.yaml")]


@pytest.mark.parametrize(
    "pasted",
    [
        *CODES,
        "User must be Active.",
        "unclaimed user already exists",
        "app roles with duplicate attribute values",
        "SystemForCrossDomainIdentityManagementBadRequest",
        "Value not supported for attribute department. ",
    ],
)
def test_every_code_of_the_log_is_explained_in_whole_words(pasted: str) -> None:
    lines = list(explained(pasted))
    assert lines, pasted
    words = " ".join(lines)
    assert "{" not in words
    assert "their one of" not in words
    assert "their an " not in words
    assert lines[0][0].isupper() or lines[0].startswith("department")


def test_a_text_that_nobody_knows_is_refused_as_a_name_would_be() -> None:
    assert list(explained("the printer is on fire")) == []
    assert CliRunner().invoke(main, ["explain", "the printer is on fire"]).exit_code == 2
