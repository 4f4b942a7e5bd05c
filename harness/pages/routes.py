"""Route tables: each module of pages ends with `ROUTES`, rows of method, rule and view; here they are bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TypeAlias

from flask import Blueprint
from flask.typing import ResponseReturnValue

Route: TypeAlias = tuple[str, str, Callable[..., ResponseReturnValue]]


def bind(blueprint: Blueprint, families: Sequence[ModuleType]) -> None:
    """Bind every family's routes; a view `listed` of a module `users` becomes the endpoint `users_listed`."""
    for family in families:
        routes: Sequence[Route] = family.ROUTES
        for method, rule, view in routes:
            endpoint = f"{family.__name__.rpartition('.')[2]}_{view.__name__}"
            blueprint.add_url_rule(rule, endpoint, view, methods=[method])
