"""What holds of everything that a caller sends, in a body, a query or a row of a file: it can be
kept as it is, and no span in it ends before it begins.

Both are found by looking at the fields, so no model can forget them.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from outrider.kit.aws.attributes import Problem, unstorable
from outrider.kit.http.violations import violations_of
from outrider.kit.text.suggestions import did_you_mean

_SPANS = (
    (re.compile(r"since"), "until"),
    (re.compile(r"start"), "end"),
    (re.compile(r"(\w+)_after"), r"\1_before"),
    (re.compile(r"(\w+)_gte"), r"\1_lte"),
    (re.compile(r"min_(\w+)"), r"max_\1"),
)
"""The names of a field with which a span begins, and of the one with which it ends."""
_OF_A_QUERY = ("title", "default")


class Checked(BaseModel):
    """Base of what is read from a caller's text."""

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        """Raises ValidationError, which names each field that something is wrong with."""
        found = [*self._unstorable(), *self._empty_spans()]
        if found:
            raise invalid(*found)
        return self

    def _unstorable(self) -> Iterator[Problem]:
        for name, value in self:
            yield from unstorable(value, (self._as_sent(name),))

    def _empty_spans(self) -> Iterator[Problem]:
        for first in type(self).model_fields:
            for pattern, end in _SPANS:
                found = pattern.fullmatch(first)
                last = found.expand(end) if found else ""
                if last in type(self).model_fields:
                    yield from self._empty_span(first, last)

    def _empty_span(self, first: str, last: str) -> Iterator[Problem]:
        """Moments, written as text, never hold their end; days and numbers may."""
        begin, end = getattr(self, first), getattr(self, last)
        if begin is None or end is None:
            return
        if begin > end or (begin == end and not isinstance(begin, date | int | float)):
            names = (self._as_sent(first), self._as_sent(last))
            detail = f"There is nothing between {names[0]}, {begin}, and {names[1]}, {end}"
            yield from (((name,), detail) for name in names)

    def _as_sent(self, name: str) -> str:
        field = type(self).model_fields.get(name)
        return field.alias if field and field.alias else name


class Input(Checked):
    """Base of the bodies that a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BatchBody(BaseModel):
    """Base of bodies with many rows, which may be as large as `requests.MAX_BATCH_BODY`. Rows are
    checked one by one when they are read, so that a bad one never loses the others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def check_filters(
    model: type[Checked], given: Mapping[str, Any], known: Collection[str], field: str
) -> None:
    """Check the parameters of a list that stand in `field` of a body: `known` may be given, as
    values of JSON. `filters_of` describes them.

    Raises ValidationError, which names each that is wrong.
    """
    if strange := sorted(set(given) - set(known)):
        raise invalid(*(((field, name), _no_filter(name, known)) for name in strange))
    try:
        model.model_validate(given, strict=True)
    except ValidationError as error:
        found = zip(error.errors(), violations_of(error, model), strict=False)
        raise invalid(
            *(((field, *each["loc"]), violation.detail) for each, violation in found)
        ) from error


def _no_filter(name: str, known: Collection[str]) -> str:
    instead = did_you_mean(name, known) or f"; there are {', '.join(sorted(known))}"
    return f"There is no filter {name}{instead}"


def filters_of(model: type[Checked], known: Collection[str], title: str) -> dict[str, Any]:
    """The JSON Schema of an object with the parameters of a list that are `known`; `title` is the
    name of its component in the OpenAPI document."""
    said = model.model_json_schema()["properties"]
    return {
        "title": title,
        "type": "object",
        "properties": {
            name: {part: said[name][part] for part in said[name] if part not in _OF_A_QUERY}
            for name in sorted(known)
        },
        "additionalProperties": False,
    }


def invalid(*found: Problem) -> ValidationError:
    """For a validator of a model to raise: what is wrong with its fields, each by the names that
    lead to it."""
    return ValidationError.from_exception_data(
        "Input",
        [
            InitErrorDetails(
                type=PydanticCustomError("invalid", "{detail}", {"detail": detail}),
                loc=location,
                input=None,
            )
            for location, detail in found
        ],
    )
