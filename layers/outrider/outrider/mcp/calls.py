"""Tool calls: from arguments to a request of the API, and from its response to a result."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from outrider.access.delegation import Delegation
from outrider.kit import json
from outrider.kit.errors import NotCalled, OutriderError, ValidationFailed, Violation
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import Answer, render_error
from outrider.kit.text.quotes import shortened
from outrider.kit.text.suggestions import did_you_mean
from outrider.mcp.tools import Schema, Tool

MOST_BYTES = 64 * 1024
"""Maximum size of a result as JSON: it becomes part of a model's context."""

TOO_LARGE = "RESULT_TOO_LARGE"
MOST_ERRORS = 20
"""Maximum violations that an error names; its detail counts the others."""
_LONGEST_DETAIL = 1_000
_LONGEST_POINTER = 200

Event = dict[str, Any]
Invoke = Callable[[str, Event], Event]
"""Calls a function of the API by its name, with an event of API Gateway."""

_HEADERS = {"if_match": "if-match", "idempotency_key": "idempotency-key"}
_PARAMETER = re.compile(r"\{(\w+)\}")
_POINTERS = {
    "/query/": "/",
    **{f"/headers/{header}": f"/{argument}" for argument, header in _HEADERS.items()},
}
_RETRY_AFTER = "retry-after"
_CREDITS_USED = "x-credits-used"
_NOT_ADMITTED = (401, 403, 429)
"""Statuses with which a call is refused before anything is done."""
_OF_A_FULL_PAGE = 0.8
"""Part of the limit that the next, shorter page is expected to have."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """Result of a tool call: the response of the API, or the error in `content`."""

    content: dict[str, Any]
    is_error: bool = False
    is_temporary: bool = False
    """Whether the same call may succeed later, or has perhaps been carried out."""
    was_refused: bool = False
    """Whether the call was refused before anything was done: because of its key, a rate limit, or
    because no function could be called."""
    credits_used: int | None = None
    """Credits that the call cost, if its response says so. One that is returned again under an
    Idempotency-Key does not."""

    @property
    def is_unknown(self) -> bool:
        """Return whether the call was perhaps carried out."""
        return self.is_error and not self.was_refused and self.content.get("status", 0) >= 500


@dataclass(frozen=True, slots=True)
class Calls:
    """Tool calls for one request, with its API key or with a delegation."""

    request: Request
    invoke: Invoke
    delegation: Delegation | None = None
    """Whom the calls act for, instead of the key of the request."""
    most_bytes: int = MOST_BYTES
    """Maximum size of a result as JSON."""

    def call(self, tool: Tool, arguments: Mapping[str, Any]) -> ToolResult:
        """Carry out the operation. All errors of the API are results."""
        try:
            return self._call(tool, arguments)
        except OutriderError as error:
            answer = render_error(error, self.request.request_id, self.request.api_url)
            return self._failed(answer, was_called=not isinstance(error, NotCalled))

    def _call(self, tool: Tool, arguments: Mapping[str, Any]) -> ToolResult:
        check(tool, arguments)
        answer = self._send(tool, arguments)
        while answer.status < 400 and len(answer.body) > self.most_bytes:
            rows = len(json.loads(answer.body)["data"]) if tool.is_list else 0
            if rows <= 1:
                return ToolResult(
                    _too_large(tool, len(answer.body), self.most_bytes),
                    is_error=True,
                    credits_used=_credits_used(answer),
                )
            fewer = int(rows * self.most_bytes * _OF_A_FULL_PAGE / len(answer.body))
            arguments = {**arguments, "limit": max(1, fewer)}
            answer = self._send(tool, arguments)
        if answer.status >= 400:
            return self._failed(answer)
        return ToolResult(json.loads(answer.body), credits_used=_credits_used(answer))

    def _failed(self, answer: Answer, *, was_called: bool = True) -> ToolResult:
        """Return the error of the API, with pointers to arguments instead of parts of a request,
        and with as many violations as the size of a result allows."""
        problem = json.loads(answer.body)
        errors = [
            {
                "pointer": shortened(_argument(each["pointer"]), _LONGEST_POINTER),
                "detail": shortened(each["detail"], _LONGEST_DETAIL),
            }
            for each in problem.get("errors", ())[:MOST_ERRORS]
        ]
        while errors and len(json.dumps(errors)) > self.most_bytes / 2:
            errors.pop()
        detail = shortened(problem["detail"], _LONGEST_DETAIL)
        waits = _header(answer, _RETRY_AFTER) is not None
        return ToolResult(
            {**problem, "detail": detail, "errors": errors},
            is_error=True,
            is_temporary=waits or (was_called and answer.status >= 500),
            was_refused=not was_called or answer.status in _NOT_ADMITTED,
            credits_used=_credits_used(answer),
        )

    def _send(self, tool: Tool, arguments: Mapping[str, Any]) -> Answer:
        """Return the response, with its body as bytes."""
        event = event_of(tool, arguments, self.request)
        if self.delegation:
            del event["headers"]["authorization"]
            event["requestContext"]["authorizer"] = self.delegation.as_authorizer()
        found = self.invoke(tool.function, event)
        return Answer(
            found["statusCode"], found["body"].encode(), headers=found.get("headers") or {}
        )


def event_of(tool: Tool, arguments: Mapping[str, Any], request: Request) -> Event:
    """Return the API Gateway event (payload format 2.0) for a tool call; `request` is the MCP
    request, whose API key, id and host it gets."""
    given = {name: value for name, value in arguments.items() if name in tool.input["properties"]}
    in_path = {name: str(given.pop(name)) for name in _PARAMETER.findall(tool.path)}
    path = _PARAMETER.sub(lambda found: quote(in_path[found[1]], safe=""), tool.path)
    headers = {
        header: str(given.pop(argument))
        for argument, header in _HEADERS.items()
        if argument in given
    }
    query = {name: _text(given.pop(name)) for name in tool.query if name in given}
    event: Event = {
        "version": "2.0",
        "routeKey": f"{tool.method} {tool.path}",
        "rawPath": path,
        "rawQueryString": urlencode(query),
        "headers": {
            "authorization": request.headers.get("authorization", ""),
            "content-type": "application/json",
            **headers,
        },
        "requestContext": {
            "domainName": request.host,
            "http": {"method": tool.method, "path": path},
            "requestId": request.request_id,
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if in_path:
        event["pathParameters"] = in_path
    if tool.needs_body or (tool.has_body and given):
        event["body"] = json.dumps_text(given)
    return event


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps_text(value)


def check(tool: Tool, arguments: Mapping[str, Any]) -> None:
    """Check what the API would not see, or not as the schema has it. Raises ValidationFailed."""
    if found := list(_violations(tool, arguments)):
        raise ValidationFailed.of(found)


def _violations(tool: Tool, arguments: Mapping[str, Any]) -> Iterator[Violation]:
    properties = tool.input["properties"]
    unknown = sorted(arguments.keys() - properties.keys())
    for name in unknown[:MOST_ERRORS]:
        hint = did_you_mean(name, properties) or f"; available are {', '.join(properties)}"
        yield Violation(f"/{name}", f"{tool.name} has no argument {shortened(name)}{hint}")
    if further := unknown[MOST_ERRORS:]:
        yield Violation("", f"{tool.name} has none of {len(further):,} further arguments either")
    for name in tool.input["required"]:
        if name not in arguments:
            yield Violation(f"/{name}", f"{name} is required")
    for name in _PARAMETER.findall(tool.path):
        if name in arguments and not (isinstance(arguments[name], str) and arguments[name]):
            yield Violation(f"/{name}", f"{name} must be an id")
    for name, value in arguments.items():
        most = _most_items(properties.get(name, {}))
        if isinstance(value, list) and len(value) > most:
            yield Violation(f"/{name}", f"{name} may have at most {most} items in one call")


def _most_items(schema: Schema) -> float:
    """Return the maximum length of a list as an argument, which may be nullable."""
    forms = [schema, *schema.get("anyOf", ())]
    return max((each["maxItems"] for each in forms if "maxItems" in each), default=math.inf)


def _credits_used(answer: Answer) -> int | None:
    used = _header(answer, _CREDITS_USED)
    return None if used is None else int(used)


def _header(answer: Answer, name: str) -> str | None:
    return next((value for each, value in answer.headers.items() if each.lower() == name), None)


def _argument(pointer: str) -> str:
    for part, argument in _POINTERS.items():
        if pointer.startswith(part):
            return argument + pointer.removeprefix(part)
    return pointer


def is_too_large(result: ToolResult) -> bool:
    """Return whether the call was carried out, and only its result is too large."""
    return result.content.get("code") == TOO_LARGE


def _too_large(tool: Tool, size: int, most: int) -> dict[str, Any]:
    done = "" if tool.is_read_only else "The call was carried out. "
    return {
        "code": TOO_LARGE,
        "title": "The result is too large for a conversation",
        "detail": f"{done}Its result has {size:,} bytes, and that of a tool may have"
        f" {most:,}. The REST API has no such limit: {tool.method} {tool.path}",
        "errors": [],
    }
