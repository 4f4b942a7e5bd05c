"""A disk that becomes full under a serving process, and gets room again. Needs the right to mount a file system."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.wire.message import Request, Response, json_request
from tests.campaigns.kills import scim_user as person
from tests.serving.front.test_every_route import routes
from tests.serving.harness_process import HarnessProcess

_SIZE = "4m"
_MOST = 20_000  # people, of whom a few thousand find room


@contextmanager
def small_disk(place: Path, size: str = _SIZE) -> Iterator[Path]:
    """Mount a small file system of its own. Raises CalledProcessError where that is not allowed."""
    place.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=True, capture_output=True
    )
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True, capture_output=True)


def full_disk(folder: Path) -> str:
    """Write until nothing goes, read, kill, start with room again, and return the figures."""
    with small_disk(folder / "disk") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(b"x" * 1_000_000)
        server = HarnessProcess(folder, "--data", str(disk / "data"))
        written = []
        for number in range(_MOST):
            answer = server.scim("POST", "/Users", person(f"d{number}"))
            if answer.status != 201:
                break
            written.append(f"d{number}")
        assert answer.status == 500, answer.body
        assert set(written) == _names(server), "what was acknowledged can be read on a full disk"
        assert server.scim("POST", "/Users", person("more")).status == 500
        assert server.scim("GET", "/Users?count=1").status == 200, "it keeps an event, if there is room"
        assert _listed(server).status == 200, "so does a call of the AWS APIs"
        assert server.control("POST", "clock", {"advance": "1s"}).status == 507
        health = server.control("GET", "health")
        assert (health.status, "the disk is full" in health.body.decode()) == (503, True), health.body
        assert list(_broken(server)) == [], (
            "nothing that only reads is missing, asked for the first time or not"
        )
        server.stop(signal.SIGKILL)
        output = "".join(server.said)
        assert output.count("the disk is full") == 2, output  # once for each side's file
        assert "Traceback" not in output
        ballast.unlink()
        again = HarnessProcess(folder, "--data", str(disk / "data"))
        assert set(written) == _names(again)
        assert again.scim("POST", "/Users", person("more")).status == 201
        again.stop()
    return f"the disk was full after {len(written)} people: told once a side, all of them read, then and after a kill"


def _broken(server: HarnessProcess) -> Iterator[tuple[str, int]]:
    """Yield the pages and addresses of both sides that do not answer a GET."""
    azure = server.ready["azure_ad"]
    for side, (name, token) in enumerate((("aws_sso", "access_token"), ("azure_ad", "graph_token"))):
        headers = (("Authorization", f"Bearer {server.ready[name][token]}"),)
        for method, route in sorted(routes(side)):
            path = route if side == 0 else re.sub("^/x/", f"/{azure['tenant_id']}/", route)
            is_read = method == "GET" and not path.startswith("/beta")  # which is v1.0 again
            # The one goes on as long as it is listened to, the other says that the disk is full.
            if is_read and path not in {"/pages/timeline/events", "/_harness/health"}:
                answer = server.network(Request("GET", f"{server.ready[name]['url']}{path}", headers))
                if answer.status >= 500:
                    yield path, answer.status


def _listed(server: HarnessProcess) -> Response:
    aws = server.ready["aws_sso"]
    credential = "Credential=AKIAEXAMPLE/20261129/us-east-1/identitystore/aws4_request"
    signature = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature={'0' * 64}"
    headers = (("X-Amz-Target", "AWSIdentityStore.ListUsers"), ("Authorization", signature))
    body = {"IdentityStoreId": aws["identity_store_id"]}
    return server.network(json_request("POST", f"{aws['url']}/", body, headers=headers))


def _names(server: HarnessProcess) -> set[str]:
    return {user["userName"] for user in server.console("/users")["users"]}
