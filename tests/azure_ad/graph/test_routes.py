"""The list of Graph's addresses: nothing that a resource's module answers is left out of it."""

import importlib
import re
from pathlib import Path

import pytest

import harness.azure_ad.graph
from harness.azure_ad.graph.metadata import ENTITY_SETS
from harness.azure_ad.graph.routes import ROUTES

ROOM = Path(harness.azure_ad.graph.__file__).parent
MODULES = [
    ".".join((harness.azure_ad.graph.__name__, *path.relative_to(ROOM).with_suffix("").parts))
    for path in sorted(ROOM.rglob("*.py"))
    if path.name not in ("__init__.py", "routes.py")
]


@pytest.mark.parametrize("module", MODULES)
def test_every_table_of_routes_is_in_the_list(module):
    """A resource is reached when its table stands in `routes.py`."""
    absent = [
        route[:2] for route in getattr(importlib.import_module(module), "ROUTES", ()) if route not in ROUTES
    ]
    assert not absent, (
        f"{module} answers {absent}, but harness/azure_ad/graph/routes.py does not list its ROUTES"
    )


def test_every_collection_has_a_type_in_the_metadata():
    """Whoever reads `$metadata` finds what the first word of an address is; those left are no sets of entities."""
    words = {word for _, rule, _ in ROUTES for word in re.findall(r"^/(?:<any\(([\w, ]+)\)|([\w$]+))", rule)}
    first = {name for pair in words for names in pair for name in names.split(", ") if name}
    no_sets = {"$batch", "$metadata", "auditLogs", "directory", "invitations", "me", "policies"}
    assert first - set(ENTITY_SETS) == no_sets, (
        "harness/azure_ad/graph/metadata.py names each collection's entity type in ENTITY_SETS"
    )
