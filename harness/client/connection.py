"""How the commands find and ask a running harness: the ready file's endpoints and tokens, Microsoft Graph, the control API.

Every failure is one sentence: which file, which address, what it said.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness.base.errors import HarnessError

if TYPE_CHECKING:
    from harness.wire.message import Response

DEFAULT_READY_FILE = Path("ready.json")
_TOKEN, _KEY = "HARNESS_GRAPH_TOKEN", "HARNESS_ACCESS_KEY"  # no list of processes shows what is given in them
_PAGE = 500
_PATIENCE = 600.0  # seconds; a step waits for a cycle that is running
_NO_HARNESS = "what listens at {} is no harness; the running one's address is in its ready file"

_WHERE_WHY = "why stands where 'harness serve' was started"


@dataclass(frozen=True, slots=True)
class Connection:
    """A harness's Azure AD side. `graph` ends with the API's version; `key` is for the control API, where it needs one.

    `aws` is the address of the AWS side, where it is needed. `certificate` is the file of the one that it serves https with,
    None for what the system's authorities know. Raises HarnessError for an address that cannot be asked.
    """

    graph: str
    token: str = field(repr=False)
    key: str | None = field(default=None, repr=False)
    certificate: Path | None = None
    aws: str | None = None

    def __post_init__(self) -> None:
        from harness.wire.message import TransportError, check_url

        try:
            check_url(self.graph)
        except TransportError as error:
            raise HarnessError(f"{error}; Graph's is like http://127.0.0.1:8081/v1.0") from error

    def job(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the served job as Graph shows it, and what the control API adds. Raises HarnessError."""
        served_job = self.control("GET", "job")
        if not {"servicePrincipalId", "jobId", "now"} <= set(served_job):
            raise HarnessError(_NO_HARNESS.format(self.graph))
        path = f"/servicePrincipals/{served_job['servicePrincipalId']}/synchronization/jobs/{served_job['jobId']}"
        return self._graph(self.graph + path), served_job

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield the provisioning log, newest first, page by page. Raises HarnessError."""
        url: str | None = f"{self.graph}/auditLogs/provisioning?$top={_PAGE}"
        while url:
            page = self._graph(url)
            yield from page["value"]
            url = page.get("@odata.nextLink")

    def control(self, method: str, name: str, body: Any = None) -> dict[str, Any]:
        """Ask the control API; `name` may have a query. Raises HarnessError with what it says."""
        from harness.serving.front.gate import KEY_HEADER

        parts = urlsplit(self.graph)
        headers = ((KEY_HEADER, self.key),) if self.key else ()
        url = f"{parts.scheme}://{parts.netloc}/_harness/{name}"
        response = _ask(method, url, body, headers, self.certificate)
        document = _document(response, self.graph)
        if response.status != 200:
            hint = f"; give it in {_KEY} or with --key" if response.status == 401 else ""
            raise HarnessError(f"{document.get('message', f'the harness answered {response.status}')}{hint}")
        return document

    def event_history(self, form: str, most: int) -> tuple[str, bytes]:
        """Return the name and the octets of the AWS side's event history in a form. Raises HarnessError."""
        from harness.serving.front.gate import KEY_HEADER
        from harness.serving.own_agent import OWN_AGENT

        if self.aws is None:
            raise HarnessError("the ready file names no aws_sso.url; is it one of 'harness serve'?")
        headers: tuple[tuple[str, str], ...] = (("User-Agent", OWN_AGENT),)
        headers += ((KEY_HEADER, self.key),) if self.key else ()
        url = f"{self.aws}/console/api/event-history?form={form}&most={most}"
        response = _ask("GET", url, None, headers, self.certificate)
        if response.status != 200:
            raise HarnessError(f"{url} answered {response.status}")
        _, _, name = str(response.header("Content-Disposition")).partition('filename="')
        return name.rstrip('"'), response.body

    def graph_call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Ask Microsoft Graph; an answer without content is empty. Raises HarnessError with what it says."""
        return self._graph(self.graph + path, method, body)

    def _graph(self, url: str, method: str = "GET", body: Any = None) -> dict[str, Any]:
        from harness.serving.own_agent import OWN_AGENT

        headers = (("Authorization", f"Bearer {self.token}"), ("User-Agent", OWN_AGENT))
        response = _ask(method, url, body, headers, self.certificate)
        if response.status == 204:
            return {}
        document = _document(response, self.graph)
        if response.status == 401:
            raise HarnessError(
                f"{self.graph} refuses the token; the ready file of the running harness has the right one"
            )
        if response.status != 200:
            error = document.get("error")
            message = error.get("message") if isinstance(error, dict) else None
            hint = f"; {_WHERE_WHY}" if response.status == 500 else ""
            raise HarnessError(f"Microsoft Graph answered {response.status}: {message or url}{hint}")
        return document


def connect(ready_file: Path | None, graph: str | None, token: str | None, key: str | None) -> Connection:
    """Return the connection that the options name, by default that of `ready.json` here. Raises HarnessError.

    The environment's token goes with `graph` alone, and its key where a ready file has none: whoever has them set for one
    harness names another by its ready file.
    """
    if graph is not None:
        token, key = token or os.environ.get(_TOKEN), key or os.environ.get(_KEY)
    if graph is None and token is None:
        return _from_ready_file(ready_file or DEFAULT_READY_FILE, key)
    if ready_file is not None or graph is None or token is None:
        raise HarnessError(f"give either --ready-file, or --graph and a token in {_TOKEN} or with --token")
    base = graph.rstrip("/")
    return Connection(base if base.endswith(("/v1.0", "/beta")) else f"{base}/v1.0", token, key)


def _from_ready_file(path: Path, key: str | None) -> Connection:
    try:
        ready = json.loads(path.read_text(encoding="utf-8"))
        azure, control = ready["azure_ad"], ready.get("control") or {}
        graph, token = azure["graph_endpoint"], azure["graph_token"]
        certificate = ready["tls"]["certificate"] if ready.get("tls") else None
    except FileNotFoundError as error:
        raise HarnessError(
            f"there is no ready file {path}; 'harness serve --ready-file {path}' writes it while it runs, "
            "another one is named with --ready-file"
        ) from error
    except OSError as error:
        raise HarnessError(f"cannot read the ready file {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise HarnessError(
            f"{path} is no ready file of 'harness serve'; it lacks azure_ad.graph_endpoint or graph_token"
        ) from error
    if not isinstance(graph, str) or not isinstance(token, str) or not isinstance(certificate, str | None):
        raise HarnessError(
            f"{path} is no ready file of 'harness serve'; endpoint, token and certificate must be texts"
        )
    aws = ready["aws_sso"].get("url") if isinstance(ready.get("aws_sso"), dict) else None
    return Connection(
        graph,
        token,
        key or control.get("key") or os.environ.get(_KEY),
        Path(certificate) if certificate else None,
        aws,
    )


def _ask(
    method: str, url: str, body: Any, headers: tuple[tuple[str, str], ...], certificate: Path | None
) -> Response:
    from harness.wire.message import TransportError, json_request
    from harness.wire.sockets.network import Network
    from harness.wire.sockets.tls import trusting

    parts = urlsplit(url)
    where = f"{parts.scheme}://{parts.netloc}"
    network = Network(timeout=_PATIENCE, trusted={where: trusting(certificate)} if certificate else {})
    try:
        return network(json_request(method, url, body, headers=headers))
    except TransportError as error:
        if error.kind in ("refused", "dns"):
            raise HarnessError(f"nothing listens at {where}; is 'harness serve' still running?") from error
        raise HarnessError(f"no answer from {where}: {error}") from error
    finally:
        network.close()


def _document(response: Response, graph: str) -> dict[str, Any]:
    try:
        document = response.json()
    except ValueError:
        document = None
    if not isinstance(document, dict) and response.status >= 500:
        raise HarnessError(f"{graph} answered {response.status}; {_WHERE_WHY}")
    if not isinstance(document, dict):
        raise HarnessError(_NO_HARNESS.format(graph))
    return document
