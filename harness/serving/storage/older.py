"""Documents and log lines of older versions in the shapes of today: what the first two layouts of a data file hold.

Each is known by what it has, so one that is of today's shape already stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from harness.aws_sso import identity_store
from harness.azure_ad.provisioning.log.provisioning_log import FAILED, LOG
from harness.base.sqlite.older import Lookup, Renewal
from harness.base.store import Document

Renewed = tuple[str, Document] | None
_STATUS = 9  # in a line of the provisioning log


def _renewed(kind: str, key: str, body: Document) -> Renewed:
    """Return key and body of a document as today's version keeps it, a log's line without key; None to leave it out."""
    renew = _RENEWALS.get(kind.partition(":")[0])
    return (key, body) if renew is None else renew(key, body)


def _record(key: str, body: Document) -> Renewed:
    if "history" in body:
        return key, body
    names = ("created", "modified", "created_by", "modified_by", "revision")
    return key, {"attributes": body["attributes"], "history": [body[name] for name in names]}


def _token(key: str, body: Document) -> Renewed:
    """A token is found by its digest; it was by its id."""
    if "sha256" not in body:
        return key, body
    return body["sha256"], {"id": key, "created_at": body["createdAt"], "expires_at": body["expiresAt"]}


def _job(key: str, body: Document) -> Renewed:
    counts = {entry["key"]: entry["value"] for entry in body["job"]["status"]["synchronizedEntryCountByType"]}
    return key, {"linked": counts, "force": False, **{name: body[name] for name in body if name != "epoch"}}


def _connection(key: str, body: Document) -> Renewed:
    if "connection" in body:
        return key, body
    identity = body["identity"]
    name = identity.get("displayName") or ""
    fields = [body["type"], body["targetId"], body["managed"], body["manager"]]
    return key, {"connection": [*fields, identity.get("userPrincipalName") or name, name]}


def _escrow(key: str, body: Document) -> Renewed:
    fields = {name: value for name, value in body.items() if name != "identifier"}
    return key, {"tried": None, "references": False, **fields}


def _progress(key: str, body: Document) -> Renewed:
    """A cycle that was cut off begins anew, for what it had done is told by its connections."""
    del key, body
    return None


def _entry(key: str, body: Document) -> Renewed:
    """A line of the provisioning log, which was kept as Microsoft Graph shows it."""
    if "provisioningSteps" not in body:  # AWS's switch is called so, too
        return key, body
    source, target = body["sourceIdentity"], body["targetSystem"]
    kind, name, status = source["identityType"], source["displayName"], body["provisioningStatusInfo"]
    frame = (
        body["tenantId"], body["jobId"], body["cycleId"], body["servicePrincipal"]["id"], target["id"],
        body["servicePrincipal"]["displayName"], body["sourceSystem"]["displayName"], target["displayName"],
    )  # fmt: skip
    steps = [
        (step["name"], step["details"], step["status"], step["description"])
        for step in body["provisioningSteps"]
    ]
    modified = [
        (change["displayName"], change["oldValue"], change["newValue"])
        for change in body["modifiedProperties"]
    ]
    line = (
        body["id"], body["changeId"], body["activityDateTime"], frame, kind, source["id"],
        source["details"].get("UserPrincipalName", name), name, body["provisioningAction"], status["status"],
        body["targetIdentity"]["id"], _problem(status["errorInformation"]), steps, modified,
    )  # fmt: skip
    return key, {"entry": line}


def _tags(log: str, body: Document) -> Iterable[str]:
    """Failures are looked up by a tag that the first lines of the provisioning log have not."""
    return (FAILED,) if log == LOG and body["entry"][_STATUS] == "failure" else ()


def _membership(
    relation: str, group_id: str, user_id: str, document: Lookup
) -> tuple[str, str, Document] | None:
    """Nobody kept when somebody became a member: the group's last change, when it was so for sure, stands for it."""
    group = document(identity_store.GROUP, group_id) if relation == "member" else None
    if group is None:
        return None
    record = identity_store.Record.read(group_id, group)
    body = {"membership": [group_id, user_id, record.modified, record.modified_by]}
    return identity_store.MEMBERSHIP, identity_store.membership_id(group_id, user_id), body


def _problem(information: Document | None) -> list[Any] | None:
    if information is None:
        return None
    names = ("errorCode", "errorCategory", "reason", "recommendedAction", "additionalDetails")
    return [information.get(name) for name in names]


_RENEWALS: dict[str, Callable[[str, Document], Renewed]] = {
    "user": _record,
    "group": _record,
    "token": _token,
    "job": _job,
    "connection": _connection,
    "escrow": _escrow,
    "progress": _progress,
    "provisioning": _entry,
}

RENEWAL = Renewal(_renewed, _tags, _membership)
