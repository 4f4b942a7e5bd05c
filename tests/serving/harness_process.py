"""`harness serve` as scripts start it: a process, its ready file, and calls over real sockets."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from harness.wire.message import Response, json_request
from harness.wire.sockets.network import Network

_STARTS_WITHIN = 60


class HarnessProcess:
    """A served world in a process of its own. `stop` ends it with a signal and returns its exit status."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.ready_file = folder / "ready.json"
        command = [sys.executable, "-m", "harness", "serve", "--aws-port", "0", "--azure-port", "0"]
        self.process = subprocess.Popen(
            [*command, "--ready-file", str(self.ready_file), *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.said: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("Ctrl-C"):
                break
        self.network = Network(timeout=_STARTS_WITHIN)
        try:
            assert self.said, "it ended without a word"
            assert self.said[-1].startswith("Ctrl-C"), "".join(self.said)
            self.ready = json.loads(self.ready_file.read_text(encoding="utf-8"))
        except BaseException:
            self.process.kill()
            self.process.wait()
            self.close()
            raise

    def graph(self, method: str, path: str, body: object = None) -> Response:
        azure = self.ready["azure_ad"]
        return self.network(
            json_request(method, f"{azure['graph_endpoint']}{path}", body, bearer=azure["graph_token"])
        )

    def scim(self, method: str, path: str, body: object = None) -> Response:
        aws = self.ready["aws_sso"]
        return self.network(
            json_request(method, f"{aws['scim_endpoint']}{path}", body, bearer=aws["access_token"])
        )

    def control(self, method: str, name: str, body: object = None, side: str = "azure_ad") -> Response:
        return self.network(json_request(method, f"{self.ready[side]['url']}/_harness/{name}", body))

    def console(self, path: str) -> dict:
        return self.network(json_request("GET", f"{self.ready['aws_sso']['url']}/console/api{path}")).json()

    def job(self, action: str = "") -> str:
        azure = self.ready["azure_ad"]
        return f"/servicePrincipals/{azure['service_principal_id']}/synchronization/jobs/{azure['job_id']}{action}"

    def assign(self, principal: str) -> None:
        app = self.ready["azure_ad"]["service_principal_id"]
        answer = self.graph("POST", f"/servicePrincipals/{app}/appRoleAssignedTo", {"principalId": principal})
        assert answer.status == 201, answer.body

    def settle(self) -> None:
        """Come back when the cycle under way has ended: the clock moves only between cycles."""
        assert self.control("POST", "clock", {"advance": "1s"}).status == 200

    def creates(self) -> list[str]:
        """Return the display names that the provisioning log says were created, oldest first."""
        entries, path = [], "/auditLogs/provisioning?$top=999"
        while path:
            page = self.graph("GET", path).json()
            entries += page["value"]
            path = page.get("@odata.nextLink", "").partition("/v1.0")[2]
        return [
            entry["sourceIdentity"]["displayName"]
            for entry in reversed(entries)
            if entry["provisioningAction"] == "create"
            and entry["provisioningStatusInfo"]["status"] == "success"
        ]

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        rest = self.process.communicate(timeout=_STARTS_WITHIN)[0]
        self.said.append(rest)
        self.close()
        return self.process.returncode

    def close(self) -> None:
        """Let go of the pipe and the connections, which pytest would otherwise hear of in a later test."""
        self.network.close()
        if self.process.stdout is not None:
            self.process.stdout.close()
