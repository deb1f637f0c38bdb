"""Enrollment of one contact in a launched campaign, in one transaction with writes of the
caller."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outrider.campaigns.audience.enroller import Enroller
from outrider.campaigns.dispatch.executions import Promise, RunService
from outrider.campaigns.dispatch.rounds import RoundService
from outrider.campaigns.enrollments.first_messages import FirstMessage
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.errors import ApprovedStepGone, CampaignTakesNobody
from outrider.campaigns.models import Campaign, Enrollment
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import SkipReason
from outrider.campaigns.statistics.models import audience_group
from outrider.contacts.models import Contact
from outrider.contacts.service import ContactService
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, TransactionFailed, transact
from outrider.kit.errors import Contended
from outrider.sequences.models import Step
from outrider.sequences.service import SequenceService, require_sendable

AlsoActions = Callable[[Enrollment], Sequence[Action]]
"""Function that returns the caller's own writes for a new enrollment."""


@dataclass(frozen=True, slots=True)
class EnrollOutcome:
    """The new enrollment, or the reason why the contact was skipped. With `already_in_sequence`,
    `enrollment` is the one that the contact has."""

    enrollment: Enrollment | None
    skipped: SkipReason | None = None


@dataclass(frozen=True, slots=True)
class EnrollingService:
    """Enrollment of single contacts in the campaigns of one workspace. `enroller` makes the
    enroller for a campaign and its first step."""

    campaigns: CampaignRepository
    sequences: SequenceService
    contacts: ContactService
    enrollments: Callable[[str], EnrollmentRepository]
    enroller: Callable[[Campaign, Step], Enroller]
    rounds: Callable[[str], RoundService]
    runs: RunService

    def enroll_lead(
        self,
        campaign_id: str,
        contact_id: str,
        lead_id: str,
        also_actions: AlsoActions,
        approved: FirstMessage | None = None,
    ) -> EnrollOutcome:
        """Enroll the contact of a lead in an active or paused campaign, in one transaction with
        `also_actions`. A contact that must not be emailed is skipped, and nothing is written. If
        the campaign is active, the first step is queued at once when it is due.

        `approved` is sent as the first message, exactly as it is, from its mailbox.

        A repeated call skips the contact as `already_in_sequence`; the `lead_id` of its enrollment
        shows whether the first call enrolled it.

        Raises: CampaignNotFound; CampaignTakesNobody for a draft or completed campaign;
        ContactNotFound; ValidationFailed if lint finds errors in the steps; ApprovedStepGone if the
        approved step is not the first; TransactionFailed if a condition of `also_actions` fails, or
        the exception of that action; Contended.
        """
        campaign = self._taking(campaign_id)
        first, contact = self.first_step(campaign), self.contacts.get(contact_id)
        return self.enroll(
            campaign,
            first,
            contact,
            also_actions,
            current=self._taking,
            lead_id=lead_id,
            approved=approved,
        )

    def first_step(self, campaign: Campaign) -> Step:
        """Return the first step of the campaign.

        Raises: ValidationFailed if lint finds errors in its steps.
        """
        steps = self.sequences.steps_of(campaign.sequence_id, campaign.steps_version)
        require_sendable(steps, campaign.settings)
        return steps[0]

    def enroll(
        self,
        campaign: Campaign,
        first: Step,
        contact: Contact,
        also_actions: AlsoActions,
        *,
        current: Callable[[str], Campaign],
        lead_id: str | None = None,
        approved: FirstMessage | None = None,
        re_enroll: bool = False,
    ) -> EnrollOutcome:
        """Enroll a contact as `enroll_lead` does. `current` reads the campaign after a lost
        optimistic lock, and raises if it takes no contacts. With `re_enroll`, an enrollment that
        has ended is replaced.

        Raises: the errors of `enroll_lead` and of `current`.
        """
        for _ in attempts():
            enrollments = self.enrollments(campaign.id)
            before = enrollments.get(contact.id)
            if before is not None and not (before.is_over and re_enroll):
                return EnrollOutcome(before, "already_in_sequence")
            enroller = self.enroller(campaign, first)
            reason = enroller.screening.refused([contact]).get(contact.id)
            if reason and not (before and reason == "recently_contacted"):  # maybe by this campaign
                return EnrollOutcome(None, reason)
            if approved and approved.step_id != first.id:
                raise ApprovedStepGone(approved.step_id)
            new = enroller.new(contact, before, lead_id=lead_id, approved=approved)
            promise = self._promise(campaign, new.enrollment)
            own = (
                enrollments.add_again_action(new, campaign.due_shards, before)
                if before
                else enrollments.add_action(new, campaign.due_shards),
                enroller.counters.add_action(**_counted(before)),
                promise.action,
                self.contacts.check_exists_action(contact.id),
                *enrollments.approved_actions(new),
            )
            try:
                transact(*own, *also_actions(new.enrollment))
            except TransactionFailed as failure:
                if any(reason.failed for reason in failure.reasons[len(own) :]):
                    raise
                campaign, contact = current(campaign.id), self.contacts.get(contact.id)
                first = self.first_step(campaign)
                continue
            if campaign.status == "active":
                self._hand_over(campaign, new.enrollment, promise)
            return EnrollOutcome(new.enrollment)
        raise Contended("Another request changed this contact or campaign")

    def _promise(self, campaign: Campaign, enrollment: Enrollment) -> Promise:
        """Return the promise of the clock; that of a paused campaign starts when it is resumed."""
        due = clock.from_text(enrollment.due_at or "")
        if campaign.status == "paused":
            return Promise(due, self.campaigns.check_takes_action(campaign.id, "paused"))
        return self.runs.promise(campaign, due)

    def _hand_over(self, campaign: Campaign, enrolled: Enrollment, promise: Promise) -> None:
        """Queue the first step at once if there is a slot; otherwise the clock does later."""
        self.runs.keep(campaign, promise)
        at = self.rounds(campaign.id).hand_over(campaign, enrolled)
        if at < promise.at:
            self.runs.wake(campaign.id, at)

    def _taking(self, campaign_id: str) -> Campaign:
        campaign = self.campaigns.require(campaign_id)
        if campaign.status not in ("active", "paused"):
            raise CampaignTakesNobody(campaign.status)
        return campaign


def _counted(before: Enrollment | None) -> dict[str, int]:
    if before is None:
        return {"total": 1, "active": 1}
    return {audience_group(before.state): -1, "active": 1}
