"""The campaign through which a workflow emails its leads, and the sequence that is made for it if
the user gives none.

Their writes belong to the transaction that creates, changes or deletes the workflow. The campaign,
and the sequence if it was made for the workflow, have the characters of the workflow's id.
"""

from collections.abc import Sequence as Many
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.models import Campaign
from outrider.campaigns.repository import CampaignRepository
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action
from outrider.kit.outbox import Event
from outrider.mailboxes.pools.repository import PoolRepository
from outrider.sequences.errors import SequenceNotFound
from outrider.sequences.models import Sequence, Settings
from outrider.sequences.repository import SequenceRepository
from outrider.workflows.models import Workflow, WorkflowSettings, campaign_of, own_sequence_of
from outrider.workflows.starter import starter_step

DELETED = "workflow_deleted"
"""Paused reason of a campaign whose workflow was deleted."""
_POOL = "/settings/mailbox_pool"
"""Place of the mailbox pool in requests."""


@dataclass(frozen=True, slots=True)
class Outreach:
    """Campaigns and sequences of the workflows of one workspace."""

    caller: Caller
    campaigns: CampaignRepository
    sequences: SequenceRepository
    pools: PoolRepository

    def create_actions(self, workflow: Workflow) -> list[Action]:
        """Return the writes that create the draft campaign of a workflow, and its sequence if it
        owns one. Raises SequenceNotFound; the transaction does too, and it raises ValidationFailed
        if the mailbox pool does not exist."""
        checks = self.pools.check_exists_actions(workflow.settings.mailbox_pool, _POOL)
        if workflow.owns_sequence:
            sequence = self._own_sequence(workflow)
            created = self.caller.event(
                "sequence.created", sequence_id=sequence.id, name=sequence.name
            )
            writes = self.sequences.add_actions(sequence, [starter_step()], [created])
        else:
            sequence = self.sequences.require(str(workflow.sequence_id))
            counted = self.sequences.count_campaigns_action(sequence.id, 1)
            writes = [counted.or_raise(SequenceNotFound())]
        campaign = self._campaign(workflow, sequence)
        created = self.caller.event("campaign.created", **campaign.names())
        return [self.campaigns.add_action(campaign, [created]), *writes, *checks]

    def change_actions(self, before: WorkflowSettings, workflow: Workflow) -> list[Action]:
        """Return the writes that apply changed settings of the workflow to its campaign and to the
        sequence that it owns; none if they concern neither."""
        after = workflow.settings
        if after.of_campaign(Settings()) == before.of_campaign(Settings()) and (
            after.mailbox_pool == before.mailbox_pool
        ):
            return []
        actions: list[Action] = []
        if after.mailbox_pool != before.mailbox_pool:
            actions += self.pools.check_exists_actions(after.mailbox_pool, _POOL)
        if campaign := self.campaigns.get(campaign_of(workflow.id)):
            settings = after.of_campaign(campaign.settings)
            changed = campaign.changed(settings=settings, mailbox_pool=after.mailbox_pool)
            events = [self.caller.event("campaign.updated", **campaign.names())]
            actions.append(self.campaigns.change_action(campaign, changed, events))
        if owned := self._owned(workflow):
            follows = owned.changed(
                settings=after.of_campaign(owned.settings), mailbox_pool=after.mailbox_pool
            )
            actions.append(self.sequences.change_action(owned, follows))
        return actions

    def release_actions(self, workflow: Workflow) -> list[Action]:
        """Return the writes that end the campaign of a workflow that is being deleted. A draft is
        deleted, with the sequence that the workflow owns. A launched campaign is paused and kept
        with its sequence, as any other campaign."""
        campaign = self.campaigns.get(campaign_of(workflow.id))
        if campaign is None:
            return []
        owned = self._owned(workflow)
        if campaign.status != "draft":
            return self._keep_actions(campaign, owned)
        return [self.campaigns.remove_action(campaign), *self._drop_actions(campaign, owned)]

    def _drop_actions(self, campaign: Campaign, owned: Sequence | None) -> Many[Action]:
        """Return the writes about the sequence of a draft that is deleted."""
        if owned is None:
            return [self.sequences.count_campaigns_action(campaign.sequence_id, -1)]
        if owned.campaigns:  # a user has created campaigns of it
            released = owned.changed(workflow_id=None, campaign_id=None)
            return [self.sequences.change_action(owned, released)]
        self.sequences.remove_earlier_versions(owned)
        return self.sequences.remove_actions(owned)

    def _keep_actions(self, campaign: Campaign, owned: Sequence | None) -> list[Action]:
        pausing = campaign.status == "active"
        after = campaign.changed(
            workflow_id=None,
            **({"status": "paused", "paused_reason": DELETED} if pausing else {}),
        )
        actions = [self.campaigns.change_action(campaign, after, self._paused(pausing, campaign))]
        if owned:
            turned = {"status": "paused"} if pausing else {}
            kept = owned.changed(workflow_id=None, **turned)
            events = self._paused(pausing, campaign, "sequence")
            actions.append(self.sequences.change_action(owned, kept, events))
        return actions

    def _paused(self, pausing: bool, campaign: Campaign, what: str = "campaign") -> list[Event]:
        if not pausing:
            return []
        return [self.caller.event(f"{what}.paused", reason=DELETED, **campaign.names())]

    def _owned(self, workflow: Workflow) -> Sequence | None:
        if not workflow.owns_sequence:
            return None
        return self.sequences.get(own_sequence_of(workflow.id))

    def _own_sequence(self, workflow: Workflow) -> Sequence:
        now = clock.timestamp()
        return Sequence(
            id=own_sequence_of(workflow.id),
            name=workflow.name,
            mailbox_pool=workflow.settings.mailbox_pool,
            settings=workflow.settings.of_campaign(Settings()),
            step_count=1,
            campaign_id=campaign_of(workflow.id),
            workflow_id=workflow.id,
            created_at=now,
            updated_at=now,
        )

    def _campaign(self, workflow: Workflow, sequence: Sequence) -> Campaign:
        now = clock.timestamp()
        return Campaign(
            id=campaign_of(workflow.id),
            name=workflow.name,
            sequence_id=sequence.id,
            leads_sequence=workflow.owns_sequence,
            workflow_id=workflow.id,
            steps_version=sequence.steps_version,
            mailbox_pool=workflow.settings.mailbox_pool,
            settings=workflow.settings.of_campaign(sequence.settings),
            created_at=now,
            updated_at=now,
        )


def with_defaults_of(sequence: Sequence, settings: WorkflowSettings) -> WorkflowSettings:
    """Return the settings of a workflow that emails with this sequence: those that are still the
    defaults are taken from the sequence."""
    theirs = {
        "daily_limit": sequence.settings.daily_limit,
        "mailbox_pool": sequence.mailbox_pool,
        "timezone": sequence.settings.timezone,
        "windows": sequence.settings.windows,
    }
    default = WorkflowSettings()
    return settings.model_copy(
        update={
            name: value
            for name, value in theirs.items()
            if getattr(settings, name) == getattr(default, name)
        }
    )
