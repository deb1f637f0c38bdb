"""Construction of the relay and of what follows it."""

from outrider.access.models import WorkspaceId
from outrider.events.feed.backlog import FeedBacklog
from outrider.events.feed.recording import Recorder
from outrider.events.feed.relay import EventRelay, MessageItems
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.eventbridge import Bus
from outrider.kit.settings import settings


def relay(messages: MessageItems) -> EventRelay:
    return EventRelay(
        recorder_of=lambda workspace: Recorder(_table(), workspace, messages.counting),
        bus=Bus(settings().bus_name),
        messages=messages,
        one_by_one=frozenset(settings().events_one_by_one.split(",")),
    )


def backlog(workspace: WorkspaceId, changed: Table) -> FeedBacklog:
    return FeedBacklog(_table(), workspace, changed)


def _table() -> Table:
    return Table(settings().events_table)
