"""Validation of all client input, in bodies, queries and rows of files: values must be storable,
and no range may end before it begins.

Both checks find the fields by inspection, so they apply to every model.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Self

from pydantic import ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from outrider.kit.aws.attributes import Problem, unstorable
from outrider.kit.models import Model
from outrider.kit.text.suggestions import did_you_mean

ONE, MANY = "(one)", "(many)"
"""Tags of the union of a body with one item and a body with many. JSON Pointers do not contain
them."""
_SPANS = (
    (re.compile(r"since"), "until"),
    (re.compile(r"start"), "end"),
    (re.compile(r"(\w+)_after"), r"\1_before"),
    (re.compile(r"(\w+)_gte"), r"\1_lte"),
    (re.compile(r"min_(\w+)"), r"max_\1"),
)
"""Patterns of the names of fields that begin a range, each with the name of the field that ends
it."""
_QUERY_ONLY = ("title", "default")


class Checked(Model):
    """Base class of models for client input."""

    @model_validator(mode="after")
    def _validate_input(self) -> Self:
        """Raise ValidationError, which names each field that is invalid."""
        found = [*self._unstorable(), *self._empty_spans()]
        if found:
            raise invalid(*found)
        return self

    def _unstorable(self) -> Iterator[Problem]:
        for name, value in self:
            yield from unstorable(value, (self._json_name(name),))

    def _empty_spans(self) -> Iterator[Problem]:
        for first in type(self).model_fields:
            for pattern, end in _SPANS:
                found = pattern.fullmatch(first)
                last = found.expand(end) if found else ""
                if last in type(self).model_fields:
                    yield from self._empty_span(first, last)

    def _empty_span(self, first: str, last: str) -> Iterator[Problem]:
        """Yield a problem if the range is empty. The end of a range of instants is exclusive; that
        of a range of days or numbers is inclusive."""
        begin, end = getattr(self, first), getattr(self, last)
        if begin is None or end is None:
            return
        if begin > end or (begin == end and not isinstance(begin, date | int | float)):
            names = (self._json_name(first), self._json_name(last))
            detail = f"The range from {names[0]} ({begin}) to {names[1]} ({end}) is empty"
            yield from (((name,), detail) for name in names)

    def _json_name(self, name: str) -> str:
        field = type(self).model_fields.get(name)
        return field.alias if field and field.alias else name


class Input(Checked):
    """Base class of request bodies: unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BatchBody(Model):
    """Base class of bodies with many rows, which may have up to `requests.MAX_BATCH_BODY` bytes.

    Rows are validated one by one, so that an invalid row does not prevent the others from being
    processed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


def check_filters(
    model: type[Checked], given: Mapping[str, Any], known: Collection[str], field: str
) -> None:
    """Check the filters of a list that are given as JSON in `field` of a body; only those in
    `known` are allowed. `filters_of` is their schema.

    Raises ValidationError, which names each invalid filter.
    """
    if unknown := sorted(set(given) - set(known)):
        raise invalid(*(((field, name), _no_filter(name, known)) for name in unknown))
    try:
        model.model_validate(given, strict=True)
    except ValidationError as error:
        from outrider.kit.http.violations import violations_of  # noqa: PLC0415 - only mistakes need it

        found = zip(error.errors(), violations_of(error, model), strict=False)
        raise invalid(
            *(((field, *each["loc"]), violation.detail) for each, violation in found)
        ) from error


def _no_filter(name: str, known: Collection[str]) -> str:
    instead = did_you_mean(name, known) or f"; available are {', '.join(sorted(known))}"
    return f"There is no filter {name}{instead}"


def filters_of(model: type[Checked], known: Collection[str], title: str) -> dict[str, Any]:
    """Return the JSON Schema of an object with the list filters in `known`; `title` names its
    component in the OpenAPI document."""
    schemas = model.model_json_schema()["properties"]
    return {
        "title": title,
        "type": "object",
        "properties": {
            name: {part: schemas[name][part] for part in schemas[name] if part not in _QUERY_ONLY}
            for name in sorted(known)
        },
        "additionalProperties": False,
    }


def invalid(*found: Problem) -> ValidationError:
    """Return the ValidationError that a pydantic validator raises for these problems."""
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
