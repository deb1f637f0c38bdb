"""Keys, expressions and items of campaigns.

A campaign is `<workspace>` / `cam_…`; its counts are `<workspace>#cam_…` / `count#<shard>`. A
active one is in the index `by_running`, under the time at which its clock wakes.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.campaigns.errors import CampaignNotFound
from outrider.campaigns.models import Audience, Campaign, CampaignStatus
from outrider.campaigns.statistics.repository import Statistics
from outrider.kit import clock, ids, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Action, ConditionFailed, Query, Table, batch_get
from outrider.kit.counters import Counters, total
from outrider.kit.outbox import Event

RUNNING_SHARDS = 8
_AT_VERSION = "#version = :seen_version"


@dataclass(frozen=True, slots=True)
class CampaignRepository:
    """Campaigns of one workspace."""

    table: Table
    workspace: WorkspaceId

    def get(self, campaign_id: str) -> Campaign | None:
        item = self.table.get(self.workspace, campaign_id)
        return Campaign.model_validate(item) if item else None

    def require(self, campaign_id: str) -> Campaign:
        """Raises CampaignNotFound, also for what is no id of a campaign."""
        campaign = self.get(campaign_id) if ids.is_id("cam", campaign_id) else None
        if campaign is None:
            raise CampaignNotFound
        return campaign

    def key(self, campaign_id: str) -> tuple[Table, str, str]:
        """Where a campaign is, for `kit.aws.dynamodb.batch_get`."""
        return self.table, self.workspace, campaign_id

    def counters(self, campaign_id: str) -> Counters:
        return Counters(self.table, f"{self.workspace}#{campaign_id}")

    def statistics(self, campaign_id: str) -> Statistics:
        return Statistics(self.table, f"{self.workspace}#{campaign_id}")

    def get_with_counts(
        self, campaign_id: str, *, newest: bool = True
    ) -> tuple[Campaign, list[Item]] | None:
        """The campaign and the shards of its counts, in one read; without `newest` at half the
        price, each as it stood a moment ago."""
        keys = [self.key(campaign_id), *self.counters(campaign_id).keys()]
        found = batch_get(keys, eventual=() if newest else [self.table])
        item = found.pop((self.table.name, self.workspace, campaign_id), None)
        return (Campaign.model_validate(item), list(found.values())) if item else None

    def require_with_counts(self, campaign_id: str) -> tuple[Campaign, list[Item]]:
        """`get_with_counts`. Raises CampaignNotFound, also for what is no id of a campaign."""
        found = self.get_with_counts(campaign_id) if ids.is_id("cam", campaign_id) else None
        if found is None:
            raise CampaignNotFound
        return found

    def add_action(self, campaign: Campaign, events: Sequence[Event]) -> Action:
        item = {
            **campaign.model_dump(exclude_none=True),
            "pk": self.workspace,
            "sk": campaign.id,
            **outbox.attribute(events),
        }
        return self.table.put_action(item, "attribute_not_exists(#pk)")

    def list(
        self, status: str | None, sequence_id: str | None, limit: int, after: Item | None
    ) -> tuple[list[Campaign], Item | None]:
        """Newest first."""
        asked = {"status": status, "sequence_id": sequence_id}
        given = {name: value for name, value in asked.items() if value is not None}
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "cam_", **given},
                filter=" AND ".join(f"#{name} = :{name}" for name in given),
                newest_first=True,
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [Campaign.model_validate(item) for item in page.items], page.last_key

    def held(self) -> Sequence[str]:
        """The active campaigns in which something waits for a mailbox or a limit, by id."""
        query = Query(
            self.workspace,
            "begins_with(#sk, :prefix)",
            {"prefix": "cam_", "active": "active", "yes": True},
            filter="#status = :active AND #held = :yes",
            consistent=True,
        )
        return [str(item["sk"]) for item in self.table.every(query)]

    def check_launching_action(self, campaign_id: str, asked: str) -> Action:
        """That the launch that asked for these contacts is not over, for a transaction."""
        return self.table.check_action(
            self.workspace,
            campaign_id,
            "#status = :draft AND #asked = :asked",
            draft="draft",
            asked=asked,
        )

    def check_takes_action(self, campaign_id: str, *statuses: CampaignStatus) -> Action:
        """That the campaign has one of these statuses, for a transaction."""
        values = {f"status_{number}": status for number, status in enumerate(statuses)}
        names = ", ".join(f":{name}" for name in values)
        return self.table.check_action(
            self.workspace, campaign_id, f"#status IN ({names})", **values
        )

    def check_looks_by_action(
        self, campaign_id: str, at: datetime, *, or_paused: bool = False
    ) -> Action:
        """That the campaign is active and its clock comes to another round by `at`, which finds
        what is written with this; for a transaction. One that is paused looks when it goes on."""
        condition = "#status = :active AND #wakes_at BETWEEN :now AND :at"
        values = {"active": "active", "now": clock.timestamp(), "at": clock.to_text(at)}
        if or_paused:
            condition, values = (
                f"#status = :paused OR ({condition})",
                {**values, "paused": "paused"},
            )
        return self.table.check_action(self.workspace, campaign_id, condition, **values)

    def change_action(
        self, before: Campaign, after: Campaign, events: Sequence[Event] = ()
    ) -> Action:
        """A change by a person of the campaign as it was read. Where its status changes, it comes
        to stand among the running campaigns or leaves them."""
        was, is_ = before.model_dump(), after.model_dump()
        values: dict[str, Any] = {
            name: value for name, value in is_.items() if value != was[name]
        } | outbox.attribute(events)
        removed = [] if events else ["_events"]
        if after.status != before.status:
            if after.status == "active":
                now = clock.timestamp()
                places = {"by_running_pk": _running_pk(after.id), "by_running_sk": now}
                values |= {**places, "wakes_at": now}
            else:
                removed += ["by_running_pk", "by_running_sk"]
        return self.table.update_action(
            self.workspace,
            before.id,
            changes(set=values, remove=removed),
            f"{_AT_VERSION} AND #status = :seen_status",
            seen_version=before.version,
            seen_status=before.status,
        )

    def end_filter_action(self, campaign_id: str) -> Action:
        """All contacts of one of its filters are enrolled or skipped, for a transaction."""
        return self.table.update_action(
            self.workspace,
            campaign_id,
            "REMOVE #_events ADD #audiences :minus, #version :one",
            "#audiences > :none",
            minus=-1,
            one=1,
            none=0,
        )

    def remove_action(self, campaign: Campaign) -> Action:
        """Its clock stops, and no step of its enrollments finds it any more."""
        return self.table.delete_action(
            self.workspace,
            campaign.id,
            f"{_AT_VERSION} AND #status = :seen_status",
            seen_version=campaign.version,
            seen_status=campaign.status,
        )

    def complete_actions(
        self, campaign: Campaign, shards: Sequence[Item], events: Sequence[Event]
    ) -> Sequence[Action]:
        """The end of the campaign, for a transaction: if nobody came since its counts were read,
        as `get_with_counts` gives them."""
        ended = self.table.update_action(
            self.workspace,
            campaign.id,
            changes(
                set={
                    "status": "completed",
                    "updated_at": clock.timestamp(),
                    "_events": outbox.pack(events),
                },
                remove=["by_running_pk", "by_running_sk"],
                add={"version": 1},
            ),
            "#status = :active AND (attribute_not_exists(#audiences) OR #audiences = :none)",
            active="active",
            none=0,
        )
        counters = self.counters(campaign.id)
        return [ended, *counters.check_unchanged_actions(shards, ("total", "active", "paused"))]

    def expect_round(self, campaign: Campaign, at: datetime, held: bool) -> bool:
        """Promise the next round of the campaign's run. False when a newer run took over, or the
        campaign no longer runs."""
        return self._done(self._move_run_action(campaign, campaign.run, at, "", held=held))

    def begin_run(self, campaign: Campaign, at: datetime) -> bool:
        """Hand the campaign to run number `campaign.run + 1`, which begins `at`. False when its
        clock is no longer as it was read."""
        return self._done(self.next_run_action(campaign, at))

    def next_run_action(self, campaign: Campaign, at: datetime) -> Action:
        """The same, for a transaction."""
        return self._move_run_action(
            campaign,
            campaign.run + 1,
            at,
            " AND #wakes_at = :was",
            was=campaign.wakes_at,
            held=campaign.held,
        )

    def _move_run_action(
        self, campaign: Campaign, run: int, at: datetime, also: str, **values: Any
    ) -> Action:
        return self.table.update_action(
            self.workspace,
            campaign.id,
            "SET #run = :run, #wakes_at = :at, #by_running_sk = :at, #held = :held REMOVE #_events",
            f"#status = :active AND #run = :seen{also}",
            run=run,
            seen=campaign.run,
            at=clock.to_text(at),
            active="active",
            **values,
        )

    def _done(self, action: Action) -> bool:
        """Whether its condition held."""
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
        """Those whose clock should have woken by `before` (RFC 3339). Reads only these."""
        found = []
        for shard in range(RUNNING_SHARDS):
            overdue = Query(
                f"running#{shard}",
                "#by_running_sk < :before",
                {"before": before},
                index="by_running",
            )
            found += [
                (WorkspaceId(item["pk"]), Campaign.model_validate(item))
                for item in self.table.every(overdue)
            ]
        return found


def audience(shards: Sequence[Item]) -> Audience:
    return Audience(**{name: total(shards, name) for name in Audience.model_fields})


def _running_pk(campaign_id: str) -> str:
    return f"running#{zlib.crc32(campaign_id.encode()) % RUNNING_SHARDS}"
