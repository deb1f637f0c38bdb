"""Keys, expressions and items of campaigns.

A campaign is the item `<workspace>` / `cam_…`; its counters are `<workspace>#cam_…` /
`count#<shard>`. Active campaigns are in the index `by_running`, sorted by the time at which their
clock wakes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.campaigns.errors import CampaignNotFound
from outrider.campaigns.models import Campaign, CampaignStatus
from outrider.campaigns.statistics.models import Audience
from outrider.campaigns.statistics.repository import Statistics
from outrider.kit import clock, ids, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Action, ConditionFailed, Query, Table, batch_get
from outrider.kit.counters import Counters, total
from outrider.kit.outbox import Event
from outrider.kit.sweeps.running import overdue, running_pk

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
        """Return the campaign.

        Raises: CampaignNotFound, also if it is not a campaign id.
        """
        campaign = self.get(campaign_id) if ids.is_id("cam", campaign_id) else None
        if campaign is None:
            raise CampaignNotFound
        return campaign

    def key(self, campaign_id: str) -> tuple[Table, str, str]:
        """Return the key of a campaign, for `kit.aws.dynamodb.batch_get`."""
        return self.table, self.workspace, campaign_id

    def counters(self, campaign_id: str) -> Counters:
        return Counters(self.table, f"{self.workspace}#{campaign_id}")

    def statistics(self, campaign_id: str) -> Statistics:
        return Statistics(self.table, f"{self.workspace}#{campaign_id}")

    def get_with_counts(
        self, campaign_id: str, *, newest: bool = True
    ) -> tuple[Campaign, list[Item]] | None:
        """Return the campaign and the shards of its counters, in one read. Without `newest` the
        read is eventually consistent, at half the price."""
        keys = [self.key(campaign_id), *self.counters(campaign_id).keys()]
        found = batch_get(keys, eventual=() if newest else [self.table])
        item = found.pop((self.table.name, self.workspace, campaign_id), None)
        return (Campaign.model_validate(item), list(found.values())) if item else None

    def require_with_counts(self, campaign_id: str) -> tuple[Campaign, list[Item]]:
        """Return the same as `get_with_counts`.

        Raises: CampaignNotFound, also if it is not a campaign id.
        """
        found = self.get_with_counts(campaign_id) if ids.is_id("cam", campaign_id) else None
        if found is None:
            raise CampaignNotFound
        return found

    def add_action(self, campaign: Campaign, events: Sequence[Event]) -> Action:
        """Return the put of a new campaign, with its events."""
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
        """Return a page of campaigns, newest first, and the key to continue after."""
        filters = {"status": status, "sequence_id": sequence_id}
        given = {name: value for name, value in filters.items() if value is not None}
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
        """Return the ids of active campaigns with due steps that wait for a mailbox or a limit."""
        query = Query(
            self.workspace,
            "begins_with(#sk, :prefix)",
            {"prefix": "cam_", "active": "active", "yes": True},
            filter="#status = :active AND #held = :yes",
            consistent=True,
        )
        return [str(item["sk"]) for item in self.table.every(query)]

    def check_launching_action(self, campaign_id: str, asked: str) -> Action:
        """Return the condition check that the launch with this audience is not finished."""
        return self.table.check_action(
            self.workspace,
            campaign_id,
            "#status = :draft AND #asked = :asked",
            draft="draft",
            asked=asked,
        )

    def check_takes_action(self, campaign_id: str, *statuses: CampaignStatus) -> Action:
        """Return the condition check that the campaign has one of these statuses."""
        values = {f"status_{number}": status for number, status in enumerate(statuses)}
        names = ", ".join(f":{name}" for name in values)
        return self.table.check_action(
            self.workspace, campaign_id, f"#status IN ({names})", **values
        )

    def check_looks_by_action(
        self, campaign_id: str, at: datetime, *, or_paused: bool = False
    ) -> Action:
        """Return the condition check that the campaign is active and its clock starts another round
        by `at`, which will find what the transaction writes. With `or_paused` a paused campaign
        passes too: its clock starts when it is resumed."""
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
        """Return the update from `before` to `after`, with the condition that the campaign is as it
        was read. A change of status adds it to the index of running campaigns or removes it."""
        was, is_ = before.model_dump(), after.model_dump()
        values: dict[str, Any] = {
            name: value for name, value in is_.items() if value != was[name]
        } | outbox.attribute(events)
        removed = [] if events else ["_events"]
        if after.status != before.status:
            if after.status == "active":
                now = clock.timestamp()
                places = {"by_running_pk": running_pk(after.id), "by_running_sk": now}
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
        """Return the update that records that all contacts of a filter are enrolled or skipped."""
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
        """Return the delete of the campaign. Its clock then stops, and due steps are no longer
        sent."""
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
        """Return the writes that complete the campaign, with the condition that no contact was
        enrolled since `get_with_counts` read the counters `shards`."""
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
        """Store when the next round of this run is due. Return False if a newer run has taken over
        or the campaign is not active."""
        return self._done(self._move_run_action(campaign, campaign.run, at, "", held=held))

    def begin_run(self, campaign: Campaign, at: datetime) -> bool:
        """Start run number `campaign.run + 1` of the clock at `at`. Return False if the run or its
        wake time has changed since it was read."""
        return self._done(self.next_run_action(campaign, at))

    def next_run_action(self, campaign: Campaign, at: datetime) -> Action:
        """Return the update that `begin_run` writes, for a transaction."""
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
        """Write, and return whether the condition held."""
        try:
            self.table.write(action)
        except ConditionFailed:
            return False
        return True


@dataclass(frozen=True, slots=True)
class RunningCampaigns:
    """Active campaigns of all workspaces, for the check of stopped clocks."""

    table: Table

    def overdue(self, before: str) -> list[tuple[WorkspaceId, Campaign]]:
        """Return the campaigns whose clock should have woken before `before` (RFC 3339). The query
        reads only these."""
        return [
            (WorkspaceId(item["pk"]), Campaign.model_validate(item))
            for item in overdue(self.table, before)
        ]


def audience(shards: Sequence[Item]) -> Audience:
    """Return the audience, summed over the shards of the counters."""
    return Audience(**{name: total(shards, name) for name in Audience.model_fields})
