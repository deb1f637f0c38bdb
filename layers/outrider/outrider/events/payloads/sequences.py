"""Events about sequences and the campaigns created by their launch."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import CampaignId, Count, Payload, SequenceId

PauseReason = Literal["person", "guardrail", "workflow", "workflow_deleted", "restored"]


class SequenceCreatedData(Payload):
    """A sequence was created as a draft."""

    event: ClassVar[EventName] = "sequence.created"

    sequence_id: SequenceId
    name: Annotated[str, Field(examples=["Q2 Heads of Sales"])]


class _AboutBoth(Payload):
    sequence_id: SequenceId
    campaign_id: CampaignId
    """The campaign created by the launch of the sequence."""


class SequenceLaunchedData(_AboutBoth):
    """A sequence was launched."""

    event: ClassVar[EventName] = "sequence.launched"

    enrolled: Annotated[Count, Field(examples=[212])]
    """Number of contacts enrolled immediately."""


class SequencePausedData(_AboutBoth):
    """A sequence and its campaign were paused."""

    event: ClassVar[EventName] = "sequence.paused"

    reason: PauseReason


class SequenceResumedData(_AboutBoth):
    """A sequence and its campaign were resumed."""

    event: ClassVar[EventName] = "sequence.resumed"


class SequenceFinishedData(_AboutBoth):
    """The campaign of a sequence was completed or deleted."""

    event: ClassVar[EventName] = "sequence.finished"
