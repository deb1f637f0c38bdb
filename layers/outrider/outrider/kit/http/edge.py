"""HTTP routing on Lambda: from an API Gateway event to a documented response.

A function declares routes on an `Api`. Each request is admitted (authentication, rate limit,
scopes), its input is parsed into typed parameters, and its result or error is rendered. The
parameters of a route's handler are recognised by name: `caller`, `query` (a pydantic model), `body`
(any pydantic type), `if_match` (`int | None`: the expected version), `request` (the raw request,
on public routes with any query parameters), and the names of its path parameters. A result with a
`version` is returned with an ETag.

The response to a request with an Idempotency-Key is stored by its `Keeper`: in the transaction of
the change if the service does so, otherwise after the handler returns.
"""

import base64
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from outrider.kit import ids
from outrider.kit.errors import InternalError, OutriderError, ResourceNotFound
from outrider.kit.http.forms import Form, NativeForm
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import Answer, AnsweredBefore, Headers
from outrider.kit.http.routes import Present, Route
from outrider.kit.models import Model
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger

Handler = TypeVar("Handler", bound=Callable[..., Any])
Scope = str | tuple[str, ...] | None
"""Scopes that a key needs for a route; several if its response contains several kinds of data. None
means that the route is public."""
_REPLAYED = {"Idempotent-Replayed": "true"}


class Keeper(Protocol):
    """Storage of the response for the Idempotency-Key of a request."""

    @property
    def kept(self) -> Answer | None:
        """Return the response that a transaction of this request has stored, or None."""

    def close(self, answer: Answer) -> Answer:
        """Return the stored response; if no transaction has stored one, store `answer` first.
        Raises AnsweredBefore."""

    def release(self) -> None:
        """Release the key without storing a response, so that a retry runs again after a
        failure."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """An admitted request. Its headers, which may still be extended, are added to every
    response."""

    caller: Any
    headers: Headers
    keeper: Keeper | None = None


class Admission(Protocol):
    """Authentication, rate limiting and authorization of a request."""

    def __call__(
        self, request: Request, needed: Sequence[str], render: Callable[[Any], Answer], /
    ) -> Admitted:
        """Return the admitted request; the key needs all scopes in `needed`, the first of which
        names the main resource.

        `render` returns the response for the handler's result. Raises OutriderError if the request
        is refused.
        """


def nothing_here(_: Request) -> OutriderError:
    """Return the 404 error for an unknown path."""
    return ResourceNotFound("There is nothing at this path")


class Api:
    """Routes of one Lambda function; `handler` is the Lambda handler.

    `form` is how requests and responses look. `refuse` returns the error for a request that matches
    no route, and `form_of` the form of that error, by default `form`. `alias` is a prefix of paths
    and another one under which they are served too.
    """

    def __init__(
        self,
        admit: Admission,
        refuse: Callable[[Request], OutriderError] = nothing_here,
        *,
        form: Form | None = None,
        form_of: Callable[[Request], Form] | None = None,
        alias: tuple[str, str] = ("", ""),
    ) -> None:
        self.routes: list[Route] = []
        self.form: Form = form or NativeForm()
        self._admit = admit
        self._refuse = refuse
        self._form_of = form_of or (lambda _: self.form)
        self._alias = alias
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
        present: Present | None = None,
    ) -> Callable[[Handler], Handler]:
        """Decorate the handler of GET and HEAD; with `head=False` HEAD gets its own route, or
        none."""
        return self._route(
            "GET", path, scope, status, media=media, errors=errors, head=head, present=present
        )

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
        present: Present | None = None,
    ) -> Callable[[Handler], Handler]:
        return self._route("POST", path, scope, status, media=media, errors=errors, present=present)

    def put(
        self, path: str, *, scope: Scope, present: Present | None = None
    ) -> Callable[[Handler], Handler]:
        return self._route("PUT", path, scope, 200, present=present)

    def patch(self, path: str, *, scope: Scope) -> Callable[[Handler], Handler]:
        return self._route("PATCH", path, scope, 200)

    def delete(
        self, path: str, *, scope: Scope, present: Present | None = None
    ) -> Callable[[Handler], Handler]:
        return self._route("DELETE", path, scope, 200, present=present)

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
        present: Present | None = None,
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
                present=present,
            )
            self.routes.append(route)

            def respond(**path_parameters: str) -> Response[Any]:
                return self._respond(route, path_parameters)

            for each in dict.fromkeys((path, path.replace(*self._alias, 1))):
                pattern = each.replace("{", "<").replace("}", ">")
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
                render = partial(route.render, self.form)
                admitted = self._admit(request, route.scopes, render)
                admitted.headers.update(headers)
                headers = admitted.headers
                keeper = admitted.keeper
                if route.takes_caller:
                    arguments["caller"] = admitted.caller
            arguments |= route.arguments(self.form.received(request))
            answer = self._run(route, arguments, keeper, request)
        except AnsweredBefore as before:
            answer = before.answer
            if not (keeper and keeper.kept):
                headers |= _REPLAYED
        except OutriderError as error:
            answer = self.form.error(error, request)
        except (
            Exception
        ):  # a client gets an answer in our form whatever fails, and may repeat the call
            logger().exception("unexpected failure")
            answer = self.form.error(InternalError(), request)
            if keeper:
                keeper.release()
        logger().info(
            "request",
            method=route.method,
            route=route.path,
            status=answer.status,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return _response(self.form.sent(answer, headers, request), headers, request)

    def _no_route(self, _: Exception) -> Response[Any]:
        event = self._resolver.current_event.raw_event
        for route in self.routes:
            # Powertools' path patterns allow fewer characters than API Gateway, which has already
            # matched the route.
            if event.get("routeKey") in route.keys:
                return self._respond(route, event.get("pathParameters") or {})
        request = Request.from_event(event)
        logger().append_keys(request_id=request.request_id)
        error = self._refuse(request)
        logger().info("no route", status=error.status)
        headers = {"X-Request-Id": request.request_id}
        form = self._form_of(request)
        answer = form.sent(form.error(error, request), headers, request)
        return _response(answer, headers, request)

    def _run(
        self, route: Route, arguments: dict[str, Any], keeper: Keeper | None, request: Request
    ) -> Answer:
        """Run the route's handler and return its response, after it is stored for the
        Idempotency-Key. Raises AnsweredBefore."""
        try:
            result = route.handler(**arguments)
            answer = (keeper and keeper.kept) or route.render(self.form, result)
        except OutriderError as error:
            if isinstance(error, ResourceNotFound):
                error.detail = next(_wrong_ids(arguments), error.detail)
            answer = self.form.error(error, request)
        return keeper.close(answer) if keeper else answer


def _wrong_ids(arguments: Mapping[str, Any]) -> Iterator[str]:
    """Yield an error message for each id, in the path or the body, that belongs to another kind of
    resource."""
    for name, given in arguments.items():
        if isinstance(given, Model):
            yield from _wrong_ids(dict(given))
        elif name.endswith("_id") and isinstance(given, str):
            yield from filter(None, [ids.mistaken(name.removesuffix("_id"), given)])


def _response(answer: Answer, headers: Headers, request: Request) -> Response[Any]:
    body = "" if request.method == "HEAD" else answer.body
    # Powertools would serialize a bytes body if the media type is JSON, so it gets base64 text.
    response: Response[Any] = Response(
        answer.status,
        content_type=answer.media,
        body=base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        headers={**headers, **answer.headers},
    )
    response.base64_encoded = isinstance(body, bytes)
    return response
