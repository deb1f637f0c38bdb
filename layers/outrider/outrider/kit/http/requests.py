"""HTTP requests, and their parsing into typed input: strict, of limited size, with all violations
listed."""

import base64
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Annotated, Any, TypeVar, get_args
from urllib.parse import parse_qsl

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    TypeAdapter,
    ValidationError,
)

from outrider.kit import clock, json
from outrider.kit.errors import PayloadTooLarge, ValidationFailed, Violation
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import MANY, ONE, BatchBody
from outrider.kit.models import Model
from outrider.kit.settings import settings
from outrider.kit.text.quotes import OF_A_ROW, quoted, shortened
from outrider.kit.text.suggestions import did_you_mean

RowT = TypeVar("RowT")

MAX_BODY = 1024 * 1024
MAX_BATCH_BODY = 5 * 1024 * 1024
_MAX_PARAMETERS = 50
_VERSION = re.compile(r'("?)([1-9][0-9]{0,17})\1')
_DAY = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_SEND_JSON = (
    "The body is {media}, not JSON. Send JSON with the header Content-Type: application/json"
)
IF_MATCH = r'^(\*|[1-9][0-9]{0,17}|"[1-9][0-9]{0,17}")$'
"""Pattern of If-Match for the OpenAPI document."""
REPEATABLE = frozenset({"POST", "PATCH", "PUT"})
"""Methods that accept an Idempotency-Key; all others are idempotent by definition (RFC 9110,
9.2.2)."""


def _instant(text: str) -> str:
    try:
        return clock.to_text(clock.from_text(text))
    except ValueError as error:
        raise ValueError(
            f"{quoted(text)} is not a date and time with a time zone, such as 2026-03-02T09:00:00Z"
        ) from error


Instant = Annotated[
    str, Field(max_length=40, json_schema_extra=json_schema.DATE_TIME), AfterValidator(_instant)
]
"""RFC 3339 date-time, normalised to UTC with milliseconds."""


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a day of this century such as 2026-03-01")
    return date.fromisoformat(text)


Day = Annotated[
    date, BeforeValidator(_day), Field(json_schema_extra={"pattern": f"^{_DAY.pattern}$"})
]
"""Day (UTC) in a query; pydantic's own date type would also accept seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Request:
    """HTTP request. Header names are lower-case."""

    method: str
    path: str
    headers: Mapping[str, str]
    query_string: str
    body: bytes
    request_id: str
    host: str = ""
    """Domain name of the API that received the request."""
    authorizer: Mapping[str, Any] = field(default_factory=dict)
    """Authorizer context of the event, which API Gateway sets and no client can."""

    @property
    def api_url(self) -> str:
        """Return the API's public URL without a trailing slash: the configured one, or that of this
        request; empty if neither is known."""
        url = settings().public_url or (f"https://{self.host}" if self.host else "")
        return url.rstrip("/")

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "Request":
        """Return the request of an API Gateway HTTP API event (payload format 2.0)."""
        context = event["requestContext"]
        body = event.get("body") or ""
        return cls(
            method=context["http"]["method"],
            path=event["rawPath"],
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            query_string=event.get("rawQueryString") or "",
            body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
            request_id=context["requestId"],
            host=str(context.get("domainName") or ""),
            authorizer=context.get("authorizer") or {},
        )


def one_or_many(field: str) -> Discriminator:
    """Return the discriminator between a body with one item and a batch, which has the list
    `field`."""
    return Discriminator(lambda body: MANY if isinstance(body, dict) and field in body else ONE)


def parse_query(query_string: str, model: type[Model] | None) -> Model | None:
    """Return the query parameters as `model`. Raises ValidationFailed for unknown, repeated or
    invalid ones."""
    pairs = _pairs(query_string) if query_string else []
    known = model.model_fields if model else {}
    violations = [
        Violation(f"/query/{name}", _no_parameter(name, known))
        for name, _ in pairs
        if name not in known
    ]
    names = [name for name, _ in pairs]
    violations += [
        Violation(f"/query/{name}", f"{name} may be given only once")
        for name in sorted(set(names) & set(known))
        if names.count(name) > 1
    ]
    if violations:
        raise ValidationFailed.of(violations)
    if model is None:
        return None
    ill_written = _ill_written(pairs, model)
    try:
        found = model.model_validate_strings(dict(pairs))
    except ValidationError as error:
        refused = _refused(error, model, "/query").violations
        named = {each.pointer for each in refused}
        rest = [each for each in ill_written if each.pointer not in named]
        raise ValidationFailed.of([*refused, *rest]) from error
    if ill_written:
        raise ValidationFailed.of(ill_written)
    return found


def _ill_written(pairs: Sequence[tuple[str, str]], model: type[Model]) -> list[Violation]:
    """Return a violation for each number that is not written in plain ASCII digits, such as `1_0`,
    `+1` or ` 1`, which Python would read."""
    kinds = {name: _number_in(model, name) for name, _ in pairs if name in model.model_fields}
    written = {int: (_WHOLE, "a whole number"), float: (_NUMBER, "a number")}
    return [
        Violation(f"/query/{name}", f"{name} must be {words}, not {quoted(value)}")
        for name, value in pairs
        if (kind := kinds.get(name)) is not None
        for pattern, words in (written[kind],)
        if not pattern.fullmatch(value)
    ]


@cache
def _number_in(model: type[Model], name: str) -> type[int] | type[float] | None:
    """Return int or float if the field, which may be optional, is such a number; else None."""
    found = _members(model.model_fields[name].annotation)
    return next((kind for kind in (int, float) if kind in found), None)


def _members(annotation: Any) -> list[Any]:
    """Return the types in an annotation, without what surrounds them."""
    return [annotation, *(each for part in get_args(annotation) for each in _members(part))]


def _no_parameter(name: str, known: Collection[str]) -> str:
    hint = did_you_mean(name, known)
    if not hint:
        hint = f"; available are {', '.join(sorted(known))}" if known else "; it has none"
    return f"This call has no query parameter {shortened(name)}{hint}"


def _pairs(query_string: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query_string, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError as error:
        detail = f"A call may have at most {_MAX_PARAMETERS} query parameters"
        raise ValidationFailed.at("/query", detail) from error


def parse_if_match(header: str | None) -> int | None:
    """Return the version in an If-Match header (RFC 9110, 13.1.1), with or without quotes.

    Return None if there is no header, and for `*`, which matches any version. Raises
    ValidationFailed for any other value.
    """
    if header is None or header.strip() == "*":
        return None
    found = _VERSION.fullmatch(header.strip())
    if found is None:
        detail = 'If-Match takes one version, for example "3", or *'
        raise ValidationFailed.at("/headers/if-match", detail)
    return int(found[2])


def refuse_if_match(header: str | None) -> None:
    """Raise ValidationFailed for a version in If-Match that the call would not compare.

    A change must not be carried out at another version than If-Match names (RFC 9110, 13.1.1).
    """
    if parse_if_match(header) is not None:
        detail = "This call does not compare versions: send it without If-Match"
        raise ValidationFailed.at("/headers/if-match", detail)


def without(read_only: Collection[str], body: bytes) -> bytes:
    """Return the body without these fields, so that a client may change a resource by sending it
    back as it was shown (see https://google.aip.dev/203 on output-only fields).

    Raises ValidationFailed for a body that has nothing else: it asks for a change that this call
    cannot make.
    """
    if not any(f'"{name}"'.encode() in body for name in read_only) or len(body) > MAX_BODY:
        return body
    try:
        json.check_depth(body)
        whole = json.loads(body)
    except ValueError:
        return body
    if not isinstance(whole, dict):
        return body
    kept = {name: value for name, value in whole.items() if name not in read_only}
    if whole and not kept:
        detail = "{} is read-only: this call cannot change it"
        raise ValidationFailed.of([Violation(f"/{name}", detail.format(name)) for name in whole])
    return json.dumps(kept)


def parse_body(data: bytes, adapter: TypeAdapter[Any], *, batch: bool, media: str = "") -> Any:
    """Return the body as the adapter's type; `media` is its Content-Type.

    Raises PayloadTooLarge and ValidationFailed.
    """
    if len(data) > (MAX_BATCH_BODY if batch else MAX_BODY):
        raise _too_large(batch=batch)
    try:
        json.check_depth(data)
        body = adapter.validate_json(data or b"null", strict=True)
    except json.TooDeep as error:
        raise ValidationFailed.at("", f"The body is not valid: {error}") from error
    except ValidationError as error:
        if not data:
            raise ValidationFailed.at("", "This call needs a JSON body") from error
        if _is_not_json(media) and _is_malformed(error):
            raise ValidationFailed.at("", _SEND_JSON.format(media=shortened(media))) from error
        raise _refused(error, adapter) from error
    if len(data) > MAX_BODY and not isinstance(body, BatchBody):
        raise _too_large(batch=False)
    return body


def read_rows(
    row: TypeAdapter[RowT], raw_rows: Sequence[Any]
) -> tuple[list[tuple[int, RowT]], dict[int, str]]:
    """Return the valid rows of a batch with their indexes, and the error messages of the others by
    index."""
    read: list[tuple[int, RowT]] = []
    refused: dict[int, str] = {}
    for index, raw in enumerate(raw_rows):
        try:
            read.append((index, row.validate_python(raw, strict=True)))
        except ValidationError as error:
            refused[index] = explain(error, row)
    return read, refused


def _refused(
    error: ValidationError, source: TypeAdapter[Any] | type[Model], prefix: str = ""
) -> ValidationFailed:
    """Return the error that names all violations in `error`; `violations_of` says more."""
    from outrider.kit.http.violations import violations_of  # noqa: PLC0415 - only mistakes need it

    return ValidationFailed.of(violations_of(error, source, prefix))


def _is_not_json(media: str) -> bool:
    """Return whether a Content-Type names a media type other than JSON."""
    return bool(media) and "json" not in media.lower()


def _is_malformed(error: ValidationError) -> bool:
    kinds = [each["type"] for each in error.errors(include_url=False, include_input=False)]
    return kinds == ["json_invalid"]


def explain(error: ValidationError, source: TypeAdapter[Any]) -> str:
    """Return the violations of one row as a single line of limited length."""
    found = _refused(error, source).violations
    details = "; ".join(f"{each.pointer or '/'}: {each.detail}" for each in found)
    return shortened(details, OF_A_ROW)


def _too_large(*, batch: bool) -> PayloadTooLarge:
    return PayloadTooLarge(
        f"The body may be at most {MAX_BATCH_BODY if batch else MAX_BODY:,} bytes"
        + (": send the items in several calls" if batch else "")
    )
