"""API schemas of enrollments."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, JsonValue

from outrider.campaigns.models import (
    Enrollment,
    EnrollmentState,
    Said,
)
from outrider.kit import ids
from outrider.kit.http.inputs import Input
from outrider.kit.http.pagination import PageQuery
from outrider.kit.models import Model
from outrider.sequences.models import ReplyClass


def _id(prefix: str) -> AfterValidator:
    """Return a validator that accepts only ids with this prefix."""

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
    """Filters of enrollments. If most enrollments with a next step have another status, a page may
    be short or even empty although more follow."""

    status: Annotated[
        EnrollmentState | None, Field(description="Only enrollments with this status")
    ] = None
    contact_id: Annotated[
        ContactId | None, Field(description="Only the enrollment of this contact")
    ] = None


class ContactEnrollmentQuery(PageQuery):
    contact_id: Annotated[ContactId, Field(description="The contact whose enrollments are listed")]
    campaign_id: Annotated[
        CampaignId | None, Field(description="Only the enrollment in this campaign")
    ] = None
    status: Annotated[
        EnrollmentState | None, Field(description="Only enrollments with this status")
    ] = None


class EnrollmentView(Model):
    """Progress of one contact through one campaign.

    `status` is where it stands, `blocked_reason` why the next step has to wait, `exit_reason` in
    detail why it ended, `outcome` how the contact replied. `step_id` is the next step, `due_at`
    when it is due, `message_id` the message that is being sent or the open task. `mailbox_id` is
    the mailbox that sent the first email and sends all others, `previous_at` when the previous
    step was done.
    """

    id: str
    object: Literal["enrollment"] = "enrollment"
    campaign_id: str
    contact_id: str
    lead_id: str | None
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
        shown = {
            "status": enrollment.state,
            "message_id": enrollment.sending,
            "due_at": enrollment.comes_at,
        }
        return cls.model_validate({**vars(enrollment), **shown})


class ResumeRequest(Input):
    """`unknown` is required if the enrollment is paused because it is unknown whether its message
    was sent: with `sent` it continues after that step, with `not_sent` the step is sent again."""

    unknown: Said | None = None
