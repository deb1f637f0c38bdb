"""Events about sequences, and the campaigns that their launch made."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import CampaignId, Count, Payload, SequenceId

PauseReason = Literal["person", "guardrail"]


class SequenceCreated(Payload):
    """A sequence was created, as a draft."""

    event: ClassVar[EventName] = "sequence.created"

    sequence_id: SequenceId
    name: Annotated[str, Field(examples=["Q2 Heads of Sales"])]


class _AboutBoth(Payload):
    sequence_id: SequenceId
    campaign_id: CampaignId
    """The campaign that its launch made."""


class SequenceLaunched(_AboutBoth):
    """A sequence was launched."""

    event: ClassVar[EventName] = "sequence.launched"

    enrolled: Annotated[Count, Field(examples=[212])]
    """How many contacts were enrolled at once."""


class SequencePaused(_AboutBoth):
    """A sequence was paused, and its campaign with it."""

    event: ClassVar[EventName] = "sequence.paused"

    reason: PauseReason


class SequenceResumed(_AboutBoth):
    """A sequence goes on, and its campaign with it."""

    event: ClassVar[EventName] = "sequence.resumed"


class SequenceFinished(_AboutBoth):
    """The campaign of a sequence is completed, or was deleted."""

    event: ClassVar[EventName] = "sequence.finished"
