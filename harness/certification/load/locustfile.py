"""What Locust's users ask of a SCIM server: each makes a person, looks for, reads and changes it once a second, and deletes it.

Who could not be deleted is named on stderr, in a line that begins with `LEFT`; nobody else can name them afterwards. What was
refused is counted there too, in lines that begin with `REFUSED`: Locust's own JSON says only how many.

Run by Locust itself (https://docs.locust.io, read 2026-11-29); the token stands in SCIM_TOKEN, the seed of names in SCIM_SEED.
"""

from __future__ import annotations

import os
import sys
from itertools import count
from typing import Any
from urllib.parse import quote

from locust import HttpUser, constant_throughput, events, task
from locust.runners import WorkerRunner

from harness.base.ids import Ids
from harness.scim.names import CORE_USER, PATCH_OP

LEFT = "left behind:"
REFUSED = "refused:"
_MEDIA_TYPE = "application/scim+json"
_GONE = (200, 204, 404)
_numbers = count(1)


@events.quitting.add_listener
def count_refusals(environment: Any, **_: Any) -> None:
    """Name each kind of refusal, how often it came and what it was; workers leave that to their master."""
    if not isinstance(environment.runner, WorkerRunner):
        for each in environment.stats.errors.values():
            sys.stderr.write(f"{REFUSED} {each.occurrences} of {each.name}: {each.error}\n")


class Tenant(HttpUser):  # type: ignore[misc]  # Locust is an extra, and may be missing
    wait_time = constant_throughput(1)

    def on_start(self) -> None:
        self.client.trust_env = False
        token = os.environ.get("SCIM_TOKEN", "")
        headers = {"Accept": _MEDIA_TYPE, "Content-Type": _MEDIA_TYPE}
        self.client.headers.update({**headers, "Authorization": f"Bearer {token}"})
        # Locust forks its processes after it has read this file: only a name made of the process's own id differs.
        self.ids = Ids(f"{os.environ.get('SCIM_SEED', '')}/{os.getpid()}/{next(_numbers)}")
        self.name = f"harness-load-{self.ids.hex(12)}@contoso.com"
        body = {"schemas": [CORE_USER], "userName": self.name, "displayName": "Load", "active": True}
        made = self.client.post("/Users", json=body, name="POST /Users")
        self.path = f"/Users/{made.json()['id']}" if made.status_code == 201 else ""

    def on_stop(self) -> None:
        if not self.path:
            return
        deleted = self.client.delete(self.path, name="DELETE /Users/{id}")
        if deleted.status_code not in _GONE:
            sys.stderr.write(f"{LEFT} {self.path}\n")

    @task(2)
    def look_for(self) -> None:
        condition = quote(f'userName eq "{self.name}"')
        self.client.get(f"/Users?filter={condition}", name="GET /Users?filter")

    @task(2)
    def read(self) -> None:
        if self.path:
            self.client.get(self.path, name="GET /Users/{id}")

    @task
    def change(self) -> None:
        operations: list[dict[str, Any]] = [
            {"op": "replace", "path": "displayName", "value": self.ids.hex(8)}
        ]
        if self.path:
            body = {"schemas": [PATCH_OP], "Operations": operations}
            self.client.patch(self.path, json=body, name="PATCH /Users/{id}")
