"""API schemas shared by all kinds of entities."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, Literal, Self, TypeVar, get_args

from pydantic import AfterValidator, Field, JsonValue

from outrider.kit import json
from outrider.kit.aws.attributes import unstorable
from outrider.kit.http.inputs import invalid
from outrider.kit.models import Model

MAX_BATCH = 1_000
MAX_OBJECT = 16 * 1024
"""Bytes of JSON, so that a page of 200 entities stays below Lambda's response limit of 6 MB."""

Text = Annotated[str, Field(max_length=500)]
MAX_TAGS = 50
Tags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=50)]], Field(max_length=MAX_TAGS)
]


def check_object(value: dict[str, Any], name: str) -> dict[str, Any]:
    """Return `value` if it can be stored and is not too large. Raises ValidationError,
    ValueError."""
    if found := [*unstorable(value)]:
        raise invalid(*found)
    if len(json.dumps(value)) > MAX_OBJECT:
        raise ValueError(f"{name} may take at most {MAX_OBJECT:,} bytes")
    return value


def _bounded(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda value: check_object(value, name)


ObjectName = Annotated[str, Field(min_length=1, max_length=100)]
Custom = Annotated[
    dict[ObjectName, JsonValue], Field(max_length=100), AfterValidator(_bounded("custom"))
]
Context = Annotated[
    dict[ObjectName, JsonValue], Field(max_length=100), AfterValidator(_bounded("context"))
]

Result = Literal["created", "updated", "unchanged", "skipped", "failed"]


class RowResult(Model):
    """The result of one row. `reason` is set for `skipped` and `failed`."""

    index: int
    result: Result
    id: str | None = None
    reason: str | None = None


RowT = TypeVar("RowT", bound=RowResult)


class BatchResult(Model, Generic[RowT]):
    object: Literal["batch"] = "batch"
    counts: dict[Result, int]
    results: list[RowT]

    @classmethod
    def of(cls, results: Sequence[RowT]) -> Self:
        counted = Counter(row.result for row in results)
        kinds: tuple[Result, ...] = get_args(Result)
        return cls(counts={kind: counted[kind] for kind in kinds}, results=list(results))
