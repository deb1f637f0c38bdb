"""What is done with sequences. Launching one is `campaigns.launch`."""

from collections.abc import Sequence as Many
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock, ids
from outrider.kit.dynamo import Action
from outrider.kit.outbox import Event
from outrider.sequences.errors import SequenceNotFound
from outrider.sequences.models import Sequence, Step, Variant
from outrider.sequences.repository import SequenceRepository
from outrider.sequences.schemas import SequenceCreate, SequenceView, StepCreate


@dataclass(frozen=True, slots=True)
class SequenceService:
    caller: Caller
    sequences: SequenceRepository

    def create(self, new: SequenceCreate) -> SequenceView:
        now = clock.timestamp()
        sequence = Sequence(
            id=ids.new("seq"),
            name=new.name,
            mailbox_pool=new.mailbox_pool,
            step_count=len(new.steps),
            created_at=now,
            updated_at=now,
        )
        steps = [_step(step, first=place == 0) for place, step in enumerate(new.steps)]
        created = self.caller.event("sequence.created", sequence_id=sequence.id, name=new.name)
        view = SequenceView.of(sequence)
        self.sequences.add(sequence, steps, [created], self.caller.keep(view))
        return view

    def get(self, sequence_id: str) -> Sequence:
        """Raises SequenceNotFound."""
        sequence = self.sequences.get(sequence_id) if ids.is_id("seq", sequence_id) else None
        if sequence is None:
            raise SequenceNotFound
        return sequence

    def steps(self, sequence: Sequence) -> list[Step]:
        return self.sequences.steps(sequence)

    def begin_launch(self, draft: Sequence, launching: Sequence) -> Action:
        return self.sequences.begin_launch(draft, launching)

    def end_launch(self, launching: Sequence, launched: Sequence, enrolled: int) -> Action:
        event = self.caller.event(
            "sequence.launched",
            sequence_id=launched.id,
            campaign_id=launched.campaign_id,
            enrolled=enrolled,
        )
        return self.sequences.end_launch(launching, launched, [event])

    def paused(self, sequence_id: str, campaign_id: str, reason: str) -> Action:
        """With the campaign that its launch made, in one transaction."""
        names = {"sequence_id": sequence_id, "campaign_id": campaign_id}
        event = self.caller.event("sequence.paused", reason=reason, **names)
        return self.sequences.turn(sequence_id, campaign_id, "paused", [event])

    def resumed(self, sequence_id: str, campaign_id: str) -> Action:
        """With the campaign that its launch made, in one transaction."""
        names = {"sequence_id": sequence_id, "campaign_id": campaign_id}
        event = self.caller.event("sequence.resumed", **names)
        return self.sequences.turn(sequence_id, campaign_id, "active", [event])

    def finished(self, sequence_id: str, events: Many[Event]) -> Action:
        return self.sequences.finished(sequence_id, events)


def _step(new: StepCreate, *, first: bool) -> Step:
    value, unit = (
        (new.wait_before.value, new.wait_before.unit)
        if new.wait_before
        else (new.wait_days or 0, "days")
    )
    return Step(
        id=ids.new("stp"),
        channel=new.channel,
        wait_value=value,
        wait_unit=unit,
        condition=new.condition or ("always" if first else "no_reply"),
        variants=[Variant(id="a", subject=new.subject, text=new.text, html=new.html)],
    )
