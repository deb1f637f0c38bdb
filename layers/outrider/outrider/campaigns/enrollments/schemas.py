"""What the API takes and gives about enrollments."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, JsonValue

from outrider.campaigns.models import (
    Enrollment,
    EnrollmentState,
    Said,
)
from outrider.kit import ids
from outrider.kit.http.inputs import Input
from outrider.kit.http.pagination import PageQuery
from outrider.sequences.models import ReplyClass


def _id(prefix: str) -> AfterValidator:
    """That a text is an id with this prefix."""

    def check(text: str) -> str:
        if not ids.is_id(prefix, text):
            raise ValueError(
                ids.mistaken(ids.KINDS[prefix], text)
                or f"{text} is not a whole id: {prefix}_ and {ids.LENGTH} characters are expected"
            )
        return text

    return AfterValidator(check)


def _pattern(prefix: str) -> dict[str, JsonValue]:
    return {"pattern": f"^{prefix}_[{ids.ALPHABET}]{{{ids.LENGTH}}}$"}


ContactId = Annotated[str, Field(max_length=64, json_schema_extra=_pattern("con")), _id("con")]

CampaignId = Annotated[str, Field(max_length=64, json_schema_extra=_pattern("cam")), _id("cam")]


class EnrollmentQuery(PageQuery):
    """Where most of what has something to come is in another state, a page may be short, even
    empty, and still have more after it."""

    status: Annotated[EnrollmentState | None, Field(description="Only those that stand so")] = None
    contact_id: Annotated[ContactId | None, Field(description="Only that of a contact")] = None


class ContactEnrollmentQuery(PageQuery):
    contact_id: Annotated[ContactId, Field(description="Those of this contact")]
    campaign_id: Annotated[CampaignId | None, Field(description="Only that in a campaign")] = None
    status: Annotated[EnrollmentState | None, Field(description="Only those that stand so")] = None


class EnrollmentView(BaseModel):
    """One contact's way through one campaign.

    `status` says where it stands, `blocked_reason` why the step to come has to wait, `exit_reason`
    in detail why it ended, `outcome` what the contact answered. `step_id` is the step to come,
    `due_at` when it comes up next, `message_id` the message that is being sent or the task that
    waits. `mailbox_id` sent the first email and sends the others, `previous_at` is when the step
    before was done.
    """

    id: str
    object: Literal["enrollment"] = "enrollment"
    campaign_id: str
    contact_id: str
    sequence_id: str
    steps_version: int
    status: EnrollmentState
    step_id: str | None
    due_at: str | None
    previous_at: str | None
    timezone: str | None
    mailbox_id: str | None
    message_id: str | None
    replied_at: str | None
    reply_class: ReplyClass | None
    opened_at: str | None
    clicked_at: str | None
    attempts: int
    blocked_reason: str | None
    exit_reason: str | None
    outcome: str | None
    created_at: str
    updated_at: str
    version: int

    @classmethod
    def of(cls, enrollment: Enrollment) -> Self:
        told = {
            "status": enrollment.state,
            "message_id": enrollment.sending,
            "due_at": enrollment.comes_at,
        }
        return cls.model_validate({**vars(enrollment), **told})


class ResumeRequest(Input):
    """`unknown` is for an enrollment that is paused because nobody knows whether its message went
    out: with `sent` it goes on behind that step, with `not_sent` the step is carried out again."""

    unknown: Said | None = None
