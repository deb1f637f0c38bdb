"""The feed as tests fill it and look at it, past the relay and the API."""

import time
from typing import Protocol

from outrider.access.models import WorkspaceId
from outrider.events.feed.batches import FeedBatch
from outrider.events.feed.recording import Recorder
from outrider.events.models import Change, RecordedEvent
from outrider.kit import ids
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Table
from outrider.kit.outbox import Event
from outrider.kit.settings import settings
from outrider.messages.tracking import statistics


class Tables(Protocol):
    """Where items are found: a Cloud, or a stack that was deployed."""

    def items(self, table: str, prefix: str = "") -> list[Item]: ...


def record(*events: Event) -> list[RecordedEvent]:
    """The events of one workspace as the relay records those of one change."""
    change = Change(ids.new("rec"), "table", int(time.time()), events)
    workspace = WorkspaceId(events[0].partition)
    table = Table(settings().events_table)
    return Recorder(table, workspace, statistics.count_actions).record([change])


def recorded(tables: Tables, workspace: str) -> list[RecordedEvent]:
    """Everything in the feed of a workspace, in the order of its keys."""
    items = [item for item in tables.items("events", f"{workspace}#feed") if "events" in item]
    batches = [
        FeedBatch.from_item(WorkspaceId(workspace), item)
        for item in sorted(items, key=lambda item: str(item["sk"]))
        if item["pk"] == f"{workspace}#feed"
    ]
    return [event for batch in batches for event in batch.recorded()]
