"""`$expand=owners`: who owns a group, an application or a service principal, inside its answer.

Graph expands twenty. Source: https://learn.microsoft.com/en-us/graph/api/resources/group, …/application and …/serviceprincipal,
"Relationships", owners, "Supports $expand" (read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs); the number:
https://learn.microsoft.com/en-us/graph/known-issues, "Query parameter limitations" (there, too).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from harness.azure_ad.directory.directory import kind_of
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.apps.key_credentials import without_keys
from harness.azure_ad.graph.odata.entity_types import KINDS, SERVICE_PRINCIPAL, Expander
from harness.azure_ad.graph.odata.querying.options import text_of
from harness.azure_ad.tenant import current
from harness.base.store import Document

OWNER = "owner"
_MOST = 20


def owners_of(item: Document) -> list[Document]:
    """Return an object's owners for its answer; deleted ones are left out."""
    return list(_shown(current().store.rights(OWNER, item["id"])[:_MOST]))


def with_owners(items: Iterable[Document]) -> Iterable[Document]:
    """Give objects the ids of their owners where the filter counts them: `owners/$count eq 0`.

    https://learn.microsoft.com/en-us/graph/tutorial-applications-basics, the request for those with none or one owner (of
    applications and service principals, read 2026-11-29); that groups take it, too, is inferred.
    """
    if "owners/$count" not in text_of("$filter"):
        return items
    return ({**item, "owners": current().store.rights(OWNER, item["id"])} for item in items)


def _shown(keys: list[str]) -> Iterator[Document]:
    tenant = current()
    for key in keys:
        program = tenant.applications.get(key)
        if program is not None:
            mark = {"@odata.type": "#microsoft.graph.servicePrincipal"}
            yield mark | SERVICE_PRINCIPAL.show(without_keys(program), SERVICE_PRINCIPAL.shown)
            continue
        try:
            person = tenant.directory.principal(key)
        except NotFoundError:
            continue
        kind = KINDS[kind_of(person)]
        yield {"@odata.type": person["@odata.type"], **kind.show(person, kind.shown)}


EXPANDERS: Mapping[str, Expander] = MappingProxyType({"owners": owners_of})
