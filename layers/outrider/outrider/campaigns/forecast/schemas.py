"""API schemas of forecasts."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from outrider.campaigns.schemas import MAX_CONTACTS, FilteredContacts
from outrider.kit.http import json_schema
from outrider.kit.http.requests import Instant
from outrider.kit.models import Model
from outrider.sequences.lint.findings import LintFinding
from outrider.sequences.models import Channel


class PlanRequest(FilteredContacts):
    """The contacts to plan for: by id, those that match a filter, or just their number.

    `contact_count` alone plans for contacts without a time zone or company; with a filter, for
    copies of its contacts in turn. `at` is when they would be enrolled, by default now.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                json_schema.given(
                    "contact_ids", {"filter": {"type": "null"}, "contact_count": {"type": "null"}}
                ),
                {
                    "properties": {"contact_ids": {"type": "null"}},
                    **json_schema.any_of("filter", "contact_count"),
                },
            ]
        }
    )

    contact_ids: Annotated[list[str], Field(max_length=MAX_CONTACTS)] | None = None
    contact_count: Annotated[int, Field(ge=1, le=100_000)] | None = None
    at: Instant | None = None

    @model_validator(mode="after")
    def _names_contacts_one_way(self) -> Self:
        others = self.filter is not None or self.contact_count is not None
        if (self.contact_ids is None) != others:
            raise ValueError("Give contact_ids, or filter, contact_count or both")
        return self


class StepPlan(Model):
    """A step that is due at `due_at` and carried out at `send_at`; `reason` is why that is later.
    Without `send_at` the step is skipped or cannot be carried out, for `reason`."""

    step_id: str
    channel: Channel
    variant_id: str | None
    mailbox_id: str | None
    due_at: str
    send_at: str | None
    reason: str | None


class ContactPlan(Model):
    contact_id: str
    timezone: str | None
    steps: list[StepPlan]


class DayPlan(Model):
    """Messages sent and tasks due on one day (UTC)."""

    date: str
    messages: int
    tasks: int


class SequencePlan(Model):
    """Forecast of a sequence from `at` on. It changes nothing, and assumes that no contact replies,
    opens or clicks, that tasks are done when they are due, and that nothing else is sent from the
    mailboxes.

    `contact_count` is the number of contacts; `more` means that more contacts match the filter than
    were read: set `contact_count` to their number to plan for all. `late_by_reason` and
    `left_out_by_reason` count the steps that are carried out later than due, and those that are not
    carried out within 400 days; `missing_value` counts steps whose text needs a field that the
    contact does not have, which ends the enrollment. `contacts` are the first 100 contacts,
    `not_found` the ids of contacts that do not exist. `findings` are lint findings about templates
    that take too much work to render: their text is not sent.
    """

    sequence_id: str
    object: Literal["sequence_plan"] = "sequence_plan"
    at: str
    contact_count: int
    more: bool
    finishes_at: str | None
    days: list[DayPlan]
    late_by_reason: dict[str, int]
    left_out_by_reason: dict[str, int]
    contacts: list[ContactPlan]
    not_found: list[str]
    findings: list[LintFinding]
