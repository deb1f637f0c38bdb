"""Routes of an API: what a handler takes and returns, read from its type hints."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from outrider.kit.http.forms import Form
from outrider.kit.http.inputs import BatchBody
from outrider.kit.http.requests import (
    REPEATABLE,
    Request,
    parse_body,
    parse_if_match,
    parse_query,
    refuse_if_match,
    without,
)
from outrider.kit.http.responses import Answer, Existing
from outrider.kit.models import Model

_CHANGES = ("PUT", "PATCH")

Present = Callable[[Any], Any]
"""Translation of a handler's result into what a form returns for it."""


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint: its method and path, scopes, parameters and result."""

    methods: tuple[str, ...]
    """HTTP methods: first the main one; the other is HEAD, which returns the headers of GET without
    a body."""
    path: str
    scopes: tuple[str, ...]
    """Scopes of which the key needs all; the first names the main resource. Empty for a public
    route."""
    summary: str
    status: int
    handler: Callable[..., Any]
    query: type[Model] | None
    body: TypeAdapter[Any] | None
    result: Any
    may_exist: bool
    """Whether the status is 200 if the resource to create already exists."""
    takes_caller: bool
    takes_if_match: bool
    takes_request: bool
    batch: bool
    media: str
    """Media type of the response, if it is not JSON and not stated by the result."""
    errors: tuple[int, ...]
    """Status codes of errors that only some routes of this kind return."""
    read_only: frozenset[str]
    """Fields that the result of PUT or PATCH shows and its body cannot set. They are ignored."""
    present: Present | None = None
    """Translation of the result, where the form needs one of this route's own. It may be applied to
    the result of the handler and to what a service stores for the Idempotency-Key."""

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
        present: Present | None = None,
    ) -> "Route":
        """Return the route of a handler; its parameters, body and result are read from the type
        hints."""
        hints = get_type_hints(handler, include_extras=True)
        body = hints.get("body")
        result, may_exist = _created(hints.get("return"))
        if present is not None:
            result = get_type_hints(present, include_extras=True)["return"]
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
            read_only=_read_only(result, body) if methods[0] in _CHANGES else frozenset(),
            present=present,
        )

    @property
    def method(self) -> str:
        return self.methods[0]

    @property
    def keys(self) -> tuple[str, ...]:
        """Route keys in API Gateway, for example `GET /v1/contacts`."""
        return tuple(f"{method} {self.path}" for method in self.methods)

    @property
    def may_be_repeated(self) -> bool:
        """Return whether the route accepts an Idempotency-Key."""
        return bool(self.scopes) and self.method in REPEATABLE

    def render(self, form: Form, result: Any) -> Answer:
        """Return the response for a result of the handler."""
        if self.present is None:
            return form.result(result, self.status)
        if isinstance(result, Existing):
            return form.result(Existing(self.present(result.result)), self.status)
        return form.result(self.present(result), self.status)

    def arguments(self, request: Request) -> dict[str, Any]:
        """Parse the request into the handler's arguments. Raises ValidationFailed,
        PayloadTooLarge."""
        arguments: dict[str, Any] = {}
        if self.takes_request:
            arguments["request"] = request
        if self.scopes or not self.takes_request:
            query = parse_query(request.query_string, self.query)
            arguments |= {"query": query} if query is not None else {}
        if self.takes_if_match:
            arguments["if_match"] = parse_if_match(request.headers.get("if-match"))
        elif self.scopes and self.method != "GET":
            refuse_if_match(request.headers.get("if-match"))
        if self.body is not None:
            arguments["body"] = parse_body(
                without(self.read_only, request.body),
                self.body,
                batch=self.batch,
                media=request.headers.get("content-type", ""),
            )
        return arguments


def _created(result: Any) -> tuple[Any, bool]:
    """Return the result type from a handler's return type, and whether that includes Existing."""
    members = get_args(result)
    created = [each for each in members if get_origin(each) is not Existing]
    return (result, False) if len(created) == len(members) else (reduce(or_, created), True)


def _read_only(result: Any, body: Any) -> frozenset[str]:
    if not all(isinstance(each, type) and issubclass(each, Model) for each in (result, body)):
        return frozenset()
    shown: frozenset[str] = _json_names(result).union(result.model_computed_fields)
    return shown - _json_names(body)


def _json_names(model: type[Model]) -> frozenset[str]:
    fields = model.model_fields.items()
    return frozenset(
        field.serialization_alias or field.alias or name
        for name, field in fields
        if not field.exclude
    )


def _has_batch(body: Any) -> bool:
    """Return whether a body's type, or a member of its union, is a BatchBody."""
    if isinstance(body, type):
        return issubclass(body, BatchBody)
    return any(_has_batch(member) for member in get_args(body))
