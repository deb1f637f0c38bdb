"""Mailboxes of all workspaces by their address, for mail that comes in."""

from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit.dynamo import Query, Table


@dataclass(frozen=True, slots=True)
class Inboxes:
    table: Table

    def find(self, address: str) -> list[tuple[WorkspaceId, str]]:
        """Workspaces that have a mailbox with this normalised address, and its id there. More than
        one may say that an address is theirs."""
        page = self.table.query(Query(inbox_pk(address), consistent=True))
        return [(WorkspaceId(str(item["sk"])), str(item["mailbox_id"])) for item in page.items]


def inbox_pk(address: str) -> str:
    return f"inbox#{address.lower()}"
