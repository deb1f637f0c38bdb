"""Request and response schemas of suppressions."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import ConfigDict, Field, Tag, model_validator

from outrider.contacts.suppressions.models import GivenReason, Kind
from outrider.entities.schemas import MAX_BATCH
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import MANY, ONE, BatchBody, Input
from outrider.kit.http.pagination import PageQuery
from outrider.kit.http.requests import one_or_many
from outrider.kit.models import Model
from outrider.kit.text.addresses import Domain, Email


class SuppressionCreate(Input):
    """An `address` or a `domain` to suppress. `evidence` is a note on how you know, in your own
    words."""

    model_config = ConfigDict(json_schema_extra=json_schema.exactly_one("address", "domain"))

    address: Email | None = None
    domain: Domain | None = None
    reason: GivenReason
    evidence: Annotated[str, Field(max_length=1_000)] | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.address is None) == (self.domain is None):
            raise ValueError("Give either address or domain")
        return self


class SuppressionBatch(BatchBody):
    """Rows to suppress. Each is validated and written separately, so an invalid row never affects
    the others."""

    suppressions: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_BATCH)]


SuppressionBody = Annotated[
    Annotated[SuppressionCreate, Tag(ONE)] | Annotated[SuppressionBatch, Tag(MANY)],
    one_or_many("suppressions"),
]


class SuppressionQuery(PageQuery):
    kind: Kind | None = None


class SuppressionDeleted(Model):
    id: str
    object: Literal["suppression"] = "suppression"
    deleted: Literal[True] = True


Result = Literal["created", "unchanged", "failed"]


class SuppressionResult(Model):
    """Result of one row. `detail` is why it `failed`."""

    index: int
    result: Result
    """`unchanged` if it was suppressed already."""
    id: str | None = None
    detail: str | None = None


class SuppressionBatchResult(Model):
    object: Literal["batch"] = "batch"
    counts: dict[Result, int]
    results: list[SuppressionResult]

    @classmethod
    def of(cls, results: Sequence[SuppressionResult]) -> "SuppressionBatchResult":
        counted = Counter(row.result for row in results)
        kinds: tuple[Result, ...] = get_args(Result)
        return cls(counts={kind: counted[kind] for kind in kinds}, results=list(results))
