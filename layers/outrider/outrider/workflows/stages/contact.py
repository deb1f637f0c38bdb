"""The stage `contact`: drafts the first message of a lead for a person to approve, or enrolls the
lead into the campaign of its workflow."""

from dataclasses import dataclass

from outrider.campaigns.audience.enrolling import EnrollingService
from outrider.campaigns.errors import ApprovedStepGone, CampaignNotFound
from outrider.campaigns.models import Enrollment
from outrider.contacts.errors import ContactNotFound
from outrider.kit.aws.dynamodb import Action
from outrider.leads.models import Lead
from outrider.messages.errors import NotDrafted
from outrider.workflows.models import Workflow
from outrider.workflows.reviews.drafts import first_message_of
from outrider.workflows.stages.drafting import LeadDrafting
from outrider.workflows.stages.models import Drafted, Enrolled, Outcome, StageFailed
from outrider.workflows.stages.research import CONTACT_DELETED
from outrider.workflows.stages.worker import ClaimedLead

_CAMPAIGN_GONE = StageFailed("campaign_deleted", "The campaign of the workflow was deleted")


@dataclass(frozen=True, slots=True)
class ContactStage:
    """Carries out the stage `contact`. A lead that a person has approved gets exactly the approved
    message; without `auto_review`, a lead that nobody has approved is drafted for review."""

    drafting: LeadDrafting
    enrolling: EnrollingService

    def __call__(self, claimed: ClaimedLead) -> Outcome | None:
        """Draft or enroll the lead. Raises NotDrafted while no mailbox can send, LeadNotFound and
        PreconditionFailed if the lead was changed meanwhile."""
        workflow, lead = claimed.workflow, claimed.lead
        try:
            if lead.approved_at or workflow.settings.auto_review:
                return self._enroll(claimed)
            return self._draft(workflow, lead)
        except ContactNotFound:
            return CONTACT_DELETED
        except CampaignNotFound:
            return _CAMPAIGN_GONE
        except ApprovedStepGone:
            return self._draft(workflow, lead)

    def _draft(self, workflow: Workflow, lead: Lead) -> Outcome:
        try:
            draft = self.drafting.draft(str(workflow.campaign_id), lead.contact_id)
        except NotDrafted as error:
            if error.reason == "no_mailbox":  # not because of this lead
                raise
            return StageFailed(error.reason, error.detail)
        return Drafted(draft)

    def _enroll(self, claimed: ClaimedLead) -> Outcome | None:
        lead = claimed.lead

        def also_actions(enrollment: Enrollment) -> list[Action]:
            return claimed.settle_actions(Enrolled(enrollment.id))

        outcome = self.enrolling.enroll_lead(
            str(claimed.workflow.campaign_id),
            lead.contact_id,
            lead.id,
            also_actions,
            first_message_of(lead.draft) if lead.approved_at and lead.draft else None,
        )
        if outcome.skipped is None:
            return None
        if outcome.enrollment and outcome.enrollment.lead_id == lead.id:
            return Enrolled(outcome.enrollment.id)
        return StageFailed(outcome.skipped, f"The contact was not enrolled: {outcome.skipped}")
