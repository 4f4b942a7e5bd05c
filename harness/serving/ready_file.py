"""The ready file: a server's addresses and tokens. It belongs to one server, whose pid is in it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from harness.base.errors import HarnessError
from harness.base.output import remove, write
from harness.world import World

Ready: TypeAlias = dict[str, dict[str, Any]]


def ways_in(world: World, urls: tuple[str, str], *, scim_endpoint: str, access_token: str) -> Ready:
    """Return the addresses and tokens of AWS SSO and Azure AD of a world served at `urls`, and the ids of its job, if it has one."""
    aws_url, azure_url = urls
    return {
        "aws_sso": {
            "url": aws_url,
            "scim_endpoint": scim_endpoint,
            "access_token": access_token,
            "api_endpoint": aws_url,
            "identity_store_id": world.aws.settings.identity_store_id,
        },
        "azure_ad": {
            "url": azure_url,
            "graph_endpoint": f"{azure_url}/v1.0",
            "graph_token": world.azure.settings.graph_token,
            "tenant_id": world.azure.settings.tenant_id,
            "service_principal_id": world.app_id,
            **_job(world),
        },
    }


def _job(world: World) -> dict[str, str]:
    """Return the ids of job and rule, empty without a job."""
    engine = world.azure.engine
    for job in engine.jobs(world.app_id):
        rule = engine.schema(job.id)["synchronizationRules"][0]
        return {"job_id": job.id, "rule_id": rule["id"]}
    return {}


class ReadyFile:
    """A ready file at a path. Raises HarnessError if it is that of another running server."""

    def __init__(self, path: Path) -> None:
        self._path = path
        owner = self._owner()
        if owner is not None and owner != os.getpid() and _is_running(owner):
            raise HarnessError(
                f"{path} belongs to the server with pid {owner}, which is running; name another file, "
                "or remove it if that process is something else"
            )

    def write(self, ready: Mapping[str, Any]) -> None:
        """Write it, readable by its owner alone, for it has tokens."""
        text = json.dumps({"server": {"pid": os.getpid()}, **ready}, indent=2)
        write(self._path, text + "\n", private=True)

    def remove(self) -> None:
        """Remove it, unless another server has written its own there meanwhile."""
        if self._owner() == os.getpid():
            remove(self._path)

    def _owner(self) -> int | None:
        if not self._path.is_file():  # a pipe or a device is not read
            return None
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
            pid = document["server"]["pid"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return pid if isinstance(pid, int) and not isinstance(pid, bool) and pid > 0 else None


@contextmanager
def announcing(path: Path | None) -> Iterator[Callable[[Ready], None]]:
    """Yield the function that writes the ready file, which is removed at the end; without a path it writes none. Raises HarnessError."""
    file = None if path is None else ReadyFile(path)

    def announce(ready: Ready) -> None:
        if file is not None:
            file.write(ready)

    try:
        yield announce
    finally:
        if file is not None:
            file.remove()


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # another server's
        return True
    return True
