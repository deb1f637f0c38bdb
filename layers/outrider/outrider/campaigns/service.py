"""Service that creates, reads, changes and deletes campaigns. To run them see `launch` and
`pausing`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from outrider.access.models import Caller
from outrider.campaigns.audience.enroller import SKIPPED_AS
from outrider.campaigns.audience.repository import AudienceRepository
from outrider.campaigns.errors import WrongStatus
from outrider.campaigns.models import Campaign
from outrider.campaigns.repository import CampaignRepository, audience
from outrider.campaigns.schemas import (
    AdditionView,
    CampaignCreate,
    CampaignDeleted,
    CampaignQuery,
    CampaignStatusView,
    CampaignUpdate,
    CampaignView,
    FilterCounts,
    SkipReason,
)
from outrider.campaigns.statistics.repository import Statistics
from outrider.kit import clock, ids
from outrider.kit.attempts import attempts
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import TransactionFailed, transact, try_transact
from outrider.kit.counters import total
from outrider.kit.errors import Contended, PreconditionFailed
from outrider.kit.http.pagination import Page, Sealer
from outrider.mailboxes.pools.repository import PoolRepository
from outrider.sequences.errors import SequenceNotFound, WorkflowDecides
from outrider.sequences.service import SequenceService, require_own_rules


@dataclass(frozen=True, slots=True)
class CampaignService:
    """Campaigns of one workspace."""

    caller: Caller
    campaigns: CampaignRepository
    sequences: SequenceService
    pools: PoolRepository
    audiences: AudienceRepository

    def create(self, new: CampaignCreate) -> CampaignView:
        """Create a draft campaign of a sequence.

        Raises: SequenceNotFound; ValidationFailed if the mailbox pool does not exist.
        """
        sequence = self.sequences.get(new.sequence_id)
        now = clock.timestamp()
        campaign = Campaign(
            id=ids.new("cam"),
            name=new.name,
            sequence_id=sequence.id,
            leads_sequence=False,
            steps_version=sequence.steps_version,
            mailbox_pool=new.mailbox_pool or sequence.mailbox_pool,
            settings=new.settings.over(sequence.settings),
            created_at=now,
            updated_at=now,
        )
        created = self.caller.event(
            "campaign.created", campaign_id=campaign.id, sequence_id=sequence.id
        )
        view = CampaignView.of(campaign)
        try:
            transact(
                self.campaigns.add_action(campaign, [created]),
                self.sequences.count_campaigns_action(sequence.id, 1),
                *(self.pools.check_exists_actions(new.mailbox_pool) if new.mailbox_pool else ()),
                *self.caller.keep_actions(view),
            )
        except TransactionFailed as failure:
            raise SequenceNotFound from failure
        return view

    def get(self, campaign_id: str) -> Campaign:
        """Return the campaign.

        Raises: CampaignNotFound.
        """
        return self.campaigns.require(campaign_id)

    def list(self, query: CampaignQuery) -> Page[CampaignView]:
        """Return a page of campaigns, newest first.

        Raises: ValidationFailed for an invalid cursor.
        """
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/campaigns")
        campaigns, place = self.campaigns.list(
            query.status, query.sequence_id, query.limit, sealer.after(query)
        )
        return sealer.page(query, [CampaignView.of(each) for each in campaigns], place)

    def update(
        self, campaign_id: str, update: CampaignUpdate, if_match: int | None
    ) -> CampaignView:
        """Change the given fields; steps that are due later follow the new settings.

        Raises: CampaignNotFound; PreconditionFailed if the version is not `if_match`;
        ValidationFailed if the mailbox pool does not exist; WrongStatus if the campaign is
        completed and more than its name would change; Contended.
        """
        for _ in attempts():
            campaign = self.get(campaign_id)
            PreconditionFailed.check(if_match, campaign.version)
            changes = update.over(campaign)
            if not changes:
                return CampaignView.of(campaign)
            if campaign.workflow_id:
                require_own_rules("campaign", campaign.workflow_id, campaign.settings, changes)
            if campaign.status == "completed" and changes.keys() != {"name"}:
                raise WrongStatus("given other rules", campaign.status)
            after = campaign.changed(**changes)
            view = CampaignView.of(after)
            pool_exists = (
                self.pools.check_exists_actions(after.mailbox_pool)
                if "mailbox_pool" in changes
                else ()
            )
            events = [self.caller.event("campaign.updated", **after.names())]
            changed = self.campaigns.change_action(campaign, after, events)
            if try_transact(changed, *pool_exists, *self.caller.keep_actions(view)):
                return view
        raise _contended()

    def delete(self, campaign_id: str, if_match: int | None) -> CampaignDeleted:
        """Delete the campaign: nothing more is sent, its messages are kept. A sequence that it
        leads is finished.

        Raises: CampaignNotFound; PreconditionFailed if the version is not `if_match`; WrongStatus
        while it is active or being launched; Contended.
        """
        for _ in attempts():
            campaign = self.get(campaign_id)
            PreconditionFailed.check(if_match, campaign.version)
            if campaign.workflow_id:
                remedy = f"delete the workflow with DELETE /v1/workflows/{campaign.workflow_id}"
                raise WorkflowDecides("campaign", campaign.workflow_id, remedy)
            if campaign.status == "active":
                raise WrongStatus("deleted", campaign.status, "pause it first")
            if campaign.leads_sequence and campaign.status == "draft":
                raise WrongStatus("deleted", "being launched", "finish its launch first")
            actions = [self.campaigns.remove_action(campaign)]
            if campaign.leads_sequence and campaign.status == "paused":
                finished = self.caller.event("sequence.finished", **campaign.names())
                actions.append(self.sequences.finish_action(campaign.sequence_id, [finished]))
            if not campaign.leads_sequence:
                actions.append(self.sequences.count_campaigns_action(campaign.sequence_id, -1))
            if try_transact(*actions):
                return CampaignDeleted(id=campaign_id)
        raise _contended()

    def status(self, campaign_id: str) -> CampaignStatusView:
        """Return the campaign's status and progress.

        Raises: CampaignNotFound.
        """
        campaign, shards = self.campaigns.require_with_counts(campaign_id)
        sent, skipped = _totals(self.campaigns.statistics(campaign_id))
        return CampaignStatusView(
            campaign_id=campaign.id,
            name=campaign.name,
            status=campaign.status,
            paused_reason=campaign.paused_reason,
            start_at=campaign.start_at,
            sequence_id=campaign.sequence_id,
            audience=audience(shards),
            sent=total(shards, "sent") + sent,
            skipped=total(shards, "skipped") + skipped,
            enrolling=campaign.enrolling,
            filter_counts=_filter_counts(campaign, shards),
            additions=self._additions(campaign),
        )

    def _additions(self, campaign: Campaign) -> Sequence[AdditionView]:
        jobs = self.audiences.newest(campaign.id) if campaign.has_filter else []
        return [
            AdditionView(
                id=job.id,
                filter=job.filter,
                status="done" if job.done else "running",
                asked_at=job.asked_at,
                added=job.added,
                skipped=job.skipped,
            )
            for job in jobs
        ]


def _totals(statistics: Statistics) -> tuple[int, int]:
    """Return how many messages were sent and how many steps were skipped."""
    sent = skipped = 0
    for part in statistics.list():
        sent += part.counts.get("sent", 0)
        skipped += sum(count for name, count in part.counts.items() if name.startswith("skipped_"))
    return sent, skipped


def _filter_counts(campaign: Campaign, shards: Sequence[Item]) -> FilterCounts | None:
    """Return how many contacts of filters were enrolled and skipped, or None if there was no
    filter."""
    if not campaign.has_filter:
        return None
    reasons: tuple[SkipReason, ...] = get_args(SkipReason)
    skipped = {reason: total(shards, f"{SKIPPED_AS}{reason}") for reason in reasons}
    return FilterCounts(
        added=total(shards, "enrolled"),
        skipped=sum(skipped.values()),
        skipped_by_reason={reason: count for reason, count in skipped.items() if count},
    )


def _contended() -> Contended:
    return Contended("Another request changed this campaign at the same time")
