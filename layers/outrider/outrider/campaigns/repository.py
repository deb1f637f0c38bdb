"""Keys, expressions and items of campaigns.

A campaign is `<workspace>` / `cam_…`; its counts are `<workspace>#cam_…` / `count#<shard>`. A
running one stands in the index `by_running`, under the moment by which its next round is due.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from outrider.access.models import WorkspaceId
from outrider.campaigns.models import ROUND, Audience, Campaign
from outrider.kit import clock, outbox
from outrider.kit.attributes import Item
from outrider.kit.counters import Counters, total
from outrider.kit.dynamo import Action, ConditionFailed, Query, Table, batch_get
from outrider.kit.outbox import Event

RUNNING_SHARDS = 8
_GRACE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CampaignRepository:
    """Campaigns of one workspace."""

    table: Table
    workspace: WorkspaceId

    def get(self, campaign_id: str) -> Campaign | None:
        item = self.table.get(self.workspace, campaign_id)
        return Campaign.model_validate(item) if item else None

    def key(self, campaign_id: str) -> tuple[Table, str, str]:
        """Where a campaign is, for `kit.dynamo.batch_get`."""
        return self.table, self.workspace, campaign_id

    def counters(self, campaign_id: str) -> Counters:
        return Counters(self.table, f"{self.workspace}#{campaign_id}")

    def get_with_counts(self, campaign_id: str) -> tuple[Campaign, list[Item]] | None:
        """The campaign and the shards of its counts, in one read."""
        found = batch_get([self.key(campaign_id), *self.counters(campaign_id).keys()])
        item = found.pop((self.table.name, self.workspace, campaign_id), None)
        return (Campaign.model_validate(item), list(found.values())) if item else None

    def add(self, campaign: Campaign, events: Sequence[Event]) -> Action:
        item = {
            **campaign.model_dump(exclude_none=True),
            "pk": self.workspace,
            "sk": campaign.id,
            **outbox.attribute(events),
        }
        return self.table.put(item, "attribute_not_exists(#pk)")

    def still_draft(self, campaign_id: str) -> Action:
        """That the launch of the campaign is not over, for a transaction."""
        return self.table.check(self.workspace, campaign_id, "#status = :draft", draft="draft")

    def activate(self, campaign_id: str, events: Sequence[Event]) -> Action:
        return self.table.update(
            self.workspace,
            campaign_id,
            "SET #status = :active, #updated_at = :now, #_events = :events,"
            " #by_running_pk = :running, #by_running_sk = :deadline",
            "#status = :draft",
            active="active",
            draft="draft",
            now=clock.timestamp(),
            events=outbox.pack(events),
            running=_running_pk(campaign_id),
            deadline=_deadline(clock.now()),
        )

    def complete(self, campaign_id: str, events: Sequence[Event]) -> Action:
        return self.table.update(
            self.workspace,
            campaign_id,
            "SET #status = :completed, #updated_at = :now, #_events = :events"
            " REMOVE #by_running_pk, #by_running_sk",
            "#status = :active",
            completed="completed",
            active="active",
            now=clock.timestamp(),
            events=outbox.pack(events),
        )

    def expect_round(self, campaign: Campaign, at: datetime) -> bool:
        """Promise the next round of the campaign's run. False when a newer run took over, or the
        campaign no longer runs."""
        return self._move_run(campaign, campaign.run, _deadline(at))

    def begin_run(self, campaign: Campaign) -> bool:
        """Hand the campaign to run number `campaign.run + 1`. False when someone else did."""
        return self._move_run(campaign, campaign.run + 1, _deadline(clock.now()))

    def _move_run(self, campaign: Campaign, run: int, deadline: str) -> bool:
        action = self.table.update(
            self.workspace,
            campaign.id,
            "SET #run = :run, #by_running_sk = :deadline REMOVE #_events",
            "#status = :active AND #run = :seen",
            run=run,
            seen=campaign.run,
            deadline=deadline,
            active="active",
        )
        try:
            self.table.write(action)
        except ConditionFailed:
            return False
        return True


@dataclass(frozen=True, slots=True)
class RunningCampaigns:
    """The running campaigns of all workspaces, for the check that none stands still."""

    table: Table

    def overdue(self, before: str) -> list[tuple[WorkspaceId, Campaign]]:
        """Those whose next round should have begun by `before` (RFC 3339). Reads only these."""
        found = []
        for shard in range(RUNNING_SHARDS):
            after: Item | None = None
            while True:
                page = self.table.query(
                    Query(
                        f"running#{shard}",
                        "#by_running_sk < :before",
                        {"before": before},
                        index="by_running",
                        after=after,
                    )
                )
                found += [
                    (WorkspaceId(item["pk"]), Campaign.model_validate(item)) for item in page.items
                ]
                after = page.last_key
                if after is None:
                    break
        return found


def audience(shards: Sequence[Item]) -> Audience:
    return Audience(**{name: total(shards, name) for name in Audience.model_fields})


def _running_pk(campaign_id: str) -> str:
    return f"running#{zlib.crc32(campaign_id.encode()) % RUNNING_SHARDS}"


def _deadline(expected: datetime) -> str:
    """When a run that was expected to begin its round at `expected` counts as standing still."""
    return clock.to_text(max(expected, clock.now()) + ROUND + _GRACE)
