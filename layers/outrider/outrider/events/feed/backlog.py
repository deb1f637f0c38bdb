"""Backlog of the relay, measured by the receipts in the feed."""

from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.events.feed.recording import newest_receipt, second_of
from outrider.kit.aws.dynamodb import Table


@dataclass(frozen=True, slots=True)
class FeedBacklog:
    """Backlog of the relay for one workspace: changes of the table `changed` that are not yet in
    the table `feed`."""

    feed: Table
    workspace: WorkspaceId
    changed: Table

    def recorded_until(self) -> int:
        """Return the latest second (epoch) of a change that is recorded in the feed, or 0. All
        changes of earlier seconds are recorded too, as long as the stream has one shard for the
        workspace."""
        found = self.feed.query(newest_receipt(self.workspace, self.changed.name)).items
        return second_of(found[0]) if found else 0
