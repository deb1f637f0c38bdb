"""Trigger: enrolls one contact in an active campaign, and creates the contact if it does not
exist."""

from dataclasses import dataclass
from functools import partial

from outrider.access.models import Caller
from outrider.campaigns.audience.enrolling import EnrollingService
from outrider.campaigns.enrollments import ids
from outrider.campaigns.errors import CampaignNotActive
from outrider.campaigns.models import Campaign, Enrollment
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import SkipReason, TriggerRequest, TriggerResult
from outrider.contacts.models import Contact
from outrider.contacts.service import ContactService
from outrider.kit.aws.dynamodb import Action
from outrider.kit.errors import PreconditionFailed


@dataclass(frozen=True, slots=True)
class TriggerService:
    """Triggers of the campaigns of one workspace."""

    caller: Caller
    campaigns: CampaignRepository
    contacts: ContactService
    enrolling: EnrollingService

    def trigger(
        self, campaign_id: str, request: TriggerRequest, if_match: int | None = None
    ) -> TriggerResult:
        """Enroll one contact and send its first step at once if it is due. A contact that must not
        be emailed is not enrolled, and the result has the reason.

        Raises: CampaignNotFound; PreconditionFailed if the campaign is not at version `if_match`;
        CampaignNotActive; ContactNotFound; ValidationFailed if lint finds errors in the steps;
        Contended.
        """
        self.caller.begin()
        active = partial(self._active, if_match=if_match)
        campaign = active(campaign_id)
        first = self.enrolling.first_step(campaign)
        contact = self.contacts.find_or_create(request)
        outcome = self.enrolling.enroll(
            campaign,
            first,
            contact,
            self._keep_actions,
            current=active,
            re_enroll=request.re_enroll,
        )
        if outcome.skipped:
            return _left_out(campaign, contact, outcome.skipped)
        assert outcome.enrollment is not None
        return _enrolled(outcome.enrollment)

    def _keep_actions(self, enrolled: Enrollment) -> list[Action]:
        return self.caller.keep_actions(_enrolled(enrolled))

    def _active(self, campaign_id: str, if_match: int | None) -> Campaign:
        campaign = self.campaigns.require(campaign_id)
        PreconditionFailed.check(if_match, campaign.version)
        if campaign.status != "active":
            raise CampaignNotActive(campaign.status)
        return campaign


def _enrolled(enrollment: Enrollment) -> TriggerResult:
    return TriggerResult(
        triggered=True,
        campaign_id=enrollment.campaign_id,
        contact_id=enrollment.contact_id,
        enrollment_id=enrollment.id,
        due_at=enrollment.due_at,
    )


def _left_out(campaign: Campaign, contact: Contact, reason: SkipReason) -> TriggerResult:
    known = reason == "already_in_sequence"
    return TriggerResult(
        triggered=False,
        reason=reason,
        campaign_id=campaign.id,
        contact_id=contact.id,
        enrollment_id=ids.of(campaign.id, contact.id) if known else None,
    )
