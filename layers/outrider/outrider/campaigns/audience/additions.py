"""Additions of contacts to a launched campaign: contacts by id at once, contacts of a filter by the
worker that also enrolls the audience of a launch (`audience.runner`).

Each enrollment is marked with the id of its addition, so a request that is retried after a crash
recognizes its own enrollments.
"""

from collections.abc import Callable
from collections.abc import Sequence as Many
from dataclasses import dataclass
from functools import partial

from outrider.access.models import Caller
from outrider.campaigns.audience.enroller import AT_ONCE, Enroller
from outrider.campaigns.audience.models import new_job
from outrider.campaigns.audience.repository import AudienceRepository
from outrider.campaigns.audience.results import counted, results_of
from outrider.campaigns.dispatch.executions import RunService
from outrider.campaigns.errors import CampaignTakesNobody
from outrider.campaigns.models import SHARD_SIZE, STEP_LEASE, Campaign
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import AudienceAdded, AudienceAddition, EnrollResult
from outrider.contacts.service import ContactService
from outrider.kit import clock, parallel
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, TransactionFailed, try_transact
from outrider.kit.errors import Conflict, Contended, PreconditionFailed
from outrider.sequences.models import Step
from outrider.sequences.service import SequenceService, require_sendable

MAX_OPEN = 10
"""Maximum number of filters of a campaign whose contacts are being enrolled at the same time."""


@dataclass(frozen=True, slots=True)
class AdditionService:
    """Additions to the campaigns of one workspace. `enroller` makes the enroller for a campaign,
    its first step, a condition check for each transaction, and a mark."""

    caller: Caller
    sequences: SequenceService
    contacts: ContactService
    campaigns: CampaignRepository
    audiences: AudienceRepository
    enroller: Callable[[Campaign, Step, Callable[[], Action], str], Enroller]
    runs: RunService

    def add(
        self, campaign_id: str, request: AudienceAddition, if_match: int | None = None
    ) -> AudienceAdded:
        """Enroll contacts by id, or start to enroll those of a filter.

        Raises: CampaignNotFound; PreconditionFailed if the campaign is not at version `if_match`;
        CampaignTakesNobody for a draft or completed campaign; ValidationFailed if lint finds errors
        in the steps; Conflict if MAX_OPEN filters are being enrolled; Contended.
        """
        self.caller.begin()
        campaign = self._launched(campaign_id)
        PreconditionFailed.check(if_match, campaign.version)
        steps = self.sequences.steps_of(campaign.sequence_id, campaign.steps_version)
        require_sendable(steps, campaign.settings)
        addition_id = self.caller.new_id("aud")
        results = self._enroll(campaign, steps[0], request.contact_ids or [], addition_id)
        answer = AudienceAdded(
            id=addition_id,
            campaign_id=campaign.id,
            status="running" if request.filter is not None else "done",
            counts=counted(results),
            results=results,
        )
        for _ in attempts():
            if try_transact(
                *self._note_actions(campaign, request, answer), *self.caller.keep_actions(answer)
            ):
                return answer
            campaign = self._launched(campaign_id)
        raise _contended()

    def _launched(self, campaign_id: str) -> Campaign:
        campaign = self.campaigns.require(campaign_id)
        if campaign.status not in ("active", "paused"):
            raise CampaignTakesNobody(campaign.status)
        return campaign

    def _enroll(
        self, campaign: Campaign, first: Step, contact_ids: Many[str], mark: str
    ) -> list[EnrollResult]:
        contacts = self.contacts.several(list(dict.fromkeys(contact_ids)))
        some = list(contacts.values())
        for _ in attempts():
            # After a crash, the clock still finds the steps that are due.
            at = clock.now() + STEP_LEASE
            if some:
                self.runs.wake_by(campaign.id, at)
            check = partial(self.campaigns.check_looks_by_action, campaign.id, at, or_paused=True)
            enroller = self.enroller(campaign, first, check, mark)
            try:
                parts = parallel.chunks(enroller.enroll, some, AT_ONCE)
            except TransactionFailed:
                steps = {"steps_version": campaign.steps_version}  # those that begin with `first`
                campaign = self._launched(campaign.id).model_copy(update=steps)
                continue
            skipped = {contact_id: reason for part in parts for contact_id, reason in part.items()}
            return results_of(contact_ids, contacts.keys(), skipped)
        raise _contended()

    def _note_actions(
        self, campaign: Campaign, request: AudienceAddition, answer: AudienceAdded
    ) -> list[Action]:
        """Return the writes that record the addition in the campaign and, for a filter, its job."""
        event = self.caller.event(
            "campaign.audience_added",
            campaign_id=campaign.id,
            sequence_id=campaign.sequence_id,
            audience_id=answer.id,
            enrolled=answer.counts.added,
            by_filter=request.filter is not None,
        )
        if request.filter is None:
            after = campaign.changed(has_audience=True)
            return [self.campaigns.change_action(campaign, after, [event])]
        if campaign.audiences >= MAX_OPEN:
            raise Conflict(
                f"{MAX_OPEN} filters of this campaign are still being enrolled: wait until one is "
                "done, as `audiences` in GET /v1/campaigns/{campaign_id}/status shows"
            )
        after = campaign.changed(
            has_audience=True,
            has_filter=True,
            audiences=campaign.audiences + 1,
            due_shards=max(campaign.due_shards, -(-self.contacts.count() // SHARD_SIZE)),
        )
        job = new_job(self.caller, after, request.filter, answer.id)
        return [
            self.campaigns.change_action(campaign, after, [event]),
            self.audiences.add_action(campaign.id, job),
        ]


def _contended() -> Contended:
    return Contended("Another request changed this campaign")
