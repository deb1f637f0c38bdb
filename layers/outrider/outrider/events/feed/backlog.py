"""How far the relay is behind the changes of a table, as the receipts in the feed tell."""

from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.events.feed.recording import receipts_since
from outrider.kit.aws.dynamodb import Table


@dataclass(frozen=True, slots=True)
class Backlog:
    """Of one workspace: whether the feed in `feed` has what was changed in `changed`."""

    feed: Table
    workspace: WorkspaceId
    changed: Table

    def is_recorded(self, second: int) -> bool:
        """Whether the feed has an event of a change that was made in this second (since the epoch)
        or later. Changes of earlier seconds are recorded then too, while the table has one shard
        for the workspace."""
        asked = receipts_since(self.workspace, self.changed.name, second)
        return bool(self.feed.query(asked).items)
