"""What Microsoft Graph knows about each type of object: its properties, which of them it shows, what can be expanded.

Source: https://learn.microsoft.com/en-us/graph/api/resources/user, …/group, …/approleassignment and
…/provisioningobjectsummary (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from harness.azure_ad.directory.properties import is_extension, table
from harness.base.store import Document

_EDM = {
    "string": "String", "boolean": "Boolean", "datetime": "DateTimeOffset", "list": "Collection", "object": "Complex",
}  # fmt: skip
Expander = Callable[[Document], Any]


@dataclass(frozen=True, slots=True)
class EntityType:
    """`properties` are names and EDM types. `shown` is what an answer without $select has; None: whatever there is.

    A `directory` type takes advanced queries only with the header that asks for them.
    """

    name: str
    properties: Mapping[str, str]
    shown: tuple[str, ...] | None = None
    directory: bool = False
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def knows(self, name: str) -> bool:
        return name in self.properties or (self.directory and is_extension(name))

    def show(self, item: Document, names: tuple[str, ...] | None) -> Document:
        """Return the object with these properties, what is empty as null or `[]`; None shows it as it is."""
        if names is None:
            return item
        return {name: self._value(item, name) for name in names}

    def _value(self, item: Document, name: str) -> Any:
        value = item.get(name)
        if value is None and self.properties.get(name) == "Collection":
            return []
        if name in self.parts:
            return {part: (value or {}).get(part) for part in self.parts[name]}
        return value


def _of_table(kind: str, *, only_marked: bool) -> EntityType:
    rows = {name: row for name, row in table()[kind].items() if not row.get("writeonly")}
    parts = {
        "onPremisesExtensionAttributes": tuple(table()["User"]["onPremisesExtensionAttributes"]["members"])
    }
    return EntityType(
        f"microsoft.graph.{kind.lower()}",
        {name: _EDM[row["type"]] for name, row in rows.items()},
        shown=tuple(name for name, row in rows.items() if row.get("shown") or not only_marked),
        directory=True,
        parts=parts if kind == "User" else {},
    )


def _typed(
    texts: str, *, moments: str = "", numbers: str = "", complex_: str = "", collections: str = ""
) -> dict[str, str]:
    """Return the EDM types of properties, named in one text for each type."""
    groups = {
        "String": texts,
        "DateTimeOffset": moments,
        "Double": numbers,
        "Complex": complex_,
        "Collection": collections,
    }
    return {name: edm for edm, names in groups.items() for name in names.split()}


USER = _of_table("User", only_marked=True)
GROUP = _of_table("Group", only_marked=False)
KINDS = {"User": USER, "Group": GROUP}
BY_MARK = {f"#{kind.name}": kind for kind in KINDS.values()}
DELETED = {
    name: replace(kind, shown=(*dict.fromkeys([*(kind.shown or ()), "deletedDateTime"]),))
    for name, kind in KINDS.items()
}
DIRECTORY_OBJECT = EntityType("microsoft.graph.directoryObject", {**GROUP.properties, **USER.properties})
APP_ROLE_ASSIGNMENT = EntityType(
    "microsoft.graph.appRoleAssignment",
    _typed(
        "id appRoleId principalDisplayName principalId principalType resourceDisplayName resourceId",
        moments="deletedDateTime createdDateTime creationTimestamp",
    ),
)
PROVISIONING_ENTRY = EntityType(
    "microsoft.graph.provisioningObjectSummary",
    _typed(
        "id tenantId jobId cycleId changeId provisioningAction action",
        moments="activityDateTime",
        numbers="durationInMilliseconds",
        complex_="initiatedBy servicePrincipal sourceSystem targetSystem sourceIdentity targetIdentity "
        "provisioningStatusInfo statusInfo",
        collections="provisioningSteps modifiedProperties",
    ),
)
DIRECTORY_AUDIT = EntityType(
    "microsoft.graph.directoryAudit",
    _typed(
        "id category correlationId result resultReason activityDisplayName loggedByService operationType",
        moments="activityDateTime",
        complex_="initiatedBy",
        collections="targetResources additionalDetails",
    ),
)
