"""References from one object to another: `@odata.id` in the body of a `$ref`, `…@odata.bind` in the body of an object.

Source: https://learn.microsoft.com/en-us/graph/api/group-post-members and …/api/group-post-groups (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from harness.azure_ad.graph.odata import refusals
from harness.base.store import Document

_MOST = 20
_BIND = "@odata.bind"


def reference(document: Document) -> str:
    """Return the id that a `$ref` body names. Raises ODataError 400."""
    key = _last_segment(document.get("@odata.id"))
    if key is None:
        raise refusals.BODY_FORM.error(form='{"@odata.id": "…/directoryObjects/{id}"}')
    return key


def split(document: Document, relations: Iterable[str]) -> tuple[Document, dict[str, list[str]]]:
    """Return an object's properties, and by relation the ids that it is bound to.

    Annotations are left out. Raises ODataError 400 for another relation, for what is no reference, and for more
    references than one request may carry.
    """
    properties: Document = {}
    bound: dict[str, list[str]] = {}
    for name, value in document.items():
        relation = name.removesuffix(_BIND)
        if relation == name:
            if "@odata." not in name:
                properties[name] = value
        elif relation in relations:
            bound[relation] = _keys(name, value)
        else:
            raise refusals.PROPERTY_UNKNOWN.error(name=name, hint="")
    return properties, bound


def _keys(name: str, value: object) -> list[str]:
    links = value if isinstance(value, list) else [value]
    if len(links) > _MOST:
        raise refusals.TOO_MANY_REFERENCES.error(name=name, limit=_MOST)
    keys = [_last_segment(link) for link in links]
    if not all(keys):
        raise refusals.VALUE_FORM.error(name=f"'{name}'", form="references such as …/directoryObjects/{id}")
    return [key for key in keys if key]


def _last_segment(link: object) -> str | None:
    if not isinstance(link, str) or "/" not in link:
        return None
    return unquote(link.rpartition("/")[2]) or None
