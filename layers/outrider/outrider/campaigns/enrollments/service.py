"""Operations of a person on one enrollment: get, pause, resume, stop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.dispatch.rounds import RoundService
from outrider.campaigns.enrollments import ids
from outrider.campaigns.enrollments.endings import Endings
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.enrollments.schemas import EnrollmentView, ResumeRequest
from outrider.campaigns.errors import EnrollmentNotFound, WrongState
from outrider.campaigns.models import QUEUED, UNKNOWN_OUTCOME, Campaign, Enrollment, Said
from outrider.campaigns.repository import CampaignRepository
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, try_transact
from outrider.kit.errors import Contended, PreconditionFailed, ValidationFailed
from outrider.kit.outbox import Event

BY_PERSON = "by_person"
_SAY = "It is not known whether its message was sent: say sent or not_sent"
_RETRY = "retry it with POST /v1/campaigns/{id}/retry"
_ENROLL_ANEW = "enroll its contact anew with POST /v1/campaigns/{id}/trigger and re_enroll"

Settle = Callable[[Enrollment, Campaign, Said], tuple[Enrollment, Sequence[Action]]]
"""Function that settles a message of unknown outcome. Returns the enrollment as it continues, and
the writes."""


@dataclass(frozen=True, slots=True)
class EnrollmentService:
    """Enrollments of one workspace, as the API shows and changes them."""

    caller: Caller
    campaigns: CampaignRepository
    enrollments: Callable[[str], EnrollmentRepository]
    endings: Endings
    settle: Settle
    rounds: Callable[[str], RoundService]

    def get(self, enrollment_id: str) -> EnrollmentView:
        """Return the enrollment.

        Raises: EnrollmentNotFound.
        """
        return EnrollmentView.of(self.stored(enrollment_id))

    def stored(self, enrollment_id: str) -> Enrollment:
        """Return the enrollment as it is stored.

        Raises: EnrollmentNotFound.
        """
        parts = ids.parts(enrollment_id)
        found = self.enrollments(parts[0]).get(parts[1]) if parts else None
        if found is None:
            raise EnrollmentNotFound
        return found

    def pause(self, enrollment_id: str) -> EnrollmentView:
        """Pause the enrollment: nothing is sent until it is resumed. Idempotent.

        Raises: EnrollmentNotFound, WrongState, Contended while a message is being sent.
        """
        for _ in attempts():
            before = self.stored(enrollment_id)
            if before.state == "paused":
                return EnrollmentView.of(before)
            if before.state == "waiting":
                raise WrongState("paused", before.state, "complete its task, or stop it")
            _require(before, before.state == "active", "paused")
            after = before.changed(state="paused", blocked_reason=BY_PERSON)
            events = [self._event("paused", after, reason=BY_PERSON)]
            change = self._repository(before).pause_action(before, BY_PERSON, events)
            actions = [change, self._move_action(before, active=-1, paused=1)]
            if shown := self._done(after, actions):
                return shown
        raise _contended()

    def resume(
        self, enrollment_id: str, request: ResumeRequest, if_match: int | None = None
    ) -> EnrollmentView:
        """Resume a paused enrollment at its next step. Idempotent.

        If it was paused because the outcome of a message is unknown, `request.unknown` is whether
        it was sent: then it continues after that step, otherwise the step is sent again.

        Raises: EnrollmentNotFound; PreconditionFailed if it is not at version `if_match`;
        WrongState, CampaignNotFound, ValidationFailed without `request.unknown` where it is needed,
        Contended.
        """
        for _ in attempts():
            before = self.stored(enrollment_id)
            PreconditionFailed.check(if_match, before.version)
            if before.is_open:
                return EnrollmentView.of(before)
            _require(before, before.state == "paused", "resumed")
            campaign = self.campaigns.require(before.campaign_id)
            if before.blocked_reason == UNKNOWN_OUTCOME:
                if request.unknown is None:
                    raise ValidationFailed.at("/unknown", _SAY)
                after, actions = self.settle(before, campaign, request.unknown)
            else:
                after, actions = self._resumed(before, campaign)
            if shown := self._done(after, actions):
                comes = after.is_open and after.blocked_reason != QUEUED
                if comes and campaign.status == "active":
                    self.rounds(campaign.id).hand_over(campaign, after)
                return shown
        raise _contended()

    def stop(self, enrollment_id: str) -> EnrollmentView:
        """End the enrollment for good. Idempotent.

        Raises: EnrollmentNotFound, Contended while a message is being sent.
        """
        for _ in attempts():
            before = self.stored(enrollment_id)
            if before.is_over:
                return EnrollmentView.of(before)
            _require(before, before.state != "sending", "stopped")
            after = before.changed(
                state="stopped",
                exit_reason=BY_PERSON,
                blocked_reason=None,
                due_at=None,
                sending=None,
            )
            if shown := self._done(after, self.endings.end_actions(before, "stopped", BY_PERSON)):
                return shown
        raise _contended()

    def _resumed(
        self, before: Enrollment, campaign: Campaign
    ) -> tuple[Enrollment, Sequence[Action]]:
        """Return the resumed enrollment and the writes. A step that is still in the queue is sent
        at its slot."""
        if before.in_queue(clock.now()):
            after = before.changed(state="active", blocked_reason=QUEUED)
        else:
            due = max(before.due_at or "", clock.timestamp())
            after = before.changed(state="active", blocked_reason=None, due_at=due)
        events = [self._event("resumed", after)]
        change = self._repository(before).resume_action(before, after, campaign.due_shards, events)
        return after, [change, self._move_action(before, active=1, paused=-1)]

    def _repository(self, enrollment: Enrollment) -> EnrollmentRepository:
        return self.enrollments(enrollment.campaign_id)

    def _move_action(self, enrollment: Enrollment, **changes: int) -> Action:
        return self.campaigns.counters(enrollment.campaign_id).add_action(**changes)

    def _event(self, what: str, after: Enrollment, **data: str) -> Event:
        identity = f"{after.id}/{after.version}"
        return self.caller.event(f"enrollment.{what}", identity=identity, **data, **after.names())

    def _done(self, after: Enrollment, actions: Sequence[Action]) -> EnrollmentView | None:
        """Run the transaction and return the response, or None if a condition check failed."""
        shown = EnrollmentView.of(after)
        return shown if try_transact(*actions, *self.caller.keep_actions(shown)) else None


def _require(enrollment: Enrollment, allowed: bool, done: str) -> None:
    if enrollment.state == "sending":
        raise Contended("A message of this enrollment is being sent")
    if not allowed:
        remedy = _RETRY if enrollment.state == "failed" else _ENROLL_ANEW
        raise WrongState(done, enrollment.state, remedy)


def _contended() -> Contended:
    return Contended("Another request changed this enrollment")
