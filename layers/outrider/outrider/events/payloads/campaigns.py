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
    """The sequence that it carries out."""


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
    """How many contacts were enrolled at once."""
    by_filter: bool
    """Further ones, that its filter lets through, are being enrolled."""


class CampaignAudienceAddedData(_AboutCampaign):
    """Contacts were added to a campaign that was launched before."""

    event: ClassVar[EventName] = "campaign.audience_added"

    audience_id: AudienceId
    """Under which the status of the campaign tells of it, if it is of a filter."""
    enrolled: Annotated[Count, Field(examples=[212])]
    """How many contacts were enrolled at once."""
    by_filter: bool
    """Those that its filter lets through are being enrolled."""


class CampaignPausedData(_AboutCampaign):
    """A campaign was paused: everybody stays where they are."""

    event: ClassVar[EventName] = "campaign.paused"

    reason: PauseReason
    """By a person, or because too many mails bounced or were complained about."""


class CampaignResumedData(_AboutCampaign):
    """A campaign goes on."""

    event: ClassVar[EventName] = "campaign.resumed"

    reason: Literal["retried"] | NotAlways = None
    """`retried`: it was completed, and what failed in it is retried."""


class CampaignCompletedData(_AboutCampaign):
    """Nobody in a campaign has a step left."""

    event: ClassVar[EventName] = "campaign.completed"


class CampaignGuardrailTrippedData(_AboutCampaign):
    """Too many mails of the last hours bounced or were complained about: sending stops by itself,
    for the campaign or for one mailbox."""

    event: ClassVar[EventName] = "campaign.guardrail_tripped"

    paused: Literal["campaign", "mailbox"]
    mailbox_id: MailboxId | NotAlways = None
    """Given when a mailbox is paused."""
    tripped_by: Literal["bounces", "complaints"]
    sent: Annotated[Count, Field(examples=[400])]
    bounced: Annotated[Count, Field(examples=[21])]
    complained: Annotated[Count, Field(examples=[0])]
    hours: Annotated[Count, Field(examples=[24])]
    """Of how many hours these are the counts."""
