"""DynamoDB keys, expressions and items of replays: a replay is `<workspace>#whk_…` / `rpl_…`.

Running replays of all workspaces share one partition of the index by_waiting, sorted by the time of
their last progress.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Action, ConditionFailed, Query, Table, transact
from outrider.kit.errors import Stale
from outrider.kit.outbox import Event, attribute
from outrider.webhooks.deliveries.repository import LOG_LIFE
from outrider.webhooks.models import Replay, ReplayJob

_RUNNING = "replays"


@dataclass(frozen=True, slots=True)
class ReplayWork:
    """A replay and its progress: `place` is the cursor after the last of its `pages`."""

    replay: Replay
    pages: int = 0
    place: Item | None = None


@dataclass(frozen=True, slots=True)
class ReplayRepository:
    """Replays of the webhooks of one workspace."""

    table: Table
    workspace: WorkspaceId

    def add(self, replay: Replay, events: Sequence[Event], also: Sequence[Action] = ()) -> None:
        item = {
            **replay.model_dump(exclude_none=True, exclude={"object"}),
            "pk": self._pk(replay.webhook_id),
            "sk": replay.id,
            "pages": 0,
            "ttl": int((clock.now() + LOG_LIFE).timestamp()),
            **self._running(replay),
            **attribute(events),
        }
        transact(self.table.put_action(item, "attribute_not_exists(#pk)"), *also)

    def get(self, webhook_id: str, replay_id: str) -> ReplayWork | None:
        item = self.table.get(self._pk(webhook_id), replay_id)
        return _work(item) if item else None

    def list(
        self, webhook_id: str, limit: int, after: Item | None
    ) -> tuple[list[Replay], Item | None]:
        """Return a page of replays, newest first, and the key after which the next page begins."""
        page = self.table.page(
            Query(
                self._pk(webhook_id),
                "begins_with(#sk, :prefix)",
                {"prefix": "rpl_"},
                newest_first=True,
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [Replay.model_validate(item) for item in page.items], page.last_key

    def advance(self, work: ReplayWork, after: Replay, place: Item | None) -> ReplayWork:
        """Record the progress by one page. Raises Stale if another worker advanced the replay
        meanwhile, so that each page is counted once."""
        given: dict[str, Any] = after.model_dump(
            include={"status", "looked_at", "matched", "reached", "completed_at"}, exclude_none=True
        )
        given |= {"pages": work.pages + 1} | ({"place": place} if place else {})
        is_running = after.status == "running"
        action = self.table.update_action(
            self._pk(after.webhook_id),
            after.id,
            changes(
                set={**given, **(self._running(after) if is_running else {})},
                remove=() if is_running else ["by_waiting_pk", "by_waiting_sk"],
            ),
            "#pages = :seen AND #status = :running",
            seen=work.pages,
            running="running",
        )
        try:
            return _work(self.table.write(action))
        except ConditionFailed as refusal:
            raise Stale from refusal

    def asked_again(self, replay: Replay) -> bool:
        """Record that the replay was queued again. Return False if it has ended."""
        action = self.table.update_action(
            self._pk(replay.webhook_id),
            replay.id,
            changes(set=self._running(replay)),
            "#status = :running",
            running="running",
        )
        try:
            self.table.write(action)
        except ConditionFailed:
            return False
        return True

    def _running(self, replay: Replay) -> dict[str, str]:
        place = f"{clock.timestamp()}#{self._pk(replay.webhook_id)}#{replay.id}"
        return {"by_waiting_pk": _RUNNING, "by_waiting_sk": place}

    def _pk(self, webhook_id: str) -> str:
        return f"{self.workspace}#{webhook_id}"


def unmoved_since(table: Table, moment: datetime) -> Iterator[ReplayJob]:
    """Yield the running replays of all workspaces without progress since `moment`, oldest first."""
    stalled = Query(
        _RUNNING,
        "#by_waiting_sk < :moment",
        {"moment": clock.to_text(moment)},
        index="by_waiting",
    )
    for item in table.every(stalled):
        _, workspace, webhook_id, replay_id = item["by_waiting_sk"].split("#")
        yield ReplayJob(workspace=workspace, webhook_id=webhook_id, replay_id=replay_id)


def _work(item: Item) -> ReplayWork:
    return ReplayWork(Replay.model_validate(item), int(item["pages"]), item.get("place"))
