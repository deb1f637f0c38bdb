"""Lookup of verified mailboxes of all workspaces by address, to route inbound email."""

from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit.aws.dynamodb import Query, Table
from outrider.kit.text.addresses import folded


@dataclass(frozen=True, slots=True)
class Inboxes:
    """Verified mailboxes of all workspaces."""

    table: Table

    def find(self, address: str) -> list[tuple[WorkspaceId, str]]:
        """Return workspace and mailbox id of each verified mailbox with this normalised address.
        Workspaces that proved ownership of the address (several can) take precedence over one that
        only added it first."""
        page = self.table.query(Query(inbox_pk(address), consistent=True))
        proved = [item for item in page.items if item["verified_by"] != "first"]
        return [
            (WorkspaceId(str(item["sk"])), str(item["mailbox_id"])) for item in proved or page.items
        ]


def inbox_pk(address: str) -> str:
    return f"inbox#{folded(address)}"
