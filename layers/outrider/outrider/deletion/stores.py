"""Stores that have data of workspaces: tables, which are scanned, and the bucket of files.

A scan finds whatever a workspace has, also what nothing refers to any more, such as messages to
contacts that were deleted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from outrider.access.models import WorkspaceId
from outrider.kit import parallel
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import WRITE_AT_ONCE, Action, Table, batch_write
from outrider.kit.aws.s3 import Objects
from outrider.kit.sweeps.segments import scan

PAGE = 1_000
"""Items read at once, at most 1 MB."""
Key = dict[str, str]


@dataclass(frozen=True, slots=True)
class Owned:
    """Test whether an item belongs to a workspace, in either mode. `keys` are the ids of its API
    keys."""

    workspace_id: str
    keys: Collection[str]

    @property
    def names(self) -> tuple[str, str]:
        """The names of the workspace in keys of items."""
        live, test = (WorkspaceId.of(self.workspace_id, mode) for mode in ("live", "test"))
        return live, test

    def has(self, item: Item) -> bool:
        root, _, rest = str(item["pk"]).partition("#")
        if root == "usage":
            return rest in self.keys
        return any(name in self.names for name in (root, item["sk"], item.get("workspace")))

    def is_workspace(self, item: Item) -> bool:
        """Return whether the item of the table of keys is the workspace, or its entry in the list
        of workspaces."""
        return (item["pk"], item["sk"]) in (
            (self.workspace_id, "#"),
            ("workspaces", self.workspace_id),
        )


class Store(Protocol):
    """Something that has data of workspaces."""

    def delete_page(self, owned: Owned, after: Key | None) -> tuple[int, Key | None]:
        """Delete what belongs to the workspace on the page after the key `after`. Return how much
        that was, and the key to continue after, or None at the end."""
        ...


@dataclass(frozen=True, slots=True)
class TableStore:
    """A table. That of keys keeps the workspace itself, which is deleted at the end."""

    table: Table
    of_keys: bool = False

    def delete_page(self, owned: Owned, after: Key | None) -> tuple[int, Key | None]:
        page = scan(self.table, segment=0, of=1, after=after, limit=PAGE)
        actions: list[Action] = [
            self.table.delete_action(item["pk"], item["sk"])
            for item in page.items
            if owned.has(item) and not (self.of_keys and owned.is_workspace(item))
        ]
        if actions:
            parallel.chunks(batch_write, actions, WRITE_AT_ONCE)
        return len(actions), page.last_key


@dataclass(frozen=True, slots=True)
class FileStore:
    """Files of imports and exports. Incoming email is not kept by workspace, and expires after 30
    days."""

    files: Objects

    def delete_page(self, owned: Owned, _: Key | None) -> tuple[int, Key | None]:
        for kind in ("imports", "exports"):
            for mode in ("live", "test"):
                keys = self.files.list(f"{kind}/{mode}/{owned.workspace_id}/")
                if keys:
                    parallel.each(self.files.delete, keys)
                    return len(keys), {"pk": kind, "sk": mode}
        return 0, None
