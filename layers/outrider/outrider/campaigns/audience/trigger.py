"""Trigger: enrolls one contact in an active campaign, and creates the contact if it does not
exist."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.audience.enroller import Enroller
from outrider.campaigns.dispatch.executions import Promise, RunService
from outrider.campaigns.dispatch.rounds import RoundService
from outrider.campaigns.enrollments import ids
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.errors import CampaignNotActive
from outrider.campaigns.models import Campaign, Enrollment, audience_group
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import SkipReason, TriggerRequest, TriggerResult
from outrider.contacts.models import Contact
from outrider.contacts.service import ContactService
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import TransactionFailed, transact
from outrider.kit.errors import Contended
from outrider.sequences.models import Step
from outrider.sequences.service import SequenceService, require_sendable

_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class TriggerService:
    """Triggers of the campaigns of one workspace. `enroller` makes the enroller for a campaign and
    its first step."""

    caller: Caller
    campaigns: CampaignRepository
    sequences: SequenceService
    contacts: ContactService
    enrollments: Callable[[str], EnrollmentRepository]
    enroller: Callable[[Campaign, Step], Enroller]
    rounds: Callable[[str], RoundService]
    runs: RunService

    def trigger(self, campaign_id: str, request: TriggerRequest) -> TriggerResult:
        """Enroll one contact and send its first step at once if it is due. A contact that must not
        be emailed is not enrolled, and the result has the reason.

        Raises: CampaignNotFound; CampaignNotActive; ContactNotFound; ValidationFailed if lint finds
        errors in the steps; Contended.
        """
        self.caller.begin()
        campaign = self._active(campaign_id)
        steps = self.sequences.steps_of(campaign.sequence_id, campaign.steps_version)
        require_sendable(steps, campaign.settings)
        contact = self.contacts.find_or_create(request)
        for _ in attempts(_ATTEMPTS):
            try:
                result, begun = self._enroll(campaign, steps[0], contact, again=request.re_enroll)
            except TransactionFailed:
                campaign = self._active(campaign_id)
                contact = self.contacts.get(contact.id)
                continue
            if begun:
                self._hand_over(campaign, *begun)
            return result
        raise Contended("Another request changed this contact or campaign")

    def _hand_over(self, campaign: Campaign, enrolled: Enrollment, promise: Promise) -> None:
        """Queue the first step at once if there is a slot; otherwise the clock does later."""
        self.runs.keep(campaign, promise)
        at = self.rounds(campaign.id).hand_over(campaign, enrolled)
        if at < promise.at:
            self.runs.wake(campaign.id, at)

    def _active(self, campaign_id: str) -> Campaign:
        campaign = self.campaigns.require(campaign_id)
        if campaign.status != "active":
            raise CampaignNotActive(campaign.status)
        return campaign

    def _enroll(
        self, campaign: Campaign, first: Step, contact: Contact, *, again: bool
    ) -> tuple[TriggerResult, tuple[Enrollment, Promise] | None]:
        """Enroll the contact, unless it is screened out. Return the result, and the enrollment with
        its promise if there is one.

        Raises: TransactionFailed if something changed since it was read.
        """
        enrollments = self.enrollments(campaign.id)
        before = enrollments.get(contact.id)
        if before is not None and not (before.is_over and again):
            return _left_out(campaign, contact, "already_in_sequence"), None
        enroller = self.enroller(campaign, first)
        reason = enroller.screening.refused([contact]).get(contact.id)
        if reason and not (before and reason == "recently_contacted"):  # maybe by this campaign
            return _left_out(campaign, contact, reason), None
        new = enroller.new(contact, before)
        promise = self.runs.promise(campaign, clock.from_text(new.enrollment.due_at or ""))
        result = TriggerResult(
            triggered=True,
            campaign_id=campaign.id,
            contact_id=contact.id,
            enrollment_id=new.enrollment.id,
            due_at=new.enrollment.due_at,
        )
        transact(
            enrollments.add_again_action(new, campaign.due_shards, before)
            if before
            else enrollments.add_action(new, campaign.due_shards),
            enroller.counters.add_action(**_counted(before)),
            promise.action,
            self.contacts.check_exists_action(contact.id),
            *self.caller.keep_actions(result),
        )
        return result, (new.enrollment, promise)


def _counted(before: Enrollment | None) -> dict[str, int]:
    if before is None:
        return {"total": 1, "active": 1}
    return {audience_group(before.state): -1, "active": 1}


def _left_out(campaign: Campaign, contact: Contact, reason: SkipReason) -> TriggerResult:
    known = reason == "already_in_sequence"
    return TriggerResult(
        triggered=False,
        reason=reason,
        campaign_id=campaign.id,
        contact_id=contact.id,
        enrollment_id=ids.of(campaign.id, contact.id) if known else None,
    )
