"""Pausing and resuming of campaigns.

While a campaign is paused, its clock is stopped and its enrollments keep their due times. Steps in
the queue are released by their workers, which give back the reserved units, and are due at once.
When the campaign is resumed, a new run of the clock starts and finds the backlog.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from outrider.access.models import Caller
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.errors import WrongStatus
from outrider.campaigns.models import Campaign
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import Backlog, CampaignResumed, CampaignView, SequenceResumed
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, try_transact
from outrider.kit.errors import Contended, PreconditionFailed
from outrider.kit.outbox import Event
from outrider.sequences.errors import SequenceNotLaunched
from outrider.sequences.schemas import SequenceSummary
from outrider.sequences.service import SequenceService

MAX_COUNTED = 1_000
BY_PERSON = "person"
_NOTHING = Backlog(overdue=0, more=False, oldest_due_at=None)


@dataclass(frozen=True, slots=True)
class ControlService:
    """Pausing and resuming of the campaigns and sequences of one workspace."""

    caller: Caller
    campaigns: CampaignRepository
    sequences: SequenceService
    enrollments: Callable[[str], EnrollmentRepository]

    def pause(
        self, campaign_id: str, reason: str = BY_PERSON, events: Sequence[Event] = ()
    ) -> CampaignView:
        """Pause the campaign. Idempotent. `events` are recorded before the event `campaign.paused`.

        Raises: CampaignNotFound, WrongStatus, Contended.
        """
        for _ in attempts():
            campaign = self.campaigns.require(campaign_id)
            if campaign.status == "paused":
                return CampaignView.of(campaign)
            after = self._paused(campaign, reason)
            view = CampaignView.of(after)
            if try_transact(
                *self._pause_actions(campaign, after, events), *self.caller.keep_actions(view)
            ):
                return view
        raise Contended("Another request changed this campaign")

    def resume(self, campaign_id: str, if_match: int | None = None) -> CampaignResumed:
        """Resume the campaign. Idempotent.

        Raises: CampaignNotFound; PreconditionFailed if it is not at version `if_match`;
        WrongStatus, Contended.
        """
        for _ in attempts():
            campaign = self.campaigns.require(campaign_id)
            PreconditionFailed.check(if_match, campaign.version)
            if campaign.status == "active":
                return CampaignResumed(**CampaignView.of(campaign).model_dump(), backlog=_NOTHING)
            after, backlog = self._resumed(campaign), self._backlog(campaign)
            view = CampaignResumed(**CampaignView.of(after).model_dump(), backlog=backlog)
            if try_transact(
                *self._resume_actions(campaign, after), *self.caller.keep_actions(view)
            ):
                return view
        raise Contended("Another request changed this campaign")

    def pause_actions(self, campaign: Campaign, reason: str) -> list[Action]:
        """Return the writes that pause the campaign as it was read. Raises WrongStatus."""
        return self._pause_actions(campaign, self._paused(campaign, reason))

    def resume_actions(self, campaign: Campaign) -> list[Action]:
        """Return the writes that resume the campaign as it was read. Raises WrongStatus."""
        return self._resume_actions(campaign, self._resumed(campaign))

    def pause_sequence(self, sequence_id: str) -> SequenceSummary:
        """Pause the campaign that the sequence leads, and the sequence with it. Idempotent.

        Raises: SequenceNotFound, SequenceNotLaunched, WrongStatus, Contended.
        """
        for _ in attempts():
            sequence = self.sequences.get(sequence_id)
            if sequence.status == "paused":
                return SequenceSummary.of(sequence)
            campaign = self._led_by(sequence.campaign_id)
            after = self._paused(campaign, BY_PERSON)
            view = SequenceSummary.of(sequence.turned("paused"))
            if try_transact(*self._pause_actions(campaign, after), *self.caller.keep_actions(view)):
                return view
        raise Contended("Another request changed this sequence")

    def resume_sequence(self, sequence_id: str, if_match: int | None = None) -> SequenceResumed:
        """Resume the campaign that the sequence leads, and the sequence with it. Idempotent.

        Raises: SequenceNotFound; PreconditionFailed if it is not at version `if_match`;
        SequenceNotLaunched, WrongStatus, Contended.
        """
        for _ in attempts():
            sequence = self.sequences.get(sequence_id)
            PreconditionFailed.check(if_match, sequence.version)
            if sequence.status == "active":
                return SequenceResumed(
                    **SequenceSummary.of(sequence).model_dump(), backlog=_NOTHING
                )
            campaign = self._led_by(sequence.campaign_id)
            after, backlog = self._resumed(campaign), self._backlog(campaign)
            turned = sequence.turned("active")
            view = SequenceResumed(**SequenceSummary.of(turned).model_dump(), backlog=backlog)
            if try_transact(
                *self._resume_actions(campaign, after), *self.caller.keep_actions(view)
            ):
                return view
        raise Contended("Another request changed this sequence")

    def _led_by(self, campaign_id: str | None) -> Campaign:
        campaign = self.campaigns.get(campaign_id) if campaign_id else None
        if campaign is None or campaign.status == "draft":
            raise SequenceNotLaunched
        return campaign

    def _paused(self, campaign: Campaign, reason: str) -> Campaign:
        if campaign.status != "active":
            raise WrongStatus("paused", campaign.status)
        return campaign.changed(status="paused", paused_reason=reason)

    def _resumed(self, campaign: Campaign) -> Campaign:
        if campaign.status != "paused":
            raise WrongStatus("resumed", campaign.status)
        return campaign.changed(status="active", paused_reason=None, run=campaign.run + 1)

    def _pause_actions(
        self, campaign: Campaign, after: Campaign, events: Sequence[Event] = ()
    ) -> list[Action]:
        reason = after.paused_reason or BY_PERSON
        paused = self.caller.event("campaign.paused", reason=reason, **campaign.names())
        actions = [self.campaigns.change_action(campaign, after, [*events, paused])]
        if campaign.leads_sequence:
            actions.append(self.sequences.pause_action(campaign.sequence_id, campaign.id, reason))
        return actions

    def _resume_actions(self, campaign: Campaign, after: Campaign) -> list[Action]:
        resumed = self.caller.event("campaign.resumed", **campaign.names())
        actions = [self.campaigns.change_action(campaign, after, [resumed])]
        if campaign.leads_sequence:
            actions.append(self.sequences.resume_action(campaign.sequence_id, campaign.id))
        return actions

    def _backlog(self, campaign: Campaign) -> Backlog:
        overdue = self.enrollments(campaign.id).overdue(campaign, clock.now())
        due = list(islice(overdue, MAX_COUNTED))
        return Backlog(
            overdue=len(due),
            more=len(due) == MAX_COUNTED,
            oldest_due_at=due[0] if due else None,
        )
