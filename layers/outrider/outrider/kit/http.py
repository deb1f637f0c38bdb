"""The HTTP edge: an API Gateway event in, a documented answer out.

A function declares routes on an `Api`; each request is admitted (authenticated, metered, scope
checked), its input parsed into typed parameters, and its result or error rendered. A route's
parameters are known by name: `caller`, `query` (a pydantic model), `body` (any pydantic type),
`if_match` (`int | None`: the version the caller wants to change), and the names in its path. A
result with a `version` carries it as its ETag.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, get_args, get_type_hints

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from pydantic import BaseModel, TypeAdapter

from outrider.kit import json
from outrider.kit.errors import InternalError, OutriderError, ResourceNotFound
from outrider.kit.logs import logger
from outrider.kit.requests import Batch, Request, parse_body, parse_if_match, parse_query

JSON, PROBLEM_JSON, HTML = "application/json", "application/problem+json", "text/html"

CallerT_co = TypeVar("CallerT_co", covariant=True)
Handler = TypeVar("Handler", bound=Callable[..., Any])
Headers = dict[str, str]


class Admission(Protocol[CallerT_co]):
    """Lets a request in, or raises. The headers go on every answer of the route."""

    def __call__(self, request: Request, scope: str) -> tuple[CallerT_co, Headers]: ...


@dataclass(frozen=True, slots=True)
class Content:
    """An answer that is not JSON."""

    body: str
    media: str = HTML


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint: how it is called, who may, what it takes and gives."""

    method: str
    path: str
    scope: str | None
    summary: str
    status: int
    handler: Callable[..., Any]
    query: type[BaseModel] | None
    body: TypeAdapter[Any] | None
    result: Any
    takes_caller: bool
    takes_if_match: bool
    batch: bool

    @classmethod
    def of(
        cls, handler: Callable[..., Any], method: str, path: str, *, scope: str | None, status: int
    ) -> "Route":
        hints = get_type_hints(handler, include_extras=True)
        body = hints.get("body")
        return cls(
            method=method,
            path=path,
            scope=scope,
            summary=(handler.__doc__ or handler.__name__).partition("\n")[0],
            status=status,
            handler=handler,
            query=hints.get("query"),
            body=TypeAdapter(body) if body is not None else None,
            result=hints.get("return"),
            takes_caller="caller" in hints,
            takes_if_match="if_match" in hints,
            batch=_has_batch(body),
        )

    def arguments(self, request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        query = parse_query(request.query_string, self.query)
        if query is not None:
            arguments["query"] = query
        if self.takes_if_match:
            arguments["if_match"] = parse_if_match(request.headers.get("if-match"))
        if self.body is not None:
            arguments["body"] = parse_body(request.body, self.body, batch=self.batch)
        return arguments


def nothing_here(_: Request) -> OutriderError:
    return ResourceNotFound("There is nothing at this path")


class Api:
    """The routes of one function; `handler` is its Lambda handler.

    `refuse` gives the error for a request that no route takes.
    """

    def __init__(
        self, admit: Admission[Any], refuse: Callable[[Request], OutriderError] = nothing_here
    ) -> None:
        self.routes: list[Route] = []
        self._admit = admit
        self._refuse = refuse
        self._resolver = APIGatewayHttpResolver()
        self._resolver.not_found(self._no_route)

    def get(self, path: str, *, scope: str | None) -> Callable[[Handler], Handler]:
        return self._route("GET", path, scope, 200)

    def post(
        self, path: str, *, scope: str | None, status: int = 201
    ) -> Callable[[Handler], Handler]:
        return self._route("POST", path, scope, status)

    def put(self, path: str, *, scope: str | None) -> Callable[[Handler], Handler]:
        return self._route("PUT", path, scope, 200)

    def patch(self, path: str, *, scope: str | None) -> Callable[[Handler], Handler]:
        return self._route("PATCH", path, scope, 200)

    def delete(self, path: str, *, scope: str | None) -> Callable[[Handler], Handler]:
        return self._route("DELETE", path, scope, 200)

    def handler(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        return self._resolver.resolve(event, context)

    def _route(
        self, method: str, path: str, scope: str | None, status: int
    ) -> Callable[[Handler], Handler]:
        def declare(handler: Handler) -> Handler:
            route = Route.of(handler, method, path, scope=scope, status=status)
            self.routes.append(route)

            def respond(**path_parameters: str) -> Response[Any]:
                return self._respond(route, path_parameters)

            pattern = path.replace("{", "<").replace("}", ">")
            self._resolver.route(pattern, method=method)(respond)
            return handler

        return declare

    def _respond(self, route: Route, path_parameters: dict[str, str]) -> Response[Any]:
        request = Request.from_event(self._resolver.current_event.raw_event)
        started = time.perf_counter()
        headers: Headers = {"X-Request-Id": request.request_id}
        arguments: dict[str, Any] = dict(path_parameters)
        try:
            if route.scope is not None:
                caller, admitted = self._admit(request, route.scope)
                headers |= admitted
                if route.takes_caller:
                    arguments["caller"] = caller
            result = route.handler(**arguments, **route.arguments(request))
            response = render(result, route.status, headers)
        except OutriderError as error:
            response = render_error(error, request.request_id, headers)
        except Exception:
            logger().exception("unexpected failure", request_id=request.request_id)
            response = render_error(InternalError(), request.request_id, headers)
        logger().info(
            "request",
            method=route.method,
            route=route.path,
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
            request_id=request.request_id,
        )
        return response

    def _no_route(self, _: Exception) -> Response[Any]:
        request = Request.from_event(self._resolver.current_event.raw_event)
        error = self._refuse(request)
        logger().info("no route", status=error.status, request_id=request.request_id)
        return render_error(error, request.request_id, {"X-Request-Id": request.request_id})


def _has_batch(body: Any) -> bool:
    """Whether a body's type, or a member of its union, is a Batch."""
    if isinstance(body, type):
        return issubclass(body, Batch)
    return any(_has_batch(member) for member in get_args(body))


def is_versioned(result: Any) -> bool:
    """Whether a result of this type, or of a member of its union, has an ETag."""
    if isinstance(result, type) and issubclass(result, BaseModel):
        return "version" in result.model_fields
    return any(is_versioned(member) for member in get_args(result))


def render(result: Any, status: int, headers: Headers) -> Response[Any]:
    if isinstance(result, Content):
        return Response(status, content_type=result.media, body=result.body, headers=headers)
    if is_versioned(type(result)):
        headers = {**headers, "ETag": f'"{result.version}"'}
    body = result.model_dump_json() if isinstance(result, BaseModel) else json.dumps_text(result)
    return Response(status, content_type=JSON, body=body, headers=headers)


def render_error(error: OutriderError, request_id: str, headers: Headers) -> Response[Any]:
    """A problem document (RFC 9457) with our members `code`, `errors`, `request_id`, `docs_url`."""
    docs = f"/docs#{error.code.lower()}"
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
    return Response(
        error.status,
        content_type=PROBLEM_JSON,
        body=json.dumps_text(problem),
        headers={**headers, **error.headers},
    )
