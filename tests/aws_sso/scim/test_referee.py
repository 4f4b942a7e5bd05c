"""scim2-tester, an RFC 7644 referee by other people, against both eras: it may find what is written down, nothing else.

`referee/expected-<profile>.json` lists how often each check passes and every deviation with its cause: a quirk's id, or
the AWS page that documents it.
"""

import difflib
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from harness.aws_sso.scim.discovery import _data
from harness.base.ids import Ids
from harness.base.quirks import load_table
from harness.scim.names import CORE_USER, SCHEMA

pytestmark = pytest.mark.slow

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def described():
    """Describe the service by its own documents, plus what it demands beyond them, and tolerate its error bodies."""
    from scim2_models import ResourceType, Schema, ScimPolicy, ScimProvider

    schemas = [Schema.model_validate({"schemas": [SCHEMA], **schema}) for schema in _data("schemas")]
    for schema in schemas:
        for attribute in schema.attributes or ():
            if schema.id == CORE_USER and attribute.name in ("name", "displayName"):
                attribute.required = True
    types = [ResourceType.model_validate(each) for each in _data("resource_types")]
    for extension in types[0].schema_extensions or ():
        extension.required = False
    return ScimProvider.from_discovery(schemas, types, None, ScimPolicy(unknown=ScimPolicy.Unknown.ignore))


def judged(account):
    """Return how often each check passed, and each deviation in a line without ids."""
    from scim2_client.engines.wsgi import WSGISCIMClient
    from scim2_tester import check_server

    client = WSGISCIMClient(
        account.app,
        base_url=account.base,
        environ=account.environ,
        headers={"Authorization": f"Bearer {account.token}"},
        provider=described(),
    )
    passed, deviations = Counter(), set()
    for result in check_server(client):
        check = f"{result.title} {result.resource_type}" if result.resource_type else str(result.title)
        if result.status.name == "SUCCESS":
            passed[check] += 1
        else:
            reason = " ".join(UUID.sub("<id>", str(result.reason)).split())
            deviations.add(f"{check}: {reason[:160]}")
    return {"passed": dict(sorted(passed.items())), "deviations": sorted(deviations)}


@pytest.mark.parametrize("profile", ["aws-sso-2020", "identity-center"])
def test_the_referee_finds_what_is_written_down(open_account, monkeypatch, profile):
    """A drift, for better or worse, shows as a diff against the expected findings."""
    monkeypatch.setattr("scim2_tester.filling.random", Ids("referee")._random)
    expected = json.loads((Path(__file__).parent / "referee" / f"expected-{profile}.json").read_text())
    verdicts = judged(open_account(profile))
    wanted = {"passed": expected["passed"], "deviations": sorted(expected["deviations"])}
    difference = difflib.unified_diff(
        json.dumps(wanted, indent=1).splitlines(),
        json.dumps(verdicts, indent=1).splitlines(),
        "expected",
        "verdicts",
        "",
        "",
        1,
    )
    assert verdicts == wanted, "\n".join(difference)


@pytest.mark.parametrize("profile", ["aws-sso-2020", "identity-center"])
def test_every_deviation_has_a_cause(profile):
    """A cause is a quirk of the table or a page of AWS."""
    expected = json.loads((Path(__file__).parent / "referee" / f"expected-{profile}.json").read_text())
    rows = load_table("harness.aws_sso").rows
    for deviation, cause in expected["deviations"].items():
        assert cause in rows or cause.startswith("https://docs.aws.amazon.com/"), deviation
