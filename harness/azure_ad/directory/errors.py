"""Errors of the directory."""

from __future__ import annotations


class NotFoundError(LookupError):
    """No such object in the directory."""

    @classmethod
    def of(cls, key: str) -> NotFoundError:
        """Return the error for an object that an address or a reference names, in Graph's words."""
        return cls(
            f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
        )


class ForbiddenError(PermissionError):
    """The object is Microsoft's, and the tenant may not change it."""


class ConflictError(ValueError):
    """Another object already has this name (`target` is the property), or the link exists already."""

    def __init__(self, message: str, target: str | None = None) -> None:
        super().__init__(message)
        self.target = target

    @classmethod
    def of_reference(cls, name: str) -> ConflictError:
        """Return the error for a link that exists already, by the property that it is of, in Graph's words."""
        return cls(
            f"One or more added object references already exist for the following modified properties: '{name}'."
        )
