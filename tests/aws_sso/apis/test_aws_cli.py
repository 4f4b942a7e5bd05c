"""The AWS CLI, as the guide's reader runs it: an endpoint, a key pair in the environment, no files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CLI = Path(sys.executable).with_name("aws")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CLI.exists(), reason="no AWS CLI beside this Python")]


@pytest.fixture
def aws(served, tmp_path):
    """Return a function that runs `aws` and gives its exit code, output as JSON, and complaints."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
    }

    def run(*arguments):
        command = [CLI, *arguments, "--endpoint-url", served, "--output", "json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout or "null"), done.stderr

    return run


def test_the_guides_lookup_shows_why_a_user_does_not_arrive(account, aws):
    """`lookup-events` by EventName CreateUser has the ValidationException in its CloudTrailEvent."""
    emails = [{"value": "a@x.y", "primary": True}, {"value": "b@x.y"}]
    assert account.scim("POST", "/Users", account.person("ana", emails=emails)).status == 400
    attribute = "AttributeKey=EventName,AttributeValue=CreateUser"
    code, shown, complaints = aws("cloudtrail", "lookup-events", "--lookup-attributes", attribute)
    assert (code, complaints) == (0, "")
    event = json.loads(shown["Events"][0]["CloudTrailEvent"])
    assert event["errorCode"] == "ValidationException"
    assert event["errorMessage"] == "List attribute emails exceeds allowed limit of 1"


def test_a_user_is_made_listed_and_refused(aws):
    """`create-user` and `list-users` of the README; a second one of the same name fails in the service's words."""
    store = ("--identity-store-id", "d-9067729b3d")
    person = ("--user-name", "ana", "--display-name", "Ana", "--name", "GivenName=Ana,FamilyName=Ruiz")
    code, made, _ = aws("identitystore", "create-user", *store, *person)
    assert code == 0
    code, shown, _ = aws("identitystore", "list-users", *store)
    assert (code, [user["UserId"] for user in shown["Users"]]) == (0, [made["UserId"]])
    code, _, complaints = aws("identitystore", "create-user", *store, *person)
    assert code != 0
    assert (
        "An error occurred (ConflictException) when calling the CreateUser operation: Duplicate UserName"
        in complaints
    )


def test_the_caller_is_shown(aws):
    """`sts get-caller-identity`, by which people see whether their credentials are good for anything."""
    code, shown, complaints = aws("sts", "get-caller-identity")
    assert (code, complaints) == (0, "")
    assert shown["Arn"] == "arn:aws:iam::123456789012:user/Administrator"
