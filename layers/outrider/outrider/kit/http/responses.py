"""HTTP responses: status, headers and body, independent of the transport."""

from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar, get_args

from outrider.kit import json
from outrider.kit.errors import OutriderError
from outrider.kit.models import Model

JSON, PROBLEM_JSON, HTML = "application/json", "application/problem+json", "text/html"
Headers = dict[str, str]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Existing(Generic[T_co]):
    """Result of a route that creates a resource, if it already existed: the status is 200 instead
    of 201."""

    result: T_co


Made: TypeAlias = T_co | Existing[T_co]
"""Result of a route that creates a resource unless it already exists."""


def made(result: T, *, created: bool) -> Made[T]:
    """Return the result of a create; wrapped in Existing if the resource already existed."""
    return result if created else Existing(result)


@dataclass(frozen=True, slots=True)
class TextContent:
    """Result of a handler that is not JSON."""

    body: str
    media: str = HTML
    headers: Headers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """HTTP response. A handler may return one if it needs its own status or headers."""

    status: int
    body: str | bytes = field(repr=False)
    media: str = JSON
    headers: Headers = field(default_factory=dict)


class AnsweredBefore(Exception):
    """The request repeats an earlier one with the same Idempotency-Key; `answer` is the stored
    response."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def is_versioned(result: Any) -> bool:
    """Return whether results of this type, or of a member of its union, have an ETag."""
    if isinstance(result, type) and issubclass(result, Model):
        return "version" in result.model_fields
    return any(is_versioned(member) for member in get_args(result))


def render(result: Any, status: int) -> Answer:
    """Return the response for a handler's result."""
    if isinstance(result, Answer):
        return result
    if isinstance(result, Existing):
        return render(result.result, 200)
    if isinstance(result, TextContent):
        return Answer(status, result.body, result.media, result.headers)
    headers = {"ETag": f'"{result.version}"'} if is_versioned(type(result)) else {}
    body = result.model_dump_json() if isinstance(result, Model) else json.dumps_text(result)
    return Answer(status, body, headers=headers)


def render_error(error: OutriderError, request_id: str, api_url: str) -> Answer:
    """Return a problem document (RFC 9457) with our extension members `code`, `errors`,
    `request_id` and `docs_url`; its URLs start with `api_url`."""
    docs = f"{api_url}/docs#{error.code.lower()}"
    problem = {
        "type": docs,
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "errors": [
            {"pointer": violation.pointer, "detail": violation.detail}
            for violation in error.violations
        ],
        "request_id": request_id,
        "docs_url": docs,
    }
    return Answer(error.status, json.dumps_text(problem), PROBLEM_JSON, error.headers)
