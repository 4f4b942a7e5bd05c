"""Every quirk has a proof: a scenario that passes as the table stands, and fails once that one row says otherwise."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from harness.base.quirks import Quirk, load_table
from harness.scenario.events import ScenarioFinished
from harness.scenario.loading import Scenario, load
from harness.scenario.running import run_scenario

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
ROWS = [row for side in ("harness.aws_sso", "harness.azure_ad") for row in load_table(side).rows.values()]

# What a row says instead. Rows that are not here are turned round: true to false, one profile's value to the other's.
FLIPPED = {
    # AWS SSO
    "wrong-tenant": "ResourceNotFoundException",
    "unknown-endpoint": "ValidationException",
    "unsupported-method": "ResourceNotFoundException",
    "put-group": "ResourceNotFoundException",
    "double-slash": "UnauthorizedException",
    "reserved-names": [],
    "forbidden-characters": "<>;:%",  # what the pages of 2020 to 2022 name
    "refused-attributes": [],
    "failing-accounts": {"111122223333": "An unexpected internal service exception was encountered"},
    "outstanding-assignments": 1,
    "policies-per-permission-set": 1,
    "absent-managed-policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    "sso-admin-sentences": {"in-progress": "Wait."},
    "api-user-name": "Operator",
    "api-sentences": {"organizations-token": "No."},
    "oidc-descriptions": {"authorization_pending": "Wait.", "slow_down": "Wait.", "expired_token": "Wait."},
    "portal-without-assignments": "You have no accounts.",
    "unknown-attributes": "dropped",
    "put-user-status": 200,
    "put-unknown-user": "ValidationException",
    "group-patched-into-a-taken-name": "ValidationException",
    "announced-pagination": {"cursor": True, "index": False},
    "membership-changes-per-request": 101,
    "unknown-member-on-create": "ResourceNotFoundException",
    "unknown-member-on-patch": "ValidationException",
    "members-in-single-group": "empty",
    "total-results": "existing",
    "ignored-query-parameters": [],
    "announced-max-results": 100,
    "most-tokens": 3,
    "token-life-days": 366,
    "console-event-source": "sso.amazonaws.com",
    "console-event-names": {
        "enable": "StartProvisioning",
        "disable": "StopProvisioning",
        "generate token": "CreateToken",
        "delete token": "DeleteToken",
    },
    "error-sentences": {},
    "www-authenticate": "Bearer",
    "writes-per-second": 26,
    "reads-per-second": 41,
    "membership-changes-per-second": 101,
    "throttling-burst-seconds": 2,
    "retry-after-seconds": 1,
    "new-group-hidden-milliseconds": 1000,
    "present-member-added": "ConflictException",
    "absent-member-removed": "ResourceNotFoundException",
    "expiry-banner-days": 89,
    "expiry-notices": [[90, 1]],
    "cloudtrail-delivery-minutes": 5,
    "assignment-seconds": 600,
    "assignment-to-nobody": "refused",
    # Azure AD
    "cycle-interval-minutes": 20,
    "members-per-patch": 2,
    "milliseconds-per-object": 0,  # its proof sets the row itself, so this is the table's own value
    "escrow-hours": [0, 24],
    "escrow-days": 14,
    "quarantine-first-minutes": 10,
    "quarantine-days": 27,
    "scope-regex-match": "whole",
    "scope-ampersand": "bits",
    "iif-on-null": "false branch",
    "deleted-already": "failure",
    "retry-after": "honoured",
    "unlisted-statuses": "WebExceptionProtocolError",
    "resource-of-another-id": "refused",
    "patch-answer": "read",
    "answer-media-types": ["application/scim+json"],
    "answer-timeout-seconds": 150,
    "quarantine-failures": 4,
    "quarantine-failing-percent": 60,
    "quarantine-most-failures": 2,
    "quarantine-all-failures": 3,
    "deletes-threshold": 3,
    "on-demand-requests": 6,
    "credentials-most-bytes": 512,
    "late-members": "added",
    "progress-objects-per-page": 2,
    "quarantine-growth": 3,
    "gallery-job-dialect": "flagged",
    "user-agent-header": "Microsoft.Azure.SyncFabric",
    "accept-header": "application/scim+json",
    "primary-emails": [],
    "manager-removal": "value array",
    "required-without-value": "sent",
    "log-days": 7,
    "dynamic-group-minutes": 0,
    "hidden-secret-value": "",
    "conflict-code": "Conflict",
    "forbidden-code": "NotPermitted",
    "missing-values-code": "MandatoryFieldsMissing",
    "several-matches-code": "DuplicateTargetEntries",
    "skipped-code": "EntrySynchronizationSkipped",
    "failing-objects": {},
    "custom-attributes-on-create": "sent",
}


def flipped(row: Quirk, profile: str) -> object:
    """Return another value than the one in force in a profile."""
    if row.id in FLIPPED:
        return FLIPPED[row.id]
    value = row.values[profile]
    if isinstance(value, bool):
        return not value
    return next(other for name, other in row.values.items() if name != profile)


def passes(scenario: Scenario) -> bool:
    """Play a case to its end."""
    (finished,) = (each for each in run_scenario(scenario, seed="1") if isinstance(each, ScenarioFinished))
    return finished.passed


@cache
def proof(path: str) -> tuple[Scenario, ...]:
    """Return the cases of a proof, which pass as they stand."""
    cases = load(ROOT / path).scenarios()
    failing = [case.id for case in cases if not passes(case)]
    assert not failing, f"{path} does not pass as it stands: {failing}"
    return cases


def unmoved(row: Quirk) -> set[str]:
    """Return the profiles of a row's proof in which no case notices that the row says otherwise."""
    cases = proof(row.proof)
    profiles = {case.profile for case in cases}
    for case in cases:
        if case.profile in profiles:
            turned = {**case.quirks, row.id: flipped(row, case.profile)}
            if not passes(replace(case, quirks=turned)):
                profiles.remove(case.profile)
    return profiles


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_proof_passes_with_its_quirk_and_fails_without(row):
    """A scenario that passes either way proves nothing; a row that differs by profile is proved in each it plays in."""
    assert (ROOT / row.proof).is_file(), f"{row.id} is proved by {row.proof}, which does not exist"
    profiles = {case.profile for case in proof(row.proof)}
    differs = len({repr(value) for value in row.values.values()}) > 1
    missed = unmoved(row)
    assert not missed if differs else missed != profiles, (
        f"{row.proof} passes with {row.id} as {[flipped(row, profile) for profile in missed]} too"
    )


def test_the_table_above_says_otherwise():
    """No value above is the row's own (but for the one proof that sets its row itself), and no row is unknown."""
    rows = {row.id: row for row in ROWS}
    same = {name for name, value in FLIPPED.items() if value in rows[name].values.values()}
    assert same == {"milliseconds-per-object"}
