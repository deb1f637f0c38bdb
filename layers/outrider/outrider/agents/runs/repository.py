"""DynamoDB items of agent runs: a run is `<workspace>` / `agr_…`, its steps are in a partition of
their own, `<workspace>#steps#<run>` / `<number>`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from outrider.access.models import WorkspaceId
from outrider.agents.models import ENDED, AgentRun, ModelStep, RunWork, Step, ToolStep
from outrider.kit import clock, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    Query,
    Table,
    TransactionFailed,
    transact,
)
from outrider.kit.outbox import Event

KEPT = timedelta(days=30)
_STEP: TypeAdapter[ModelStep | ToolStep] = TypeAdapter(Step)
_OPEN = "#status IN (:queued, :running)"
_OPEN_VALUES = {"queued": "queued", "running": "running"}


class RunLeaseLost(Exception):
    """Raised when another worker holds the lease of the run, or the run has ended."""


@dataclass(frozen=True, slots=True)
class AgentRunRepository:
    """Agent runs of one workspace."""

    table: Table
    workspace: WorkspaceId

    def get(self, run_id: str) -> tuple[AgentRun, str | None] | None:
        """Return a run as it is now and its response, or None."""
        item = self.table.get(self.workspace, run_id)
        return (_run(item), item.get("response")) if item else None

    def seconds_held(self, run_id: str) -> int | None:
        """Return for how many seconds more the lease of a run that has not ended may be held, or
        None if it has ended or there is none."""
        item = self.table.get(self.workspace, run_id)
        if item is None or item["status"] in ENDED:
            return None
        left = clock.from_text(item["leased_until"]) - clock.now()
        return max(0, math.ceil(left.total_seconds())) if item["lease"] else 0

    def list(
        self, limit: int, after: Item | None, *, with_chats: bool
    ) -> tuple[Sequence[AgentRun], Item | None]:
        """Return a page of runs, newest first, and the key after which the next page begins."""
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "agr_", **({} if with_chats else {"goal": "goal"})},
                filter="" if with_chats else "#kind = :goal",
                newest_first=True,
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [_run(item) for item in page.items], page.last_key

    def steps(self, run_id: str) -> Sequence[ModelStep | ToolStep]:
        """Return all steps of a run in their order."""
        query = Query(self._steps(run_id), consistent=True)
        return [_STEP.validate_json(item["body"]) for item in self.table.every(query)]

    def add(
        self,
        new: RunWork,
        events: Sequence[Event],
        also: Sequence[Action] = (),
        *,
        lasts: timedelta = timedelta(),
    ) -> None:
        """Store a new run; its lease, if it has one, begins now and `lasts` so long. Raises
        TransactionFailed if it exists."""
        item = {
            **new.shown.model_dump(exclude_none=True),
            **new.model_dump(exclude={"shown"}),
            "leased_until": clock.to_text(clock.now() + lasts),
            "pk": self.workspace,
            "sk": new.shown.id,
            "ttl": _ttl(),
            **outbox.attribute(events),
        }
        transact(self.table.put_action(item, "attribute_not_exists(#pk)"), *also)

    def take(self, run_id: str, lease: str, lasts: timedelta) -> RunWork:
        """Acquire the lease of a run that has not ended. Raises RunLeaseLost."""
        action = self.table.update_action(
            self.workspace,
            run_id,
            changes(
                set={
                    "lease": lease,
                    "leased_until": clock.to_text(clock.now() + lasts),
                    "status": "running",
                }
            ),
            "#status IN (:queued, :status) AND (#leased_until <= :now OR #lease = :none)",
            queued="queued",
            now=clock.timestamp(),
            none="",
        )
        try:
            item = self.table.write(action)
        except ConditionFailed as refused:
            item = refused.item or {}
            if item.get("lease") != lease:  # else the write succeeded and its response was lost
                raise RunLeaseLost from refused
        return RunWork(
            shown=AgentRun.model_validate(item),
            **{name: item[name] for name in RunWork.model_fields if name in item},
        )

    def save(
        self,
        work: RunWork,
        step: ModelStep | ToolStep | None = None,
        *,
        changed: Mapping[str, Any],
        events: Sequence[Event] = (),
    ) -> None:
        """Store a step with what it `changed` in the run, in one transaction, while the run goes on
        and this worker holds its lease; the events go with the step. Raises RunLeaseLost."""
        update = self.table.update_action(
            self.workspace,
            work.shown.id,
            changes(set=changed, remove=["_events"]),
            "#lease = :held AND #status = :on",
            held=work.lease,
            on="running",
        )
        put = [self._put_step_action(work.shown.id, step, events)] if step else []
        try:
            transact(update, *put)
        except TransactionFailed as failure:
            raise RunLeaseLost from failure

    def finish_action(
        self, seen: AgentRun, ended: Mapping[str, Any], events: Sequence[Event], lease: str = ""
    ) -> Action:
        """Return the write that ends a run that goes on, by the holder of `lease`, or by somebody
        else who has `seen` all that it spent."""
        by_holder, by_others = {"held": lease}, {"spent_seen": seen.spent.model_dump()}
        return self.table.update_action(
            self.workspace,
            seen.id,
            changes(set={**ended, "lease": "", **outbox.attribute(events)}),
            f"{_OPEN} AND {'#lease = :held' if lease else '#spent = :spent_seen'}",
            **_OPEN_VALUES,
            **(by_holder if lease else by_others),
        )

    def _put_step_action(
        self, run_id: str, step: ModelStep | ToolStep, events: Sequence[Event]
    ) -> Action:
        item = {
            "pk": self._steps(run_id),
            "sk": f"{step.number:04d}",
            "body": step.model_dump_json(),
            "ttl": _ttl(),
            **outbox.attribute(events),
        }
        if isinstance(step, ToolStep) and step.was_stored:
            return self.table.put_action(item, "attribute_exists(#pk)")
        return self.table.put_action(item, "attribute_not_exists(#pk)")

    def _steps(self, run_id: str) -> str:
        return f"{self.workspace}#steps#{run_id}"


def _run(item: Item) -> AgentRun:
    return AgentRun.model_validate(item).as_of_now()


def _ttl() -> int:
    return int((clock.now() + KEPT).timestamp())
