"""EventBridge Scheduler by the test's clock: one-time schedules that put messages into queues."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from outrider.kit import clock
from tests.harness.queues import Queues
from tests.harness.wire import Refusal

_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")


@dataclass(frozen=True, slots=True)
class Schedule:
    group: str
    name: str
    at_ms: int
    queue_arn: str
    body: str


class Schedules:
    """`waiting` are those that have not fired, by group and name."""

    def __init__(self, queues: Queues, group: str, role_arn: str) -> None:
        self.waiting: dict[tuple[str, str], Schedule] = {}
        self._queues = queues
        self._group, self._role = group, role_arn

    def clear(self) -> None:
        self.waiting.clear()

    def answer(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        assert operation == "CreateSchedule", f"the harness does not know scheduler {operation}"
        name, group = params["Name"], params["GroupName"]
        assert re.fullmatch(r"[\w.-]{1,64}", name), f"{name} is no name for a schedule"
        assert group == self._group, f"there is no group {group}"
        assert params["Target"]["RoleArn"] == self._role
        assert params["FlexibleTimeWindow"] == {"Mode": "OFF"}
        assert params["ActionAfterCompletion"] == "DELETE"
        if (group, name) in self.waiting:
            raise Refusal("ConflictException")
        at = _AT.fullmatch(params["ScheduleExpression"])
        assert at, f"{params['ScheduleExpression']} is no time"
        moment = datetime.fromisoformat(at[1]).replace(tzinfo=UTC)
        target = params["Target"]
        self.waiting[group, name] = Schedule(
            group, name, clock.to_epoch_ms(moment), target["Arn"], target["Input"]
        )
        return {"ScheduleArn": f"arn:aws:scheduler:us-east-1:123456789012:schedule/{group}/{name}"}

    def fire(self) -> bool:
        """Send what is due."""
        due = [each for each in self.waiting.values() if each.at_ms <= clock.epoch_ms()]
        for each in due:
            self._queues.by_arn[each.queue_arn].send(each.body)
            del self.waiting[each.group, each.name]
        return bool(due)

    def next_ms(self) -> int | None:
        return min((each.at_ms for each in self.waiting.values()), default=None)
