"""The organization's domains over Microsoft Graph: added, verified, made the default, removed.

A userPrincipalName may have any verified domain. `verify` always succeeds: no name server is asked. The tenant's own domain
and its initial one cannot be removed.

Source: https://learn.microsoft.com/en-us/graph/api/domain-list, …/domain-post-domains, …/domain-verify, …/domain-update,
…/domain-delete, …/domain-forcedelete, …/domain-list-verificationdnsrecords, …/domain-list-serviceconfigurationrecords and
…/domain-list-domainnamereferences (read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity, optional_body
from harness.azure_ad.graph.odata.entity_types import DIRECTORY_OBJECT, DOMAIN
from harness.azure_ad.graph.odata.values import as_boolean, typed
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

INITIAL = ".onmicrosoft.com"
SERVICES = ("Email", "OfficeCommunicationsOnline")
_SHELF = "domain"
_ONE = "/domains/<key>"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+\Z", re.ASCII)
_TTL = 3600  # seconds, as on the pages


def verified_domains() -> list[str]:
    """Return the domains that a userPrincipalName may have: the tenant's, the initial one, and verified ones."""
    added = (item["id"] for _, item in current().store.scan(_SHELF) if item["isVerified"])
    return list(dict.fromkeys([*_own(), *added]))


def initial_domain() -> str:
    """Return the organization's initial domain, `….onmicrosoft.com`."""
    return current().settings.domain.partition(".")[0] + INITIAL


def default_domain() -> str:
    chosen = (item["id"] for _, item in current().store.scan(_SHELF) if item["isDefault"])
    return next(chosen, current().settings.domain)


def list_domains() -> Response:
    names = dict.fromkeys([*_own(), *(key for key, _ in current().store.scan(_SHELF))])
    return collection("domains", [_domain(name) for name in names], DOMAIN)


def get_domain(key: str) -> Response:
    return entity("domains", _domain(key), 200, DOMAIN)


def create_domain() -> Response:
    """Add a domain, not verified yet. Raises ConflictError for one that the organization has."""
    tenant, properties = current(), typed(DOMAIN, body(), creating=True)
    name = properties.get("id", "").lower()
    if not _NAME.match(name):
        raise refusals.VALUE_FORM.error(name="id", form="the full name of a domain such as contoso.com")
    with tenant.store.transaction():
        if name in _own() or tenant.store.get(_SHELF, name) is not None:
            raise ConflictError(f"The domain name '{name}' is already added.", "id")
        tenant.store.put(_SHELF, name, _row(name))
        return entity("domains", _domain(name), 201, DOMAIN)


def update_domain(key: str) -> Response:
    """Make a verified domain the default one, or say what services it is for."""
    tenant, changes = current(), typed(DOMAIN, body(), creating=False)
    with tenant.store.transaction():
        domain = _domain(key)
        row = tenant.store.get(_SHELF, domain["id"]) or _row(domain["id"], verified=True)
        if changes.get("isDefault") and not domain["isVerified"]:
            raise refusals.DOMAIN_NOT_VERIFIED.error(name=domain["id"])
        for other, item in list(tenant.store.scan(_SHELF)):
            if changes.get("isDefault") and item["isDefault"]:
                tenant.store.put(_SHELF, other, {**item, "isDefault": False})
        tenant.store.put(_SHELF, domain["id"], {**row, **changes})
    return empty()


def verify(key: str) -> Response:
    tenant = current()
    with tenant.store.transaction():
        name = _domain(key)["id"]
        if name not in _own():
            tenant.store.put(_SHELF, name, {**(tenant.store.get(_SHELF, name) or {}), "isVerified": True})
        return entity("domains", _domain(name), 200, DOMAIN)


def delete_domain(key: str) -> Response:
    """Remove a domain. Raises ConflictError while a userPrincipalName has it."""
    tenant = current()
    with tenant.store.transaction():
        name = _demand_removable(key)
        if next(iter(_references(name)), None) is not None:
            raise ConflictError(f"The domain '{name}' is referenced by users or groups. Rename them first.")
        tenant.store.delete(_SHELF, name)
    return empty()


def force_delete(key: str) -> Response:
    """Remove a domain; its users get the initial one, and are disabled unless `disableUserAccounts` is false."""
    tenant, disabling = current(), as_boolean(optional_body().get("disableUserAccounts"))
    if not isinstance(disabling, bool | None):
        raise refusals.VALUE_FORM.error(name="disableUserAccounts", form="true or false")
    changes = {"accountEnabled": False} if disabling is not False else {}
    with tenant.store.transaction():
        name = _demand_removable(key)
        for item in list(_references(name)):
            renamed = f"{item['userPrincipalName'].rpartition('@')[0]}@{initial_domain()}"
            tenant.directory.update("User", item["id"], {"userPrincipalName": renamed, **changes})
        tenant.store.delete(_SHELF, name)
    return empty()


def list_references(key: str) -> Response:
    return collection("directoryObjects", _references(_domain(key)["id"]), DIRECTORY_OBJECT)


def list_verification_records(key: str) -> Response:
    """Answer the DNS records by which the real service verifies the domain."""
    name = _domain(key)["id"]
    digest = hashlib.sha256(f"{current().settings.tenant_id} {name}".encode()).hexdigest()
    proof = f"MS=ms{int(digest[:12], 16) % 100_000_000:08}"
    exchange = f"{proof[3:]}.msv1.invalid"
    records = [
        _record(name, "Txt", None, text=proof),
        _record(name, "Mx", None, mailExchange=exchange, preference=32767),
    ]
    return collection(f"domains('{name}')/verificationDnsRecords", records)


def list_service_records(key: str) -> Response:
    name = _domain(key)["id"]
    exchange = f"{name.replace('.', '-')}.mail.protection.outlook.com"
    records = [
        _record(name, "Mx", "Email", mailExchange=exchange, preference=0),
        _record(name, "Txt", "Email", text="v=spf1 include:spf.protection.outlook.com -all"),
    ]
    return collection(f"domains('{name}')/serviceConfigurationRecords", records)


def _own() -> list[str]:
    return list(dict.fromkeys([current().settings.domain, initial_domain()]))


def _row(name: str, *, verified: bool = False) -> Document:
    return {"id": name, "isVerified": verified, "isDefault": False, "supportedServices": list(SERVICES)}


def _domain(key: str) -> Document:
    """Return a domain as Graph shows it. Raises NotFoundError."""
    name = key.lower()
    row = current().store.get(_SHELF, name) or (_row(name, verified=True) if name in _own() else None)
    if row is None:
        raise NotFoundError.of(key)
    return {
        "authenticationType": "Managed",
        "isAdminManaged": True,
        "isInitial": name.endswith(INITIAL),
        "isRoot": True,
        **row,
        "isDefault": name == default_domain(),
    }


def _demand_removable(key: str) -> str:
    name: str = _domain(key)["id"]
    if name in _own() or name == default_domain():
        raise ConflictError(f"The domain '{name}' is the organization's first or default one and stays.")
    return name


def _references(name: str) -> Iterable[Document]:
    """Yield the users whose userPrincipalName has the domain."""
    for user in current().directory.scan("User"):
        if user["userPrincipalName"].casefold().endswith(f"@{name}"):
            yield {"@odata.type": "#microsoft.graph.user", **user}


def _record(name: str, kind: str, service: str | None, **values: object) -> Document:
    key = hashlib.sha256(f"{name} {kind} {service}".encode()).hexdigest()
    return {
        "@odata.type": f"#microsoft.graph.domainDns{kind}Record",
        "id": f"{key[:8]}-{key[8:12]}-4{key[13:16]}-a{key[17:20]}-{key[20:32]}",
        "isOptional": False,
        "label": name,
        "recordType": kind,
        "supportedService": service,
        "ttl": _TTL,
        **values,
    }


ROUTES = (
    ("GET", "/domains", list_domains),
    ("POST", "/domains", create_domain),
    ("GET", _ONE, get_domain),
    ("PATCH", _ONE, update_domain),
    ("DELETE", _ONE, delete_domain),
    ("POST", f"{_ONE}/verify", verify),
    ("POST", f"{_ONE}/forceDelete", force_delete),
    ("GET", f"{_ONE}/domainNameReferences", list_references),
    ("GET", f"{_ONE}/verificationDnsRecords", list_verification_records),
    ("GET", f"{_ONE}/serviceConfigurationRecords", list_service_records),
)
