"""What Locust's users ask of a SCIM server: each makes a person, looks for, reads and changes it once a second, and deletes it.

Run by Locust itself (https://docs.locust.io, read 2026-11-29); the token stands in SCIM_TOKEN, the seed of names in SCIM_SEED.
"""

from __future__ import annotations

import os
from itertools import count
from typing import Any
from urllib.parse import quote

from locust import HttpUser, constant_throughput, task

from harness.base.ids import Ids
from harness.scim.names import CORE_USER, PATCH_OP

_MEDIA_TYPE = "application/scim+json"
_ids = Ids(f"{os.environ.get('SCIM_SEED', '')}/{os.getpid()}")  # names of several processes differ
_numbers = count(1)


class Tenant(HttpUser):  # type: ignore[misc]  # Locust is an extra, and may be missing
    wait_time = constant_throughput(1)

    def on_start(self) -> None:
        self.client.trust_env = False
        token = os.environ.get("SCIM_TOKEN", "")
        headers = {"Accept": _MEDIA_TYPE, "Content-Type": _MEDIA_TYPE}
        self.client.headers.update({**headers, "Authorization": f"Bearer {token}"})
        self.name = f"harness-load-{_ids.hex(8)}-{next(_numbers)}@contoso.com"
        body = {"schemas": [CORE_USER], "userName": self.name, "displayName": "Load", "active": True}
        made = self.client.post("/Users", json=body, name="POST /Users")
        self.path = f"/Users/{made.json()['id']}" if made.status_code == 201 else ""

    def on_stop(self) -> None:
        if self.path:
            self.client.delete(self.path, name="DELETE /Users/{id}")

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
        operations: list[dict[str, Any]] = [{"op": "replace", "path": "displayName", "value": _ids.hex(8)}]
        if self.path:
            body = {"schemas": [PATCH_OP], "Operations": operations}
            self.client.patch(self.path, json=body, name="PATCH /Users/{id}")
