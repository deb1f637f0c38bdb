"""The HTTP edge: an API Gateway event in, a documented answer out.

A function declares routes on an `Api`; each request is admitted (authenticated, metered, scope
checked), its input parsed into typed parameters, and its result or error rendered. A route's
parameters are known by name: `caller`, `query` (a pydantic model), `body` (any pydantic type),
`if_match` (`int | None`: the version the caller wants to change), `request` (what arrived as it is,
with any query), and the names in its path. A result with a `version` carries it as its ETag.

The answer to a request with an Idempotency-Key is kept by its `Keeper`: in the transaction of the
change where the service says so, else here.
"""

import base64
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Protocol, TypeVar, get_args, get_origin, get_type_hints

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from pydantic import BaseModel, TypeAdapter

from outrider.kit import ids
from outrider.kit.errors import InternalError, OutriderError, ResourceNotFound
from outrider.kit.http.inputs import BatchBody
from outrider.kit.http.requests import REPEATABLE, Request, parse_body, parse_if_match, parse_query
from outrider.kit.http.responses import (
    Answer,
    AnsweredBefore,
    Existing,
    Headers,
    render,
    render_error,
)
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger

Handler = TypeVar("Handler", bound=Callable[..., Any])
Scope = str | tuple[str, ...] | None
"""What a key needs for a route: several scopes where its answer has more than one kind of content.
None: it is public."""
_REPLAYED = {"Idempotent-Replayed": "true"}


class Keeper(Protocol):
    """Keeps the answer to a request that may be repeated."""

    @property
    def kept(self) -> Answer | None:
        """The answer that a transaction of this request has kept."""

    def close(self, answer: Answer) -> Answer:
        """Return the answer that is kept: `answer` if no transaction has kept one. Raises
        AnsweredBefore."""

    def release(self) -> None:
        """The request failed in a way that a repetition may not: nothing is kept."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that was let in. The headers go on every answer to it, with what is added to them
    until then."""

    caller: Any
    headers: Headers
    keeper: Keeper | None = None


class Admission(Protocol):
    """Lets a request in, or raises."""

    def __call__(self, request: Request, needed: Sequence[str], status: int, /) -> Admitted:
        """All scopes that are `needed`: the first is that of what the route is about. `status` is
        that of its answer when all goes well."""


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint: how it is called, who may, what it takes and gives."""

    methods: tuple[str, ...]
    """The first is what it is for; another is HEAD, which answers as GET does, without the body."""
    path: str
    scopes: tuple[str, ...]
    """What a key needs, all of it; the first is about the resource. None: it is public."""
    summary: str
    status: int
    handler: Callable[..., Any]
    query: type[BaseModel] | None
    body: TypeAdapter[Any] | None
    result: Any
    may_exist: bool
    """Whether it answers 200 where what it creates is there already."""
    takes_caller: bool
    takes_if_match: bool
    takes_request: bool
    batch: bool
    media: str
    """Of what it answers, where that is no JSON and its result does not say it."""
    errors: tuple[int, ...]
    """Statuses of errors that not every route of its kind answers with."""

    @classmethod
    def of(
        cls,
        handler: Callable[..., Any],
        methods: tuple[str, ...],
        path: str,
        *,
        scopes: tuple[str, ...],
        status: int,
        media: str = "",
        errors: tuple[int, ...] = (),
    ) -> "Route":
        hints = get_type_hints(handler, include_extras=True)
        body = hints.get("body")
        result, may_exist = _created(hints.get("return"))
        return cls(
            methods=methods,
            path=path,
            scopes=scopes,
            summary=(handler.__doc__ or handler.__name__).partition("\n")[0],
            status=status,
            handler=handler,
            query=hints.get("query"),
            body=TypeAdapter(body) if body is not None else None,
            result=result,
            may_exist=may_exist,
            takes_caller="caller" in hints,
            takes_if_match="if_match" in hints,
            takes_request="request" in hints,
            batch=_has_batch(body),
            media=media,
            errors=errors,
        )

    @property
    def method(self) -> str:
        return self.methods[0]

    @property
    def keys(self) -> tuple[str, ...]:
        """Its names at API Gateway: `GET /v1/contacts`."""
        return tuple(f"{method} {self.path}" for method in self.methods)

    @property
    def may_be_repeated(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return bool(self.scopes) and self.method in REPEATABLE

    def arguments(self, request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        if self.takes_request:
            arguments["request"] = request
        elif (query := parse_query(request.query_string, self.query)) is not None:
            arguments["query"] = query
        if self.takes_if_match:
            arguments["if_match"] = parse_if_match(request.headers.get("if-match"))
        if self.body is not None:
            arguments["body"] = parse_body(
                request.body,
                self.body,
                batch=self.batch,
                media=request.headers.get("content-type", ""),
            )
        return arguments


def nothing_here(_: Request) -> OutriderError:
    return ResourceNotFound("There is nothing at this path")


class Api:
    """The routes of one function; `handler` is its Lambda handler.

    `refuse` gives the error for a request that no route takes.
    """

    def __init__(
        self, admit: Admission, refuse: Callable[[Request], OutriderError] = nothing_here
    ) -> None:
        self.routes: list[Route] = []
        self._admit = admit
        self._refuse = refuse
        self._resolver = APIGatewayHttpResolver()
        self._resolver.not_found(self._no_route)
        self._handle = observed(self._resolver.resolve)

    def get(
        self,
        path: str,
        *,
        scope: Scope,
        status: int = 200,
        media: str = "",
        errors: tuple[int, ...] = (),
        head: bool = True,
    ) -> Callable[[Handler], Handler]:
        """Declare a route for GET and HEAD; without `head`, HEAD has a route of its own."""
        return self._route("GET", path, scope, status, media=media, errors=errors, head=head)

    def head(
        self, path: str, *, scope: Scope, status: int = 200, media: str = ""
    ) -> Callable[[Handler], Handler]:
        return self._route("HEAD", path, scope, status, media=media)

    def post(
        self,
        path: str,
        *,
        scope: Scope,
        status: int = 201,
        media: str = "",
        errors: tuple[int, ...] = (),
    ) -> Callable[[Handler], Handler]:
        return self._route("POST", path, scope, status, media=media, errors=errors)

    def put(self, path: str, *, scope: Scope) -> Callable[[Handler], Handler]:
        return self._route("PUT", path, scope, 200)

    def patch(self, path: str, *, scope: Scope) -> Callable[[Handler], Handler]:
        return self._route("PATCH", path, scope, 200)

    def delete(self, path: str, *, scope: Scope) -> Callable[[Handler], Handler]:
        return self._route("DELETE", path, scope, 200)

    def handler(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        return self._handle(event, context)

    def _route(
        self,
        method: str,
        path: str,
        scope: Scope,
        status: int,
        *,
        media: str = "",
        errors: tuple[int, ...] = (),
        head: bool = False,
    ) -> Callable[[Handler], Handler]:
        def declare(handler: Handler) -> Handler:
            scopes = (scope,) if isinstance(scope, str) else scope or ()
            route = Route.of(
                handler,
                (method, "HEAD") if head else (method,),
                path,
                scopes=scopes,
                status=status,
                media=media,
                errors=errors,
            )
            self.routes.append(route)

            def respond(**path_parameters: str) -> Response[Any]:
                return self._respond(route, path_parameters)

            pattern = path.replace("{", "<").replace("}", ">")
            self._resolver.route(pattern, method=list(route.methods))(respond)
            return handler

        return declare

    def _respond(self, route: Route, path_parameters: dict[str, str]) -> Response[Any]:
        request = Request.from_event(self._resolver.current_event.raw_event)
        logger().append_keys(request_id=request.request_id)
        started = time.perf_counter()
        headers: Headers = {"X-Request-Id": request.request_id}
        arguments: dict[str, Any] = dict(path_parameters)
        keeper: Keeper | None = None
        try:
            if route.scopes:
                admitted = self._admit(request, route.scopes, route.status)
                admitted.headers.update(headers)
                headers = admitted.headers
                keeper = admitted.keeper
                if route.takes_caller:
                    arguments["caller"] = admitted.caller
            arguments |= route.arguments(request)
            answer = _carry_out(route, arguments, keeper, request)
        except AnsweredBefore as before:
            answer = before.answer
            if not (keeper and keeper.kept):
                headers |= _REPLAYED
        except OutriderError as error:
            answer = _refusal(error, request)
        except Exception:
            logger().exception("unexpected failure")
            answer = _refusal(InternalError(), request)
            if keeper:
                keeper.release()
        logger().info(
            "request",
            method=route.method,
            route=route.path,
            status=answer.status,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return _response(answer, headers, request)

    def _no_route(self, _: Exception) -> Response[Any]:
        event = self._resolver.current_event.raw_event
        for route in self.routes:
            # Powertools' patterns know fewer characters than API Gateway, which has chosen.
            if event.get("routeKey") in route.keys:
                return self._respond(route, event.get("pathParameters") or {})
        request = Request.from_event(event)
        logger().append_keys(request_id=request.request_id)
        error = self._refuse(request)
        logger().info("no route", status=error.status)
        return _response(_refusal(error, request), {"X-Request-Id": request.request_id}, request)


def _carry_out(
    route: Route, arguments: dict[str, Any], keeper: Keeper | None, request: Request
) -> Answer:
    """Return what the route's handler answers, once that is kept. Raises AnsweredBefore."""
    try:
        result = route.handler(**arguments)
        answer = (keeper and keeper.kept) or render(result, route.status)
    except OutriderError as error:
        if isinstance(error, ResourceNotFound):
            error.detail = next(_wrong_ids(arguments), error.detail)
        answer = _refusal(error, request)
    return keeper.close(answer) if keeper else answer


def _wrong_ids(arguments: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence about each id in the path that is of something else than it asks for."""
    for name, text in arguments.items():
        if name.endswith("_id") and (mistake := ids.mistaken(name.removesuffix("_id"), text)):
            yield mistake


def _refusal(error: OutriderError, request: Request) -> Answer:
    return render_error(error, request.request_id, request.api_url)


def _response(answer: Answer, headers: Headers, request: Request) -> Response[Any]:
    body = "" if request.method == "HEAD" else answer.body
    # Powertools would write JSON of bytes, where JSON is the media type.
    response: Response[Any] = Response(
        answer.status,
        content_type=answer.media,
        body=base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        headers={**headers, **answer.headers},
    )
    response.base64_encoded = isinstance(body, bytes)
    return response


def _created(result: Any) -> tuple[Any, bool]:
    """Of what a handler returns, what it creates, and whether that may be there already."""
    members = get_args(result)
    created = [each for each in members if get_origin(each) is not Existing]
    return (result, False) if len(created) == len(members) else (reduce(or_, created), True)


def _has_batch(body: Any) -> bool:
    """Whether a body's type, or a member of its union, is a Batch."""
    if isinstance(body, type):
        return issubclass(body, BatchBody)
    return any(_has_batch(member) for member in get_args(body))
