"""What the API takes and gives about how a sequence would go."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from outrider.campaigns.schemas import MAX_CONTACTS, FilteredContacts
from outrider.kit.http import json_schema
from outrider.kit.http.requests import Instant
from outrider.sequences.lint.findings import LintFinding
from outrider.sequences.models import Channel


class PlanRequest(FilteredContacts):
    """Whom to plan for: contacts by id, those that a filter lets through, or how many there would
    be. `audience` alone is about people without time zones or companies of their own; with a
    filter they have those of its contacts, in turn. `at` is when they would be enrolled: now, or
    later."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                json_schema.given(
                    "contact_ids", {"filter": {"type": "null"}, "audience": {"type": "null"}}
                ),
                {
                    "properties": {"contact_ids": {"type": "null"}},
                    **json_schema.any_of("filter", "audience"),
                },
            ]
        }
    )

    contact_ids: Annotated[list[str], Field(max_length=MAX_CONTACTS)] | None = None
    audience: Annotated[int, Field(ge=1, le=100_000)] | None = None
    at: Instant | None = None

    @model_validator(mode="after")
    def _names_one_audience(self) -> Self:
        others = self.filter is not None or self.audience is not None
        if (self.contact_ids is None) != others:
            raise ValueError("Give contact_ids, or filter, audience or both")
        return self


class StepPlan(BaseModel):
    """A step that is due at `due_at` and carried out at `send_at`; `reason` says why that is later.
    Without `send_at` it is left out, or cannot be carried out, for `reason`."""

    step_id: str
    channel: Channel
    variant_id: str | None
    mailbox_id: str | None
    due_at: str
    send_at: str | None
    reason: str | None


class ContactPlan(BaseModel):
    contact_id: str
    timezone: str | None
    steps: list[StepPlan]


class DayPlan(BaseModel):
    """What is carried out on a day (UTC)."""

    date: str
    messages: int
    tasks: int


class SequencePlan(BaseModel):
    """How a sequence would go from `at` on, if nobody answered, opened or clicked, tasks were done
    when they come up, and nothing else was sent from its mailboxes. Nothing is changed by it. It is
    about `audience` people; `more` says that the filter lets through more than were read: give
    their number as `audience` to plan for all of them.
    `late_by_reason` and `left_out_by_reason` count the steps that are carried out later than they
    are due, and those that are not within 400 days; `missing_value` counts those whose text writes
    a field that the contact does not have, where its enrollment ends. `contacts` are the first 100
    of those asked for; `not_found` are ids that no contact has. `findings` are those of lint about
    texts that do too much work: what such a text says is not sent."""

    sequence_id: str
    object: Literal["sequence_plan"] = "sequence_plan"
    at: str
    audience: int
    more: bool
    finishes_at: str | None
    days: list[DayPlan]
    late_by_reason: dict[str, int]
    left_out_by_reason: dict[str, int]
    contacts: list[ContactPlan]
    not_found: list[str]
    findings: list[LintFinding]
