"""The form of AutoReach: resources in camelCase, and errors with the status codes of its
document."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic import TypeAdapter

from outrider.kit import json
from outrider.kit.errors import OutriderError, Violation
from outrider.kit.http.forms import NativeForm
from outrider.kit.http.requests import MAX_BATCH_BODY, Request
from outrider.kit.http.responses import Answer, Existing, is_versioned
from outrider.kit.http.routes import Route
from outrider.surfaces.autoreach import names

_CODES = {
    400: "validation_error",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    429: "rate_limited",
    500: "server_error",
}
"""The status codes that the document has for errors, with the value of `error` for each."""
_STATUSES = {402: 403, 405: 404, 409: 400, 412: 400, 413: 400, 422: 400, 502: 500, 503: 500}
"""Status codes for the errors that the document has no status for."""
_RETRY = "Retry-After"
_COLLECTION = re.compile(r"/api/(?:v1/)?([a-z]+)s")


@dataclass(frozen=True)
class AutoReachForm(NativeForm):
    """The form of AutoReach; `routes` returns the routes that have it."""

    routes: Callable[[], Sequence[Route]]

    def received(self, request: Request) -> Request:
        """Return the request with its names in snake_case. What cannot be parsed stays as it is,
        for the route to refuse."""
        return replace(request, body=_body(request.body), query_string=_query(request.query_string))

    def result(self, result: Any, status: int) -> Answer:
        if isinstance(result, Existing):
            return self.result(result.result, 200)
        headers = {"ETag": f'"{result.version}"'} if is_versioned(type(result)) else {}
        return Answer(status, json.dumps_text(names.shown(result, self._words)), headers=headers)

    def error(self, error: OutriderError, request: Request) -> Answer:
        """Return `{"error", "message", "details"}`. `details` names the field at fault, and all of
        them if there are several; none if the body as a whole is at fault."""
        wrong = [self._violation(each, request) for each in error.violations]
        details: dict[str, Any] = (
            {"field": wrong[0]["field"]} if wrong and wrong[0]["field"] else {}
        )
        if len(wrong) > 1:
            details["errors"] = wrong
        message = wrong[0]["message"] if wrong else self._words(error.detail)
        status = _status(error)
        body = {"error": _CODES[status], "message": message, "details": details}
        return Answer(status, json.dumps_text(body), headers=error.headers)

    def _violation(self, violation: Violation, request: Request) -> dict[str, str]:
        parts = violation.pointer.removeprefix("/query").removeprefix("/headers").split("/")[1:]
        field = ".".join(map(names.swapped, parts))
        message = self._words(violation.detail, parts)
        collection = _COLLECTION.fullmatch(request.path)
        if collection and message == f"{field} is required":
            message = f"{collection[1].capitalize()} {message}"
        return {"field": field, "message": message}

    def _words(self, text: str, more: Sequence[str] = ()) -> str:
        """Return a message with the names of fields as clients know them."""
        known = self._known | set(more)
        return re.sub(
            r"\w+", lambda found: names.swapped(found[0]) if found[0] in known else found[0], text
        )

    @cached_property
    def _known(self) -> frozenset[str]:
        """Names of all fields and query parameters that the routes take, and `next_cursor`, as
        models and as clients have them."""
        adapters = [route.body for route in self.routes() if route.body]
        adapters += [TypeAdapter(route.query) for route in self.routes() if route.query]
        found = {
            "next_cursor",
            *(name for each in adapters for name in _fields(each.json_schema())),
        }
        return frozenset(found | {names.swapped(name) for name in found})


def _status(error: OutriderError) -> int:
    """Return the status code for an error. Whatever passes by itself is 429, for which the document
    asks clients to wait and retry."""
    if error.status < 500 and _RETRY in error.headers:
        return 429
    return _STATUSES.get(error.status, error.status)


def _body(body: bytes) -> bytes:
    if not body or len(body) > MAX_BATCH_BODY:
        return body
    try:
        json.check_depth(body)
        parsed = json.loads(body)
    except ValueError:
        return body
    return json.dumps(names.taken(parsed))


def _query(query_string: str) -> str:
    try:
        pairs = parse_qsl(query_string, keep_blank_values=True)
    except ValueError:
        return query_string
    return urlencode([(names.swapped(name), value) for name, value in pairs])


def _fields(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        for each in schema.values():
            yield from _fields(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _fields(each)
