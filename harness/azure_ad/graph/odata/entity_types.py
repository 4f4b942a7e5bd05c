"""Microsoft Graph's types of objects: their properties, which of them an answer has by default, what can be expanded.

Users and groups come from the directory's own table, `directory/properties.yaml`; the others from `types.yaml`, those of
provisioning from `synchronization_types.yaml`, where their sources stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from harness.azure_ad.directory.properties import is_extension, table
from harness.base.store import Document
from harness.base.tables import read_table

Expander = Callable[[Document], Any]
PRIMITIVES = frozenset(
    {"String", "Boolean", "DateTimeOffset", "Int32", "Int64", "Double", "Guid", "Binary", "Duration"}
)
_TABLES = ("types.yaml", "synchronization_types.yaml")


def _read_types() -> dict[str, dict[str, Any]]:
    """Return the rows of both tables by section and type."""
    merged: dict[str, dict[str, Any]] = {}
    for table_name in _TABLES:
        for section, rows in read_table("harness.azure_ad.graph.odata", table_name).items():
            merged.setdefault(section, {}).update(rows)
    return merged


_TYPES = _read_types()
# The types in `directory/properties.yaml`: OData's type of each, and whether it is a collection.
_OF_DIRECTORY = {
    "string": ("String", False),
    "boolean": ("Boolean", False),
    "datetime": ("DateTimeOffset", False),
    "integer": ("Int32", False),
    "list": ("String", True),
}
_MOMENT = ("eq", "ge", "gt", "le", "lt")


class Property(Struct, frozen=True):
    """`type` is a primitive of OData without its `Edm.`, a complex type's name or an enumeration's.

    A text has at most `longest` characters (0: any number), and all of it matches `pattern`, a regular expression without
    regard to case. Without `clearable` it cannot be set to null; a `whole` complex one is answered with its empty parts. A
    `version` is the only one of Graph that has it, empty for both.
    """

    type: str
    collection: bool = False
    nullable: bool = True
    writable: bool = False
    settable: bool = False
    required: bool = False
    shown: bool = True
    filterable: bool = True
    clearable: bool = True
    whole: bool = False
    version: str = ""
    longest: int = 0
    pattern: str = ""

    @property
    def is_complex(self) -> bool:
        return self.type in COMPLEX

    @property
    def is_enumeration(self) -> bool:
        return self.type not in PRIMITIVES and self.type not in COMPLEX and self.type != "details"


def _property(text: str) -> Property:
    """Read a row of `types.yaml`: a type, in brackets for a collection, then flags."""
    name, *flags = text.split()
    limits = dict(flag.split(":", 1) for flag in flags if ":" in flag)
    return Property(
        name.strip("[]"),
        collection=name.startswith("["),
        nullable="notnull" not in flags and not name.startswith("["),
        writable="writable" in flags or "required" in flags,
        settable=not {"writable", "required", "fixed"}.isdisjoint(flags),
        required="required" in flags,
        shown="hidden" not in flags,
        filterable="unfilterable" not in flags,
        clearable="required" not in flags,
        whole="whole" in flags,
        version=limits.get("only", ""),
        longest=int(limits.get("longest", 0)),
        pattern=limits.get("pattern", ""),
    )


COMPLEX: dict[str, Mapping[str, Property]] = {}
COMPLEX.update(
    {
        name: {part: _property(text) for part, text in parts.items()}
        for name, parts in _TYPES["complex"].items()
    }
)


class EntityType(Struct, frozen=True, dict=True):
    """`shown` are the properties of an answer without $select; None: all that are set.

    A `directory` type takes advanced queries only with their header. Filters on an `exact` type compare texts with regard
    to case. `whole` complex properties are answered with their empty parts. Where `operators`, by path in small letters,
    are given, a filter may use only these; `aliases` are paths that mean another one.
    """

    name: str
    properties: Mapping[str, Property]
    shown: tuple[str, ...] | None = None
    directory: bool = False
    exact: bool = False
    whole: frozenset[str] = frozenset()
    operators: Mapping[str, frozenset[str]] | None = None
    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def navigation(self) -> Mapping[str, Property]:
        """The navigation properties of the type, by name."""
        rows = _TYPES["navigation"].get(self.name.rpartition(".")[2], {})
        return {name: _property(text) for name, text in rows.items()}

    @cached_property
    def _spellings(self) -> dict[str, str]:
        return {name.lower(): name for name in self.properties}

    def spelling(self, name: str) -> str | None:
        """Return a property's name as the type spells it, None for a name that it does not have."""
        return self._spellings.get(name.lower()) or (name if self.directory and is_extension(name) else None)

    def knows(self, name: str) -> bool:
        return self.spelling(name) is not None

    def is_in(self, name: str, version: str) -> bool:
        """Tell whether a version of Graph has a property; `name` is spelt as the type spells it."""
        declared = self.properties.get(name)
        return declared is None or declared.version in ("", version)

    def names_in(self, version: str) -> tuple[str, ...]:
        """Return the properties that a version of Graph has."""
        return tuple(name for name in self.properties if self.is_in(name, version))

    def at(self, path: tuple[str, ...]) -> Property | None:
        """Return the property at the end of a path, None where none is declared."""
        parts: Mapping[str, Property] = self.properties
        declared: Property | None = None
        for name in path:
            declared = parts.get(name)
            if declared is None:
                return None
            parts = COMPLEX.get(declared.type, {})
        return declared

    def show(self, item: Document, names: tuple[str, ...] | None) -> Document:
        """Return the object with these properties, empty ones as null or `[]`; with None, as it is."""
        if names is None:
            return item
        return {name: self._value(item, name) for name in names}

    def _value(self, item: Document, name: str) -> Any:
        value = item.get(name)
        declared = self.properties.get(name)
        if declared is None or (declared.is_complex and not declared.collection and name not in self.whole):
            return value
        return _filled(declared, value)


def _filled(declared: Property, value: Any) -> Any:
    """Return a complex value with all its parts: empty ones are null, false if they cannot be null, `[]` for a list."""
    if declared.collection:
        return value or []
    if not declared.is_complex:
        return False if value is None and not declared.nullable and declared.type == "Boolean" else value
    return {name: _filled(part, (value or {}).get(name)) for name, part in COMPLEX[declared.type].items()}


def _of_directory(name: str, row: Mapping[str, Any]) -> Property:
    """Return a property of the directory's table, and add its complex types to the others."""
    written = not (row.get("readonly") or row.get("synced"))
    many = row["type"] == "objects"
    if row["type"] in ("object", "objects"):
        edm = "objectIdentity" if name == "identities" else name.removesuffix("s") if many else name
        COMPLEX[edm] = {
            part: Property(*_OF_DIRECTORY[word], writable=written) for part, word in row["members"].items()
        }
    else:
        edm, many = _OF_DIRECTORY[row["type"]]
    return Property(
        edm,
        collection=many,
        nullable=not many and name != "id",
        writable=written and not row.get("fixed"),
        settable=written,
        shown=row.get("shown", True) is not False,
        filterable=row.get("filterable", True),
        clearable=row.get("clearable", True),
        version=row.get("only", ""),
        longest=row.get("longest", 0),
        pattern=row.get("pattern", ""),
    )


def _of_table(kind: str, *, only_marked: bool) -> EntityType:
    rows = table()[kind]
    return EntityType(
        f"microsoft.graph.{kind.lower()}",
        {name: _of_directory(name, row) for name, row in rows.items()},
        shown=tuple(name for name, row in rows.items() if row.get("shown", not only_marked)),
        directory=True,
        whole=frozenset({"onPremisesExtensionAttributes"}),
    )


def _of_types(name: str, *, directory: bool = False, whole: bool = False, exact: bool = False) -> EntityType:
    """Return a type of `types.yaml`; of a `whole` one an answer has every property, also empty ones."""
    properties = {each: _property(text) for each, text in _TYPES["entities"][name].items()}
    shown = tuple(each for each, declared in properties.items() if declared.shown) if whole else None
    operators, aliases = _filters(name)
    return EntityType(
        f"microsoft.graph.{name}",
        properties,
        shown,
        directory,
        exact,
        operators=operators,
        aliases=aliases,
        whole=frozenset(name for name, declared in properties.items() if declared.whole),
    )


def _filters(name: str) -> tuple[dict[str, frozenset[str]] | None, dict[str, str]]:
    """Read a type's rows of `filters`: the operators by path (None without rows), and the aliases of paths."""
    rows = _TYPES["filters"].get(name)
    if rows is None:
        return None, {}
    operators: dict[str, frozenset[str]] = {}
    aliases: dict[str, str] = {}
    for path, text in rows.items():
        words, _, meant = text.partition(" as ")
        if meant:
            aliases[path.lower()] = meant
        operators[path.lower()] = frozenset(
            each for word in words.split() for each in (_MOMENT if word == "moment" else (word,))
        )
    return operators, aliases


USER = _of_table("User", only_marked=True)
GROUP = _of_table("Group", only_marked=False)
KINDS = {"User": USER, "Group": GROUP}
SERVICE_PRINCIPAL = _of_types("servicePrincipal", directory=True, whole=True)
APPLICATION = _of_types("application", directory=True, whole=True)
ORGANIZATION = _of_types("organization", whole=True)
DOMAIN = _of_types("domain", whole=True)
FEDERATED_CREDENTIAL = _of_types("federatedIdentityCredential", whole=True)
PERMISSION_CLASSIFICATION = _of_types("delegatedPermissionClassification", whole=True)
INVITATION = _of_types("invitation", whole=True)
BY_MARK = {f"#{kind.name}": kind for kind in (USER, GROUP, SERVICE_PRINCIPAL, APPLICATION)}
DELETED = {
    name: replace(kind, shown=(*dict.fromkeys([*(kind.shown or ()), "deletedDateTime"]),))
    for name, kind in KINDS.items()
}
DIRECTORY_OBJECT = EntityType("microsoft.graph.directoryObject", {**GROUP.properties, **USER.properties})
EXTENSION_PROPERTY = _of_types("extensionProperty")
APP_ROLE_ASSIGNMENT = _of_types("appRoleAssignment")
PERMISSION_GRANT = _of_types("oAuth2PermissionGrant", whole=True)
STS_POLICY = _of_types("stsPolicy", whole=True)
APPLICATION_TEMPLATE = _of_types("applicationTemplate")
PROVISIONING_ENTRY = _of_types("provisioningObjectSummary", exact=True)
DIRECTORY_AUDIT = _of_types("directoryAudit")
SIGN_IN = _of_types("signIn", whole=True)
SYNCHRONIZATION = _of_types("synchronization")
SYNCHRONIZATION_JOB = _of_types("synchronizationJob")
SYNCHRONIZATION_TEMPLATE = _of_types("synchronizationTemplate")
SYNCHRONIZATION_SCHEMA = _of_types("synchronizationSchema")
