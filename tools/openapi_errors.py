"""Error responses of operations in the OpenAPI document."""

from typing import Any

from outrider.kit.http.responses import PROBLEM_JSON
from outrider.kit.http.routes import Route
from tools.error_codes import ErrorCode, error_codes
from tools.openapi_parts import (
    SPENDING,
)


def errors_of(route: Route) -> list[int]:
    """Return the error statuses that the route can respond with."""
    if not route.scopes:
        return sorted({500, *route.errors} - {304})
    statuses = {401, 403, 422, 429, 500, 503, *route.errors}
    statuses |= {404} if "{" in route.path else set()
    statuses |= {412} if route.takes_if_match else set()
    statuses |= {413} if route.body else set()
    statuses |= {402} if route.handler.__name__ in SPENDING | {"create_agent_run"} else set()
    statuses |= {409} if route.method != "GET" else set()
    return sorted(statuses)


def by_status() -> dict[int, list[ErrorCode]]:
    """Return all error codes of the API, by status."""
    grouped: dict[int, list[ErrorCode]] = {}
    for code in error_codes():
        grouped.setdefault(code.status, []).append(code)
    return dict(sorted(grouped.items()))


def problem(status: int, codes: list[ErrorCode]) -> dict[str, Any]:
    """Return the response object of a status with these error codes."""
    answer: dict[str, Any] = {
        "description": "; ".join(f"`{code.code}`: {code.title}" for code in codes),
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in (429, 503):
        answer["headers"] = {
            "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}
        }
    return answer
