"""How far the relay is behind the changes of a table, read from its receipts in the feed."""

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
        """Return the newest second (since the epoch) in which a change was made that the feed has,
        or 0. Changes of earlier seconds are recorded too, while the table has one shard for the
        workspace."""
        found = self.feed.query(newest_receipt(self.workspace, self.changed.name)).items
        return second_of(found[0]) if found else 0
