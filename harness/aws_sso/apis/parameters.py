"""Reading an operation's input, with the errors that AWS APIs give for what does not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from harness.aws_sso.tenant import Tenant


class ApiError(Exception):
    """An AWS error: its code, message, HTTP status and whatever members the service's model adds."""

    def __init__(self, code: str, message: str, status: int = 400, **members: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.members = members


class Parameters:
    """An input structure. Reading a member that has the wrong type raises ApiError (ValidationException)."""

    def __init__(self, document: Any) -> None:
        if not isinstance(document, dict):
            raise ApiError("SerializationException", "The input is not a structure.")
        self._document: Mapping[str, Any] = document

    def _get(self, name: str, kind: type | tuple[type, ...]) -> Any:
        value = self._document.get(name)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise ApiError("SerializationException", f"{name} has the wrong type.")
        return value

    def has(self, name: str) -> bool:
        return self._document.get(name) is not None

    def optional_text(self, name: str) -> str | None:
        text: str | None = self._get(name, str)
        return text

    def text(self, name: str) -> str:
        text = self.optional_text(name)
        if not text:
            raise invalid(name, "Member must not be null" if text is None else "Member must not be empty")
        return text

    def number(self, name: str, default: int, most: int) -> int:
        number = self._get(name, int)
        if number is None:
            return default
        if not 1 <= number <= most:
            raise invalid(name, f"Member must be between 1 and {most}")
        return int(number)

    def moment(self, name: str) -> datetime | None:
        """Read a timestamp, which AWS JSON writes as seconds since 1970."""
        seconds = self._get(name, (int, float))
        try:
            return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError) as error:
            raise invalid(name, "Member must be a timestamp") from error

    def structure(self, name: str) -> Parameters:
        if not self.has(name):
            raise invalid(name, "Member must not be null")
        return Parameters(self._document[name])

    def structures(self, name: str) -> list[Parameters]:
        return [Parameters(item) for item in self._get(name, list) or []]

    def texts(self, name: str) -> list[str]:
        items = self._get(name, list) or []
        if not all(isinstance(item, str) for item in items):
            raise ApiError("SerializationException", f"{name} has the wrong type.")
        return list(items)


def invalid(name: str, constraint: str) -> ApiError:
    where = name[:1].lower() + name[1:]
    return ApiError(
        "ValidationException",
        f"1 validation error detected: Value at '{where}' failed to satisfy constraint: {constraint}",
    )


Handler: TypeAlias = Callable[[Tenant, Parameters], dict[str, Any]]
