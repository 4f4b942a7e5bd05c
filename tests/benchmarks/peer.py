"""One SCIM server for a benchmark, in a process of its own: `peer.py harness` or `peer.py scim2-server`, or `peer.py command`.

The first two run behind the harness's own front; `command` is scim2-server with its own, as its command starts it. The first
line of output is `{"url", "token"}`.
"""

from __future__ import annotations

import json
import os
import sys

from harness.aws_sso import tenant as aws_tenant
from harness.aws_sso.app import is_scim
from harness.serving.stopping import stop_signal
from harness.wire.message import json_request
from harness.wire.sockets.listening import listen
from harness.wire.sockets.server import Server
from harness.world import apps, create

TOKEN = "a-token-for-the-benchmark"


def harness() -> tuple[Server, str]:
    world = create()
    app, _ = apps()
    answer = world.unrecorded(
        json_request("POST", f"{world.origins['console']}/console/api/automatic-provisioning", {})
    )

    def with_tenant(environ, start_response):
        environ[aws_tenant.TENANT] = world.aws
        return app(environ, start_response)

    server = Server(with_tenant, "127.0.0.1", 0, quick=is_scim)
    server.path = f"/{world.aws.settings.tenant_id}/scim/v2"
    return server, answer.json()["accessToken"]


def scim2_server() -> tuple[Server, str]:
    from scim2_models import ScimProvider
    from scim2_server.memory import InMemoryStorage
    from scim2_server.service import ScimService
    from scim2_server.testserver import cli
    from scim2_server.testserver.application import BEARER_TOKEN_SCHEME, BearerTokenApplication

    config = cli.load_default_service_provider_config()
    config.authentication_schemes = [BEARER_TOKEN_SCHEME]
    provider = ScimProvider.from_discovery(
        cli.load_default_schemas().values(), cli.load_default_resource_types().values(), config=config
    )
    service = ScimService(provider, secret="s" * 40)
    app = BearerTokenApplication(InMemoryStorage(), provider, service=service, bearer_tokens=[TOKEN])
    server = Server(app, "127.0.0.1", 0, quick=lambda _: True)
    server.path = "/v2"
    return server, TOKEN


def scim2_server_command() -> None:
    """Become the command that scim2-server comes with; it says its address on one line of its own."""
    with listen("127.0.0.1", 0) as chosen:
        port = chosen.getsockname()[1]
    print(json.dumps({"url": f"http://127.0.0.1:{port}/v2", "token": TOKEN}), flush=True)
    command = [
        sys.executable,
        "-m",
        "scim2_server.testserver.cli",
        "--bearer-token",
        TOKEN,
        "--port",
        str(port),
    ]
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a line for each request
    os.execv(sys.executable, command)


def main() -> None:
    if sys.argv[1] == "command":
        scim2_server_command()
    server, token = {"harness": harness, "scim2-server": scim2_server}[sys.argv[1]]()
    server.start()
    print(json.dumps({"url": server.url + server.path, "token": token}), flush=True)
    with stop_signal() as stopped:
        stopped.wait()
    server.stop()


if __name__ == "__main__":
    main()
