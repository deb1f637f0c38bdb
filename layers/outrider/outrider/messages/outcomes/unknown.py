"""Writes that settle a message of unknown outcome and resume the enrollment that was paused for
it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from outrider.campaigns.dispatch import windows
from outrider.campaigns.enrollments import branching
from outrider.campaigns.models import UNKNOWN_OUTCOME, Campaign, Enrollment, Said, StepJob
from outrider.campaigns.repository import CampaignRepository
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action
from outrider.kit.errors import Conflict
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository
from outrider.messages.sending.outcome import OutcomeRecorder, continued
from outrider.sequences.repository import SequenceRepository


@dataclass(frozen=True, slots=True)
class Unknowns:
    messages: MessageRepository
    campaigns: CampaignRepository
    sequences: SequenceRepository
    progress: Callable[[str], OutcomeRecorder]

    def settle_actions(
        self,
        message: Message,
        outcome: Said,
        provider_id: str = "",
        rfc_message_id: str = "",
        call: str = "",
    ) -> list[Action]:
        """Return the writes that settle the message. If its enrollment is paused for it, they also
        resume the enrollment: at the next step if the message was sent, at the same step if it was
        not. A condition fails if the message is already settled or the enrollment has changed.
        `call` is stored with the message (`MessageRepository.settled_in`)."""
        progress = self.progress(message.campaign_id)
        enrollment = progress.enrollments.get(message.contact_id)
        campaign = self.campaigns.get(message.campaign_id)
        writes = _record_actions(
            progress,
            message,
            outcome,
            provider_id=provider_id,
            rfc_message_id=rfc_message_id,
            call=call,
        )
        if enrollment and campaign and self._waits(enrollment, message):
            writes += self._continue(enrollment, campaign, message, outcome, rfc_message_id)[1]
        return writes

    def resume(
        self, enrollment: Enrollment, campaign: Campaign, outcome: Said
    ) -> tuple[Enrollment, Sequence[Action]]:
        """Return the enrollment as it continues after the message that it waits for is settled, and
        the writes. Raises Conflict if there is no message of unknown outcome."""
        message_id = StepJob.of(self.messages.workspace, enrollment).message_id
        message = self.messages.get(enrollment.contact_id, message_id)
        if message is None or message.state != "unknown":
            raise Conflict("The message of this step was just settled; try again")
        after, resuming = self._continue(enrollment, campaign, message, outcome)
        return after, [
            *_record_actions(self.progress(message.campaign_id), message, outcome),
            *resuming,
        ]

    def _waits(self, enrollment: Enrollment, message: Message) -> bool:
        return (
            enrollment.state == "paused"
            and enrollment.blocked_reason == UNKNOWN_OUTCOME
            and StepJob.of(self.messages.workspace, enrollment).message_id == message.id
        )

    def _continue(
        self,
        enrollment: Enrollment,
        campaign: Campaign,
        message: Message,
        outcome: Said,
        rfc_message_id: str = "",
    ) -> tuple[Enrollment, Sequence[Action]]:
        """Return the resumed enrollment and its writes. Repeating the step starts a new generation,
        so it gets a new message id."""
        progress, now = self.progress(message.campaign_id), clock.now()
        if outcome == "not_sent":
            again = {"generation": enrollment.generation + 1, "due_at": clock.to_text(now)}
            return _resumed(progress, enrollment, campaign, again)
        steps = self.sequences.steps_of(enrollment.sequence_id, enrollment.steps_version)
        following = branching.step_after(steps or [], message.step_id)
        if following is None:
            after = enrollment.changed(
                state="finished", exit_reason="completed", blocked_reason=None, due_at=None
            )
            return after, progress.endings.end_actions(enrollment, "finished", "completed")
        due = windows.due_after(now, following, campaign.settings, enrollment.timezone)
        thread = continued(enrollment.thread, message, rfc_message_id) or enrollment.thread
        next_step = {"step_id": following.id, "due_at": clock.to_text(due), "thread": thread}
        return _resumed(progress, enrollment, campaign, next_step)


def _record_actions(
    progress: OutcomeRecorder,
    message: Message,
    outcome: Said,
    *,
    provider_id: str = "",
    rfc_message_id: str = "",
    call: str = "",
) -> list[Action]:
    what = "sent" if outcome == "sent" else "failed"
    events = [progress.event(message, what)]
    record = (
        progress.messages.found_action(message, provider_id, rfc_message_id, events, call)
        if outcome == "sent"
        else progress.messages.found_not_sent_action(message, events, call)
    )
    return [record] if outcome == "sent" else [record, progress.count_action(message, what)]


def _resumed(
    progress: OutcomeRecorder, before: Enrollment, campaign: Campaign, changes: Mapping[str, object]
) -> tuple[Enrollment, Sequence[Action]]:
    after = before.changed(state="active", blocked_reason=None, **changes)
    event = progress.caller.event(
        "enrollment.resumed", identity=f"{after.id}/{after.version}", **after.names()
    )
    return after, [
        progress.enrollments.resume_action(before, after, campaign.due_shards, [event]),
        progress.counters.add_action(active=1, paused=-1),
    ]
