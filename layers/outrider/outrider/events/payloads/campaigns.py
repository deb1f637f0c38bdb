"""Events about campaigns."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import (
    AudienceId,
    CampaignId,
    Count,
    MailboxId,
    NotAlways,
    Payload,
    SequenceId,
)
from outrider.events.payloads.sequences import PauseReason


class _AboutCampaign(Payload):
    campaign_id: CampaignId
    sequence_id: SequenceId
    """The sequence that the campaign runs."""


class CampaignCreatedData(_AboutCampaign):
    """A campaign was created as a draft, by a request or by launching a sequence."""

    event: ClassVar[EventName] = "campaign.created"


class CampaignUpdatedData(_AboutCampaign):
    """The name, the settings, the mailbox pool or the steps of a campaign were changed."""

    event: ClassVar[EventName] = "campaign.updated"


class CampaignLaunchedData(_AboutCampaign):
    """A campaign was launched."""

    event: ClassVar[EventName] = "campaign.launched"

    enrolled: Annotated[Count, Field(examples=[212])]
    """Number of contacts enrolled immediately."""
    by_filter: bool
    """Whether more contacts, which match the campaign's filter, are still being enrolled."""


class CampaignAudienceAddedData(_AboutCampaign):
    """Contacts were added to a campaign after its launch."""

    event: ClassVar[EventName] = "campaign.audience_added"

    audience_id: AudienceId
    """Id under which `GET /v1/campaigns/{campaign_id}` shows the audience if it is added by
    filter."""
    enrolled: Annotated[Count, Field(examples=[212])]
    """Number of contacts enrolled immediately."""
    by_filter: bool
    """Whether contacts that match a filter are still being enrolled."""


class CampaignPausedData(_AboutCampaign):
    """A campaign was paused; its enrollments keep their place."""

    event: ClassVar[EventName] = "campaign.paused"

    reason: PauseReason
    """`person`: paused through the API. `guardrail`: too many bounces or complaints."""


class CampaignResumedData(_AboutCampaign):
    """A campaign was resumed."""

    event: ClassVar[EventName] = "campaign.resumed"

    reason: Literal["retried"] | NotAlways = None
    """`retried`: the campaign was completed, and its failed enrollments are retried."""


class CampaignCompletedData(_AboutCampaign):
    """A campaign was completed: no enrollment has a step left."""

    event: ClassVar[EventName] = "campaign.completed"


class CampaignGuardrailTrippedData(_AboutCampaign):
    """Too many emails of the last hours bounced or caused complaints, so sending was paused
    automatically, for the campaign or for one mailbox."""

    event: ClassVar[EventName] = "campaign.guardrail_tripped"

    paused: Literal["campaign", "mailbox"]
    mailbox_id: MailboxId | NotAlways = None
    """Present if a mailbox is paused."""
    tripped_by: Literal["bounces", "complaints"]
    sent: Annotated[Count, Field(examples=[400])]
    bounced: Annotated[Count, Field(examples=[21])]
    complained: Annotated[Count, Field(examples=[0])]
    hours: Annotated[Count, Field(examples=[24])]
    """Length of the period of these counts, in hours."""
