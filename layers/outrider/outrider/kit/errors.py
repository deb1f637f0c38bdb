"""Errors of the API with stable codes, and errors of concurrent writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Violation:
    """One validation error of a request.

    `pointer` is a JSON Pointer (RFC 6901) into the body, or `/query/<parameter>` for a query
    parameter, or `/headers/<name>` for a header.
    """

    pointer: str
    detail: str


class OutriderError(Exception):
    """Base class of all errors that API clients may see."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(
        self,
        detail: str = "",
        *,
        violations: Sequence[Violation] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.violations = tuple(violations)
        self.headers = dict(headers or {})


class InternalError(OutriderError):
    """An unexpected failure, which is logged with the request id."""


class ServiceUnavailable(OutriderError):
    status, code = 503, "SERVICE_UNAVAILABLE"
    title = "The service is not available for a moment; try again"


class NotCalled(ServiceUnavailable):
    """A part of the service was not called, so nothing was done."""


class ValidationFailed(OutriderError):
    status, code = 422, "VALIDATION_ERROR"
    title = "The request is not valid"

    @classmethod
    def at(cls, pointer: str, detail: str) -> "ValidationFailed":
        """Return the error for a single violation."""
        return cls(detail, violations=[Violation(pointer, detail)])

    @classmethod
    def of(cls, violations: Sequence[Violation]) -> "ValidationFailed":
        """Return the error for one or more violations; `detail` describes the first and counts the
        others."""
        first = violations[0]
        place = f" ({first.pointer})" if first.pointer else ""
        more = f", and {len(violations) - 1} more" if len(violations) > 1 else ""
        return cls(f"{first.detail}{place}{more}", violations=violations)


class ResourceNotFound(OutriderError):
    status, code = 404, "RESOURCE_NOT_FOUND"
    title = "There is no such resource in this workspace"


class MethodNotAllowed(OutriderError):
    status, code = 405, "METHOD_NOT_ALLOWED"
    title = "This path does not support this method"


class DuplicateResource(OutriderError):
    status, code = 409, "DUPLICATE_RESOURCE"
    title = "The resource already exists"


class Conflict(OutriderError):
    status, code = 409, "CONFLICT"
    title = "The resource is not in a state that allows this"


class PreconditionFailed(OutriderError):
    """`If-Match` names a version other than the current one (RFC 9110, 15.5.13)."""

    status, code = 412, "PRECONDITION_FAILED"
    title = "The resource is at another version than If-Match names"

    @classmethod
    def check(cls, if_match: int | None, current: int) -> None:
        """Raise PreconditionFailed if `if_match` is given and is not the current version."""
        if if_match not in (None, current):
            raise cls.at_version(current)

    @classmethod
    def at_version(cls, current: int) -> "PreconditionFailed":
        """Return the error that names the current version of the resource."""
        return cls(
            f"The resource is now at version {current}, not at the one in If-Match: read it again, "
            f'then send If-Match: "{current}"'
        )


class Contended(Conflict):
    """Concurrent writes prevented the change in every attempt. The client may retry after a second,
    with the same Idempotency-Key."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"{detail}; try again", headers={"Retry-After": "1"})


class Stale(Exception):
    """A write failed its optimistic lock: the item was changed after it was read. `current` is the
    stored item or entity, if known."""

    def __init__(self, current: Any = None) -> None:
        super().__init__(getattr(current, "version", None))
        self.current = current


class PayloadTooLarge(OutriderError):
    status, code = 413, "PAYLOAD_TOO_LARGE"
    title = "The request body is too large"
