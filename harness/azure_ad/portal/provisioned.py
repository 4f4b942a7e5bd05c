"""From an object of the target to the user or group that it was provisioned from."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from harness.azure_ad.directory.directory import NotFoundError, kind_of
from harness.azure_ad.tenant import current

PAGES = {"User": "portal.users_profile", "Group": "portal.groups_overview"}


def source(target: str) -> ResponseReturnValue:
    """Lead to the source of the object with this id in the target. Raises NotFoundError."""
    tenant = current()
    for service in tenant.applications.scan():
        for job in tenant.engine.jobs(service["id"]):
            key = tenant.engine.inspect(job.id)[1].source_of(target)
            if key is not None:
                kind = kind_of(tenant.directory.principal(key))
                return redirect(url_for(PAGES[kind], key=key))
    raise NotFoundError("No user or group of this directory is connected to it, or not any more.")


ROUTES = (("GET", "/provisioned/<target>", source),)
