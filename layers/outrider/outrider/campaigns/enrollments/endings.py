"""Ends of enrollments. They all go through this module, because each must be counted and recorded
as an event."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.enrollments.by_contact import ContactEnrollments
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.models import EndState, Enrollment
from outrider.campaigns.statistics.models import audience_group
from outrider.kit.aws.dynamodb import Action, TransactionFailed, transact
from outrider.kit.counters import Counters
from outrider.kit.outbox import Event, short


@dataclass(frozen=True, slots=True)
class Endings:
    """Ends of enrollments of one workspace. An enrollment with a message in flight is left
    unchanged: its worker, or the next round in which its step is due, finds out why it has to end.
    """

    caller: Caller
    enrollments: Callable[[str], EnrollmentRepository]
    of_contact: ContactEnrollments
    counters: Callable[[str], Counters]
    cancel_task_action: Callable[[str, str, Sequence[Event]], Action]
    """Function that returns the update that cancels a contact's task. It is passed in because tasks
    belong to `messages`."""

    def end_actions(
        self,
        enrollment: Enrollment,
        state: EndState,
        exit_reason: str,
        *,
        outcome: str | None = None,
        claimed: str | None = None,
        noted: Mapping[str, object] | None = None,
    ) -> tuple[Action, ...]:
        """Return the writes that end the enrollment as it was read, and move it in the audience
        counts. A task that waits for a person is cancelled with it.

        `claimed` is the message that the caller has claimed and settles in the same transaction.
        Without it, `noted` are further fields of the enrollment to set.
        """
        events = [self.event(enrollment, state, exit_reason, outcome)]
        repository = self.enrollments(enrollment.campaign_id)
        if claimed:
            end = repository.end_claimed_action(
                enrollment.contact_id, claimed, state, exit_reason, events
            )
        else:
            end = repository.end_action(
                enrollment, state, exit_reason, events, outcome=outcome, noted=noted
            )
        moved = {audience_group(enrollment.state): -1}
        moved[audience_group(state)] = moved.get(audience_group(state), 0) + 1
        counted = self.counters(enrollment.campaign_id).add_action(**moved)
        if claimed or enrollment.state != "waiting" or not enrollment.sending:
            return end, counted
        return end, counted, self._cancel_action(enrollment, enrollment.sending)

    def end_all(self, contact_id: str, state: EndState, exit_reason: str) -> None:
        """End all open or paused enrollments of the contact. One that changes at the same moment is
        skipped: it ends when its next step is due, by the gates."""
        for enrollment in self.of_contact.all(contact_id):
            if enrollment.is_over or enrollment.state == "sending":
                continue
            with suppress(TransactionFailed):
                transact(*self.end_actions(enrollment, state, exit_reason))

    def _cancel_action(self, enrollment: Enrollment, task_id: str) -> Action:
        names = {**enrollment.names(), "message_id": task_id}
        cancelled = self.caller.event("task.cancelled", identity=task_id, **names)
        return self.cancel_task_action(enrollment.contact_id, task_id, [cancelled])

    def event(
        self, enrollment: Enrollment, state: EndState, exit_reason: str, outcome: str | None = None
    ) -> Event:
        """Return the event of the enrollment's end. The same end has the same event id."""
        name = "enrollment.failed" if state == "failed" else "enrollment.finished"
        return self.caller.event(
            name,
            identity=f"{enrollment.id}/{enrollment.generation}",
            status=state,
            reason=short(exit_reason),
            **({"outcome": outcome} if outcome else {}),
            **enrollment.names(),
        )
