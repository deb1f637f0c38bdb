"""One family of errors with stable codes; each surface renders them in one place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with the input. `pointer` is a JSON Pointer (RFC 6901) into the body, or
    `/query/<parameter>` for a query parameter, or `/headers/<name>` for a header."""

    pointer: str
    detail: str


class OutriderError(Exception):
    """Base of every error that a caller may see."""

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
    """An unexpected failure; the details are in the log under the request id."""


class ServiceUnavailable(OutriderError):
    status, code = 503, "SERVICE_UNAVAILABLE"
    title = "The service is not available for a moment; try again"


class ValidationFailed(OutriderError):
    status, code = 422, "VALIDATION_ERROR"
    title = "The request is not valid"

    @classmethod
    def at(cls, pointer: str, detail: str) -> "ValidationFailed":
        return cls(detail, violations=[Violation(pointer, detail)])

    @classmethod
    def of(cls, violations: Sequence[Violation]) -> "ValidationFailed":
        """For at least one violation: `detail` is about the first, and counts the others."""
        first = violations[0]
        place = f" ({first.pointer})" if first.pointer else ""
        more = f", and {len(violations) - 1} more" if len(violations) > 1 else ""
        return cls(f"{first.detail}{place}{more}", violations=violations)


class ResourceNotFound(OutriderError):
    status, code = 404, "RESOURCE_NOT_FOUND"
    title = "There is no such resource in this workspace"


class MethodNotAllowed(OutriderError):
    status, code = 405, "METHOD_NOT_ALLOWED"
    title = "This path does not answer to that method"


class DuplicateResource(OutriderError):
    status, code = 409, "DUPLICATE_RESOURCE"
    title = "The resource already exists"


class Conflict(OutriderError):
    status, code = 409, "CONFLICT"
    title = "The resource is not in a state that allows this"


class PreconditionFailed(OutriderError):
    """`If-Match` names another version than the current one (RFC 9110, 15.5.13)."""

    status, code = 412, "PRECONDITION_FAILED"
    title = "The resource is at another version than If-Match names"

    @classmethod
    def check(cls, if_match: int | None, current: int) -> None:
        """Raise PreconditionFailed where `if_match` is given, and is not the current version."""
        if if_match not in (None, current):
            raise cls.at_version(current)

    @classmethod
    def at_version(cls, current: int) -> "PreconditionFailed":
        return cls(
            f"The resource is now at version {current}, not at the one in If-Match: read it again, "
            f'then send If-Match: "{current}"'
        )


class Contended(Conflict):
    """Others kept changing the same thing. The same request may succeed a moment later, also with
    the same Idempotency-Key."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"{detail}; try again", headers={"Retry-After": "1"})


class Stale(Exception):
    """A write lost to optimistic locking: what it was to change is not as it was read. `current` is
    what stands in its place, where that is known."""

    def __init__(self, current: Any = None) -> None:
        super().__init__(getattr(current, "version", None))
        self.current = current


class PayloadTooLarge(OutriderError):
    status, code = 413, "PAYLOAD_TOO_LARGE"
    title = "The request body is too large"
