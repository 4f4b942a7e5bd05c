"""Errors of an AWS API: code, message, and the members that the service's model gives the error."""

from __future__ import annotations


class ApiError(Exception):
    """An operation is not carried out. Modelled errors are 400 in AWS JSON, whatever their name suggests."""

    def __init__(self, code: str, message: str, status: int = 400, **members: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.members = members


def invalid(*violations: str) -> ApiError:
    """Return the error for an input that breaks constraints, each as `Value at 'name' failed …`."""
    errors = "error" if len(violations) == 1 else "errors"
    return ApiError(
        "ValidationException", f"{len(violations)} validation {errors} detected: {'; '.join(violations)}"
    )


def violation(where: str, constraint: str, value: object = ...) -> str:
    """Return the sentence of one broken constraint; leave out `value` if it is personal."""
    quoted = "" if value is ... else "null " if value is None else f"'{value}' "
    return f"Value {quoted}at '{where}' failed to satisfy constraint: Member must {constraint}"
