"""The connections between objects of directory and target, over Microsoft Graph (beta only).

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/manage-object-connections (read 2026-11-29).
"""

from __future__ import annotations

from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.graph.jobs.synchronization import engine_of
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import demand_beta, empty, entity
from harness.wire.message import Response

_ALL = "/servicePrincipals/<app>/synchronization/jobs/<job>/objectConnections"
_ONE = f"{_ALL}/<key>"


def list_connections(app: str, job: str) -> Response:
    demand_beta()
    engine_of(app, job)
    raise refusals.CONNECTIONS_NOT_LISTED.error()


def get_connection(app: str, job: str, key: str) -> Response:
    demand_beta()
    _, session = engine_of(app, job).inspect(job)
    connection = session.connection(key)
    if connection is None:
        raise NotFoundError(f"Object '{key}' has no connection.")
    items = {
        "objectId": key,
        "sourceAnchor": key,
        "targetAnchor": connection.target_id,
        "displayName": connection.display_name,
        "objectTypeName": connection.kind,
    }
    return entity(f"servicePrincipals('{app}')/synchronization/jobs('{job}')/objectConnections", items)


def delete_connection(app: str, job: str, key: str) -> Response:
    """Delete a connection, if there is one; the job's schedule must be off."""
    demand_beta()
    try:
        engine_of(app, job).disconnect(job, key)
    except ConflictError as error:
        raise refusals.JOB_RUNNING.error(reason=error) from error
    return empty()


ROUTES = (
    ("GET", _ALL, list_connections),
    ("GET", _ONE, get_connection),
    ("DELETE", _ONE, delete_connection),
)
