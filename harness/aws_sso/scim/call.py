"""A SCIM operation's input (`Call`), its output (`Answer`), and its row in the table of operations (`Operation`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from harness.aws_sso.tenant import Tenant


class Call(Struct, frozen=True):
    """One accepted request. `resource_id` is the last path segment, empty for a collection; `body` parsed JSON."""

    tenant: Tenant
    resource_id: str
    query: Mapping[str, str]
    body: Any = None


class Answer(Struct, frozen=True):
    """`document` None is an empty body. `logged` says whether CloudTrail's responseElements show the document."""

    status: int
    document: dict[str, Any] | None = None
    logged: bool = False


Handler: TypeAlias = Callable[[Call], Answer]


class Operation(Struct, frozen=True):
    """`name` is the operation's in the developer guide, which is also its CloudTrail eventName."""

    name: str
    handler: Handler
    read_only: bool = False
    has_body: bool = False
