"""From an object of the target to the user or group that it was provisioned from, and back."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from harness.azure_ad.directory.directory import kind_of
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.pages.surroundings import surroundings


class Place(Struct, frozen=True):
    """An application with a job, and the target's object that a user or group is connected to, if any.

    `address` is the object's page in the console, where the target is this world's AWS SSO.
    """

    app: Document
    target_id: str | None
    address: str | None


PAGES = {"User": "portal.users_profile", "Group": "portal.groups_overview"}


def source(target: str) -> ResponseReturnValue:
    """Redirect to the source of the target's object with this id. Raises NotFoundError."""
    tenant = current()
    for service in tenant.applications.scan():
        for job in tenant.engine.jobs(service["id"]):
            key = tenant.engine.inspect(job.id)[1].source_of(target)
            if key is not None:
                kind = kind_of(tenant.directory.principal(key))
                return redirect(url_for(PAGES[kind], key=key), 303)
    raise NotFoundError("No user or group of this directory is connected to it, or not any more.")


def places_of(kind: str, key: str) -> list[Place]:
    """Return the applications with a job, each with the object that a user or group is connected to."""
    tenant, around = current(), surroundings()
    places: list[Place] = []
    for service in tenant.applications.scan():
        for job in tenant.engine.jobs(service["id"]):
            connection = tenant.engine.inspect(job.id)[1].connection(key)
            target = tenant.applications.secrets(service["id"]).get("BaseAddress", "")
            address = None
            if around is not None and connection is not None and target.startswith(around.aws.endpoint):
                address = f"{around.aws.origin}/console/{kind.lower()}s/{connection.target_id}"
            places.append(Place(service, connection.target_id if connection else None, address))
    return places


ROUTES = (("GET", "/provisioned/<target>", source),)
