"""Verified mailboxes of all workspaces by their address, for mail that comes in."""

from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit.aws.dynamodb import Query, Table
from outrider.kit.text.addresses import folded


@dataclass(frozen=True, slots=True)
class Inboxes:
    table: Table

    def find(self, address: str) -> list[tuple[WorkspaceId, str]]:
        """Workspaces that have a verified mailbox with this normalised address, and its id there.
        Who proved that it is theirs goes before who only added it first; more than one may have
        proved it."""
        page = self.table.query(Query(inbox_pk(address), consistent=True))
        proved = [item for item in page.items if item["verified_by"] != "first"]
        return [
            (WorkspaceId(str(item["sk"])), str(item["mailbox_id"])) for item in proved or page.items
        ]


def inbox_pk(address: str) -> str:
    return f"inbox#{folded(address)}"
