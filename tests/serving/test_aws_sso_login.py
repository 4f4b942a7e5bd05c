"""`aws sso login --no-browser` of the AWS CLI's version 2, whole: its two flows, and what the tokens open until they do not.

Version 2 is in no registry that the tests install from. They take the `aws` of the path, or the one that AWS_CLI_2 names, and
are skipped where that is version 1. Last run with 2.38.5.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import pytest

from harness.wire.message import Request
from tests.serving.test_aws_cli import ACCOUNT, FORM, TARO, Aws, Refused, access, sign_in, world

__all__ = ["world"]
CLI = os.environ.get("AWS_CLI_2") or shutil.which("aws") or ""


def _is_version_2():
    if not CLI:
        return False
    with contextlib.suppress(OSError):
        shown = subprocess.run([CLI, "--version"], capture_output=True, text=True, check=False)
        return shown.stdout.startswith("aws-cli/2.")
    return False


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not _is_version_2(), reason="no version 2 of the AWS CLI here"),
]
_PROFILE = """
[profile harness]
sso_session = harness
sso_account_id = {account}
sso_role_name = Viewer
region = us-east-1
endpoint_url = {endpoint}
cli_follow_urlparam = false

[sso-session harness]
sso_region = us-east-1
sso_start_url = https://{store}.awsapps.com/start
sso_registration_scopes = sso:account:access
"""


class Login:
    """A person's terminal: the profile that the first page prints, nothing else of the machine's own."""

    def __init__(self, world, folder):
        own = world.ready["aws_sso"]
        config = folder / "config"
        config.write_text(
            _PROFILE.format(account=ACCOUNT, endpoint=own["api_endpoint"], store=own["identity_store_id"])
        )
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AWS_CONFIG_FILE": str(config),
            "AWS_PROFILE": "harness",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def start(self, *flags):
        """Begin to sign in; return the running command and the address that it asks to open."""
        command = [CLI, "sso", "login", "--no-browser", *flags]
        running = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        printed = ""
        for line in running.stdout:
            printed += line
            if pages := re.findall(r"http\S+(?:user_code=\S+|code_challenge=\S+)", printed):
                return running, pages[0]
        running.wait(timeout=10)
        raise Refused(printed)

    def __call__(self, *arguments):
        command = [CLI, *arguments, "--output", "json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Refused(done.stderr)
        return json.loads(done.stdout)

    def token(self, folder):
        """Return the access token that the CLI keeps for its next commands."""
        entries = (
            json.loads(path.read_text()) for path in (folder / ".aws" / "sso" / "cache").glob("*.json")
        )
        return next(entry["accessToken"] for entry in entries if "accessToken" in entry)


def _answered(world, cookie, address, parameters):
    """Press Allow on a page of the user portal."""
    form = urlencode({**parameters, "answer": "allow"}).encode()
    return world.network(Request("POST", address.partition("?")[0], (FORM, ("Cookie", cookie)), form))


def _finished(running):
    with running:
        return running.stdout.read(), running.wait(timeout=30)


@pytest.mark.parametrize("flow", ["authorization code", "device code"])
def test_a_person_signs_in_with_the_aws_cli(world, tmp_path, flow):
    """Both flows end with accounts, roles and keys, until Azure AD disables the person and a cycle has run."""
    access(Aws(world, tmp_path))
    cookie, login = sign_in(world, TARO), Login(world, tmp_path)
    running, page = login.start(*(("--use-device-code",) if flow == "device code" else ()))
    query = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
    answer = _answered(world, cookie, page, query)
    if flow == "authorization code":
        with urlopen(str(answer.header("Location"))) as shown:
            assert shown.status == 200
    world.control("POST", "clock", {"advance": "2s"})
    printed, code = _finished(running)
    assert code == 0, printed
    assert "Successfully logged into Start URL" in printed
    assert login("configure", "export-credentials")["SessionToken"], "the profile works"
    caller = login("sts", "get-caller-identity")
    assert re.fullmatch(
        f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Viewer_[0-9a-f]{{16}}/{TARO}", caller["Arn"]
    )
    mine = ("--access-token", login.token(tmp_path))
    assert [each["accountId"] for each in login("sso", "list-accounts", *mine)["accountList"]] == [ACCOUNT]
    roles = login("sso", "list-account-roles", "--account-id", ACCOUNT, *mine)["roleList"]
    assert [each["roleName"] for each in roles] == ["Viewer"]

    assert world.graph("PATCH", f"/users/{TARO}", {"accountEnabled": False}).status == 204
    world.control("POST", "clock", {"advance": "40m"})
    role = ("--account-id", ACCOUNT, "--role-name", "Viewer")
    for call in (("list-accounts",), ("get-role-credentials", *role)):  # keys given before live on, as at AWS
        with pytest.raises(Refused, match="UnauthorizedException"):
            login("sso", *call, *mine)
