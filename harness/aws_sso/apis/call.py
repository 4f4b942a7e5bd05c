"""A service of the AWS APIs (operations, input shapes, form of errors), and a call of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct, field

from harness.aws_sso.apis.errors import ApiError, invalid
from harness.aws_sso.apis.shapes import BrokenError, Structure, read
from harness.aws_sso.tenant import Tenant
from harness.base.quirks import Quirks

_READING = ("Describe", "Get", "Is", "List", "Lookup")


class Call(Struct, frozen=True):
    """One request under way; `parameters` are its input as the operation's shape reads it, the key is the signer's."""

    tenant: Tenant
    parameters: Mapping[str, Any]
    request_id: str
    access_key_id: str


Handler: TypeAlias = Callable[[Call], dict[str, Any]]


class Service(Struct, frozen=True):
    """CloudTrail has calls under `source`, if any.

    `message` is the spelling of that member in the service's errors; with `tells_request_id` they have the request's id.
    `codes` are errors other than ValidationException for a broken member. `words` returns a sentence for one broken member
    alone, from the input and the member's name.
    """

    handlers: Mapping[str, Handler]
    shapes: Mapping[str, Structure]
    source: str | None = None
    message: str = "Message"
    tells_request_id: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    words: Callable[[Mapping[str, Any], str, Quirks], str | None] | None = None

    def read(self, operation: str, raw: Any, quirks: Quirks) -> dict[str, Any]:
        """Return the input. Raises ApiError for what the operation's shape does not allow."""
        try:
            return read(self.shapes[operation], raw)
        except BrokenError as broken:
            where = broken.violations[0][0].partition(".")[0]
            places = {place for place, _ in broken.violations}
            own = self.words(raw, where, quirks) if self.words is not None and places == {where} else None
            if own is not None:
                raise ApiError("ValidationException", own) from broken
            error = invalid(*(sentence for _, sentence in broken.violations))
            raise ApiError(self.codes.get(where, error.code), str(error)) from broken


def only_reads(operation: str) -> bool:
    return operation.startswith(_READING)
