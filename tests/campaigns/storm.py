"""Many clients at once, each with people of its own in a dictionary beside the server's, among connections that say nothing.

After each step the server must hold what the dictionary holds, no answer may be a 5xx, and in the end CloudTrail must have
recorded as many creates and deletes as were acknowledged.
"""

from __future__ import annotations

import statistics
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from harness.base.clock import Stopwatch
from harness.base.ids import Ids
from harness.wire.message import Response, json_request
from harness.wire.sockets.network import Network
from tests.serving.harness_process import HarnessProcess
from tests.wire.crowd import crowd

_AWKWARD = (None, "", "\0", "x" * 2000, {"a": []}, [1], -1, True, "山田 🧑‍🚀", '"', "../..", "%00")
_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(slots=True)
class Figures:
    """What all clients together came to; `seconds` are those of each request."""

    done: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)


class Client:
    """One client of the SCIM endpoint and of Microsoft Graph, whose people nobody else touches."""

    def __init__(self, server: HarnessProcess, seed: str, figures: Figures) -> None:
        self._server, self._ids, self._figures = server, Ids(seed), figures
        self._network = Network()
        self._mine: dict[str, dict[str, str]] = {}  # id, then userName and displayName
        self._acts: tuple[Callable[[], None], ...] = (
            self._create, self._create, self._again, self._rename, self._delete, self._nonsense, self._graph,
        )  # fmt: skip

    def run(self, seconds: float) -> None:
        watch = Stopwatch()
        try:
            while watch.seconds() < seconds:
                self._acts[self._ids.number(len(self._acts))]()
                self._look()
        except BaseException as error:  # noqa: BLE001 - raised by who started the thread
            self._figures.failures.append(error)
        finally:
            self._network.close()

    def _scim(self, method: str, path: str, body: object = None) -> Response:
        aws = self._server.ready["aws_sso"]
        return self._asked(
            json_request(method, f"{aws['scim_endpoint']}{path}", body, bearer=aws["access_token"])
        )

    def _asked(self, request: object) -> Response:
        watch = Stopwatch()
        answer = self._network(request)
        self._figures.seconds.append(watch.seconds())
        assert answer.status < 500, answer.body
        return answer

    def _create(self) -> None:
        name = f"s{self._ids.hex(12)}"
        body = {"userName": name, "displayName": name, "name": {"givenName": "S", "familyName": name}}
        made = self._scim("POST", "/Users", body)
        assert made.status == 201, made.body
        self._mine[made.json()["id"]] = {"userName": name, "displayName": name}
        self._figures.done["CreateUser"] += 1

    def _again(self) -> None:
        """A name that is taken changes nothing."""
        for person in list(self._mine.values())[:1]:
            body = {**person, "name": {"givenName": "S", "familyName": "again"}}
            assert self._scim("POST", "/Users", body).status == 409

    def _rename(self) -> None:
        for key, person in list(self._mine.items())[-1:]:
            name = f"n{self._ids.hex(8)}"
            change = {"op": "replace", "path": "displayName", "value": name}
            answer = self._scim("PATCH", f"/Users/{key}", {"schemas": [_PATCH], "Operations": [change]})
            assert answer.status == 200, answer.body
            person["displayName"] = name

    def _delete(self) -> None:
        for key in list(self._mine)[:1]:
            assert self._scim("DELETE", f"/Users/{key}").status == 204
            del self._mine[key]
            self._figures.done["DeleteUser"] += 1

    def _nonsense(self) -> None:
        """Half of a change that is refused is not there either: `_look` sees to that."""
        value = _AWKWARD[self._ids.number(len(_AWKWARD))]
        for key in list(self._mine)[-1:]:
            changes = [
                {"op": "replace", "path": "displayName", "value": "must not stay"},
                {"op": ("replace", "add", "remove", "twist")[self._ids.number(4)], "path": "userName.x[", "value": value},
            ]  # fmt: skip
            answer = self._scim("PATCH", f"/Users/{key}", {"schemas": [_PATCH], "Operations": changes})
            assert 400 <= answer.status < 500, answer.body
        self._scim("GET", f"/Users?filter={quote(str(value))}&startIndex={quote(str(value))}")

    def _graph(self) -> None:
        azure = self._server.ready["azure_ad"]
        for path in (
            "/users?$top=5",
            f"/users/{quote(str(_AWKWARD[self._ids.number(len(_AWKWARD))]), safe='')}",
        ):
            self._asked(json_request("GET", f"{azure['graph_endpoint']}{path}", bearer=azure["graph_token"]))

    def _look(self) -> None:
        """Compare one person, found by name, with what was acknowledged."""
        if not self._mine:
            return
        key, person = list(self._mine.items())[self._ids.number(len(self._mine))]
        filtered = quote(f'userName eq "{person["userName"]}"')
        found = self._scim("GET", f"/Users?filter={filtered}").json()["Resources"]
        assert [(one["id"], one["displayName"]) for one in found] == [(key, person["displayName"])]


def storm(server: HarnessProcess, seed: str, *, clients: int, seconds: float, strangers: int = 0) -> str:
    """Let clients do their worst and return the figures. Raises what one of them found."""
    figures = Figures()
    ports = [urlsplit(server.ready[side]["url"]).port for side in ("aws_sso", "azure_ad")]
    with crowd(ports[0], strangers) if strangers else nullcontext():
        threads = [
            threading.Thread(target=Client(server, f"{seed}/{number}", figures).run, args=(seconds,))
            for number in range(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for failure in figures.failures:
        raise failure
    for name, count in figures.done.items():
        assert _recorded(server, name) == count, f"CloudTrail has another number of {name}"
    slowest = statistics.quantiles(figures.seconds, n=100)
    return (
        f"{clients} clients, {3 * strangers} strangers, {len(figures.seconds)} requests in {seconds:.0f} s: no 5xx, "
        f"nothing half changed, {dict(figures.done)} all in CloudTrail; "
        f"median {1000 * statistics.median(figures.seconds):.1f} ms, 99 of 100 within {1000 * slowest[98]:.1f} ms"
    )


def _recorded(server: HarnessProcess, name: str) -> int:
    """Count the events of a name, as an administrator would: with LookupEvents, page by page."""
    count, token = 0, None
    while True:
        body = {
            "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}], "MaxResults": 50,
            **({"NextToken": token} if token else {}),
        }  # fmt: skip
        target = ("X-Amz-Target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents")
        kind = ("Content-Type", "application/x-amz-json-1.1")
        answer = server.network(
            json_request(
                "POST", f"{server.ready['aws_sso']['url']}/", body, headers=(target, kind, _SIGNATURE)
            )
        )
        assert answer.status == 200, answer.body
        events = answer.json()["Events"]
        count += sum("errorCode" not in event["CloudTrailEvent"] for event in events)
        token = answer.json().get("NextToken")
        if token is None:
            return count


_SIGNATURE = (
    "Authorization",
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/cloudtrail/aws4_request, SignedHeaders=host, Signature="
    + "0" * 64,
)
