"""What the API takes and gives about campaigns."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from outrider.campaigns.models import Audience, CampaignStatus
from outrider.kit.requests import Input
from outrider.sequences.schemas import SequenceView

MAX_CONTACTS = 1_000


class LaunchRequest(Input):
    """Whom to reach. Without contacts the campaign starts empty."""

    contact_ids: Annotated[list[str], Field(max_length=MAX_CONTACTS)] = Field(default_factory=list)


SkipReason = Literal["duplicate", "not_found"]


class EnrollResult(BaseModel):
    """What became of one contact; `reason` says why it was skipped."""

    contact_id: str
    result: Literal["added", "skipped"]
    reason: SkipReason | None = None


class LaunchAudience(BaseModel):
    total: int
    added: int
    skipped: int


class SequenceLaunched(SequenceView):
    """`results` has one entry for each contact asked for, in that order."""

    audience: LaunchAudience
    results: list[EnrollResult]


class CampaignStatusView(BaseModel):
    campaign_id: str
    name: str
    status: CampaignStatus
    sequence_id: str
    audience: Audience
    sent: int
    skipped: int
