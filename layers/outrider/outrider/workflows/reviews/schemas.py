"""Requests and responses of the review of leads."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Input
from outrider.kit.models import Model

MOST_AT_ONCE = 100
Ids = Annotated[
    list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=MOST_AT_ONCE)
]
Hash = Annotated[str, Field(max_length=64)]
Reason = Annotated[str, Field(min_length=1, max_length=500)]


class LeadApproval(Input):
    """Approval of the draft of a lead."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    draft_hash: Hash | None = None
    """`draft.hash` of the lead as you have read it. If the lead has another draft now, nothing is
    approved."""


class LeadApprovals(Input):
    """Approval of the drafts of several leads."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    ids: Ids
    """Ids of the leads, at most 100."""
    draft_hashes: Annotated[dict[str, Hash], Field(max_length=MOST_AT_ONCE)] = Field(
        default_factory=dict
    )
    """`draft.hash` by id of the lead, as you have read them. A lead that has another draft now is
    not approved."""


class LeadRejection(Input):
    """Rejection of a lead."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    reason: Reason | None = None
    """Reason, which becomes the `status_reason` of the lead."""


class LeadRejections(Input):
    """Rejection of several leads."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    ids: Ids
    """Ids of the leads, at most 100."""
    reason: Reason | None = None
    """Reason, which becomes the `status_reason` of each lead."""


class LeadDraftEdit(Input):
    """Another content of the draft. Only the given parts change."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={
            **json_schema.CHANGES_SOMETHING,
            "dependentRequired": {"html": ["text"]},
        },
    )

    subject: Annotated[str, Field(max_length=900, pattern=r"\S")] = Field(default_factory=str)
    """Subject. Line breaks become spaces."""
    text: Annotated[str, Field(max_length=100_000, pattern=r"\S")] = Field(default_factory=str)
    """Plain text, without template language. The footer is added if it is not there. Without
    `html`, the email is sent as plain text only."""
    html: Annotated[str, Field(min_length=1, max_length=100_000)] | None = None
    """HTML of the given text; null for an email of plain text only."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("There is nothing to change")
        if "html" in self.model_fields_set and "text" not in self.model_fields_set:
            raise ValueError("Give the text with the HTML, for recipients who do not show HTML")
        return self


ReviewOutcome = Literal["approved", "rejected", "failed"]


class LeadReviewResult(Model):
    """The result for one lead."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """Id of the lead."""
    result: ReviewOutcome
    """`approved`, `rejected` or `failed`."""
    code: str | None = None
    """Error code of a failure, as in the response about a single lead."""
    reason: str | None = None
    """Why it failed."""


class LeadReviewResults(Model):
    """The results for several leads, in the order of the ids."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    object: Literal["batch"] = "batch"
    """Always `batch`."""
    counts: dict[ReviewOutcome, int]
    """Numbers of leads by result."""
    results: list[LeadReviewResult]
    """One result for each lead."""

    @classmethod
    def of(cls, results: Sequence[LeadReviewResult]) -> Self:
        """Return the results with their counts."""
        return cls(counts=dict(Counter(each.result for each in results)), results=list(results))
