"""EventBridge: PutEvents, rules, and what waits to be carried to their targets."""

import json
from collections import deque
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from outrider.events.feed.packing import recorded_events
from outrider.events.models import RecordedEvent
from outrider.kit import clock
from tests.harness.contract import Contract
from tests.harness.patterns import matches


@dataclass(frozen=True, slots=True)
class Rule:
    """`target` is the ARN of a queue, or the name of a function."""

    pattern: dict[str, Any]
    target: str


class Bus:
    def __init__(self, name: str, arn: str, rules: list[Rule], contract: Contract) -> None:
        self.name = name
        self.arn = arn
        self.published: list[dict[str, Any]] = []
        """Every entry of this test, as a target gets it."""
        self.pending: deque[tuple[str, dict[str, Any]]] = deque()
        self.refuse = 0
        """How many of the next entries the bus does not take."""
        self._rules = rules
        self._contract = contract

    @property
    def told(self) -> list[RecordedEvent]:
        """Every event of this test that came over the bus, singly or packed."""
        return [event for entry in self.published for event in recorded_events(entry)]

    def clear(self) -> None:
        self.published.clear()
        self.pending.clear()
        self.refuse = 0

    def answer(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        assert operation == "PutEvents", f"the harness does not know events {operation}"
        assert 1 <= len(params["Entries"]) <= 10, "PutEvents takes one to ten entries"
        answers = [self._put(entry) for entry in params["Entries"]]
        failed = sum("ErrorCode" in answer for answer in answers)
        return {"FailedEntryCount": failed, "Entries": answers}

    def _put(self, entry: dict[str, Any]) -> dict[str, str]:
        assert entry["EventBusName"] in (self.name, self.arn), "an event for another bus"
        if self.refuse:
            self.refuse -= 1
            return {"ErrorCode": "InternalFailure", "ErrorMessage": "refused by the test"}
        event = {
            "version": "0",
            "id": str(uuid4()),
            "source": entry["Source"],
            "detail-type": entry["DetailType"],
            "account": self.arn.split(":")[4],
            "time": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self.arn.split(":")[3],
            "resources": entry.get("Resources", []),
            "detail": json.loads(entry["Detail"]),
        }
        self._contract.published(event["detail-type"], event["detail"])
        self.published.append(event)
        self.carry(event)
        return {"EventId": event["id"]}

    def carry(self, event: dict[str, Any]) -> None:
        """Let the rules see an event: one of ours, or (on the default bus) one of AWS."""
        self.pending.extend(
            (rule.target, event) for rule in self._rules if matches(rule.pattern, event)
        )


def object_created(bucket: str, key: str, size: int) -> dict[str, Any]:
    """The event that S3 sends of a new object."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": bucket}, "object": {"key": key, "size": size}},
    }
