"""Policies of sign-in over Microsoft Graph: made and changed by themselves, assigned to an application or service principal.

Policies are stored and answered. Only one kind has an effect: the claims of a claimsMappingPolicy are in the SAML
assertions for its service principal (`harness.azure_ad.sign_in.claims`).

Source: https://learn.microsoft.com/en-us/graph/api/resources/claimsmappingpolicy, …/homerealmdiscoverypolicy,
…/tokenissuancepolicy, …/tokenlifetimepolicy and …/activitybasedtimeoutpolicy with the pages of their operations (read
2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs). That a second default of the organization takes the place of
the first is inferred.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from harness.azure_ad.applications import policies
from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.graph.apps.applications import find_application
from harness.azure_ad.graph.apps.service_principals import shown_principal
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity
from harness.azure_ad.graph.odata.entity_types import DIRECTORY_OBJECT, STS_POLICY
from harness.azure_ad.graph.odata.references import reference
from harness.azure_ad.graph.odata.values import typed
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response


class _Kind(Struct, frozen=True):
    """`holders` are the collections whose objects such a policy can be assigned to; `default`: the organization has one."""

    holders: tuple[str, ...]
    default: bool


_KINDS: Mapping[str, _Kind] = {
    "claimsMappingPolicies": _Kind(("servicePrincipals",), default=False),
    "homeRealmDiscoveryPolicies": _Kind(("servicePrincipals",), default=True),
    "tokenIssuancePolicies": _Kind(("applications",), default=False),
    "tokenLifetimePolicies": _Kind(("applications",), default=True),
    "activityBasedTimeoutPolicies": _Kind((), default=True),
}
_KIND = f"<any({', '.join(_KINDS)}):kind>"
_HELD = "/<any(applications, servicePrincipals):which>/<key>/" + _KIND


def list_policies(kind: str) -> Response:
    return collection(f"policies/{kind}", policies.scan(current().store, kind), STS_POLICY)


def create_policy(kind: str) -> Response:
    tenant, properties = current(), typed(STS_POLICY, body(), creating=True)
    made = {"id": tenant.ids.uuid(), "isOrganizationDefault": False, **properties}
    with tenant.store.transaction():
        _put(kind, made)
        return entity(f"policies/{kind}", made, 201, STS_POLICY)


def get_policy(kind: str, policy: str) -> Response:
    return entity(f"policies/{kind}", policies.find(current().store, kind, policy), 200, STS_POLICY)


def update_policy(kind: str, policy: str) -> Response:
    changes = typed(STS_POLICY, body(), creating=False)
    with current().store.transaction():
        _put(kind, {**policies.find(current().store, kind, policy), **changes})
    return empty()


def delete_policy(kind: str, policy: str) -> Response:
    """Delete a policy, and its assignments."""
    with current().store.transaction():
        policies.delete(current().store, kind, policy)
    return empty()


def list_holders(kind: str, policy: str) -> Response:
    store = current().store
    policies.find(store, kind, policy)
    return collection("directoryObjects", _holders(policies.holders(store, kind, policy)), DIRECTORY_OBJECT)


def list_held(which: str, key: str, kind: str) -> Response:
    holder = _holder(which, key, kind)
    return collection(f"{which}('{key}')/{kind}", policies.held(current().store, kind, holder), STS_POLICY)


def assign_policy(which: str, key: str, kind: str) -> Response:
    tenant = current()
    with tenant.store.transaction():
        holder, policy = _holder(which, key, kind), policies.find(tenant.store, kind, reference(body()))
        if not policies.assign(tenant.store, kind, holder, policy["id"]):
            raise ConflictError.of_reference(kind)
    return empty()


def withdraw_policy(which: str, key: str, kind: str, policy: str) -> Response:
    with current().store.transaction():
        if not policies.withdraw(current().store, kind, _holder(which, key, kind), policy):
            raise NotFoundError.of(policy)
    return empty()


def _put(kind: str, document: Document) -> None:
    """Save a policy; a new default of the organization replaces the former one."""
    store = current().store
    if document["isOrganizationDefault"] and _KINDS[kind].default:
        for other in list(policies.scan(store, kind)):
            if other["isOrganizationDefault"] and other["id"] != document["id"]:
                policies.put(store, kind, {**other, "isOrganizationDefault": False})
    policies.put(store, kind, document)


def _holder(which: str, key: str, kind: str) -> str:
    """Return the id of the object that a policy is assigned to. Raises NotFoundError, also for a type that takes none."""
    if which not in _KINDS[kind].holders:
        raise NotFoundError.of(kind)
    holder = find_application(key) if which == "applications" else current().applications.find(key)
    return str(holder["id"])


def _holders(keys: list[str]) -> Iterator[Document]:
    """Yield the objects with these ids; those that are gone are left out."""
    tenant = current()
    for key in keys:
        principal = tenant.applications.get(key)
        if principal is not None:
            yield {"@odata.type": "#microsoft.graph.servicePrincipal", **shown_principal(principal)}
            continue
        try:
            application = tenant.registrations.find(key)
        except NotFoundError:
            continue
        yield {
            "@odata.type": "#microsoft.graph.application",
            "id": key,
            "displayName": application["displayName"],
        }


ROUTES = (
    ("GET", f"/policies/{_KIND}", list_policies),
    ("POST", f"/policies/{_KIND}", create_policy),
    ("GET", f"/policies/{_KIND}/<policy>", get_policy),
    ("PATCH", f"/policies/{_KIND}/<policy>", update_policy),
    ("DELETE", f"/policies/{_KIND}/<policy>", delete_policy),
    ("GET", f"/policies/{_KIND}/<policy>/appliesTo", list_holders),
    ("GET", _HELD, list_held),
    ("POST", f"{_HELD}/$ref", assign_policy),
    ("DELETE", f"{_HELD}/<policy>/$ref", withdraw_policy),
)
