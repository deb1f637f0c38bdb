"""Adding contacts to a campaign that was launched: by id at once, those of a filter by the worker
that also enrolls the audience of a launch (`audience`).

What one addition enrolled carries its id as a mark, so a request that is repeated after a crash
finds its own work.
"""

from collections.abc import Callable
from collections.abc import Sequence as Many
from dataclasses import dataclass
from functools import partial

from outrider.access.models import Caller
from outrider.campaigns.audience.enroller import AT_ONCE, Enroller
from outrider.campaigns.audience.models import begun
from outrider.campaigns.audience.repository import AudienceRepository
from outrider.campaigns.dispatch.executions import RunService
from outrider.campaigns.errors import CampaignTakesNobody
from outrider.campaigns.launch import counted, results_of
from outrider.campaigns.models import SHARD_SIZE, STEP_LEASE, Campaign
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import AudienceAdded, AudienceAddition, EnrollResult
from outrider.contacts.service import ContactService
from outrider.kit import clock, parallel
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, TransactionFailed, try_transact
from outrider.kit.errors import Conflict, Contended
from outrider.sequences.models import Step
from outrider.sequences.service import SequenceService, require_sendable

MAX_OPEN = 10
"""Filters of a campaign that are worked on at the same time."""
_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class AdditionService:
    """`enroller` gives what enrolls in a campaign, with its first step, while the check holds, and
    under a mark."""

    caller: Caller
    sequences: SequenceService
    contacts: ContactService
    campaigns: CampaignRepository
    audiences: AudienceRepository
    enroller: Callable[[Campaign, Step, Callable[[], Action], str], Enroller]
    runs: RunService

    def add(self, campaign_id: str, request: AudienceAddition) -> AudienceAdded:
        """Enroll contacts, or begin to. Raises CampaignNotFound, CampaignTakesNobody,
        ValidationFailed when lint finds errors in the steps, and Conflict while too many filters
        are worked on."""
        self.caller.begin()
        campaign = self._launched(campaign_id)
        steps = self.sequences.steps_of(campaign.sequence_id, campaign.steps_version)
        require_sendable(steps, campaign.settings)
        addition_id = self.caller.new_id("aud")
        results = self._enroll(campaign, steps[0], request.contact_ids or [], addition_id)
        answer = AudienceAdded(
            id=addition_id,
            campaign_id=campaign.id,
            status="running" if request.filter is not None else "done",
            audience=counted(results),
            results=results,
        )
        for _ in attempts(_ATTEMPTS):
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
        for _ in attempts(_ATTEMPTS):
            # If we die before the addition is told, the clock finds who is due.
            at = clock.now() + STEP_LEASE
            if some:
                self.runs.wake_by(campaign.id, at)
            finds = partial(self.campaigns.check_looks_by_action, campaign.id, at, or_paused=True)
            enroller = self.enroller(campaign, first, finds, mark)
            try:
                parts = parallel.chunks(enroller.enroll, some, AT_ONCE)
            except TransactionFailed:
                campaign = self._launched(campaign.id)
                continue
            skipped = {contact_id: reason for part in parts for contact_id, reason in part.items()}
            return results_of(contact_ids, contacts.keys(), skipped)
        raise _contended()

    def _note_actions(
        self, campaign: Campaign, request: AudienceAddition, answer: AudienceAdded
    ) -> list[Action]:
        """The campaign with its new contacts, or with one filter more to be enrolled."""
        event = self.caller.event(
            "campaign.audience_added",
            campaign_id=campaign.id,
            sequence_id=campaign.sequence_id,
            audience_id=answer.id,
            enrolled=answer.audience.added,
            by_filter=request.filter is not None,
        )
        if request.filter is None:
            after = campaign.changed(has_audience=True)
            return [self.campaigns.change_action(campaign, after, [event])]
        if campaign.audiences >= MAX_OPEN:
            raise Conflict(
                f"{MAX_OPEN} filters of this campaign are still being enrolled: wait until one is "
                "done, as `audiences` in GET /v1/campaigns/{campaign_id}/status tells"
            )
        after = campaign.changed(
            has_audience=True,
            has_filter=True,
            audiences=campaign.audiences + 1,
            due_shards=max(campaign.due_shards, -(-self.contacts.count() // SHARD_SIZE)),
        )
        job = begun(self.caller, after, request.filter, answer.id)
        return [
            self.campaigns.change_action(campaign, after, [event]),
            self.audiences.add_action(campaign.id, job),
        ]


def _contended() -> Contended:
    return Contended("Another request changed this campaign")
