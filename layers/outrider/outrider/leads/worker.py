"""Leads of contacts that were deleted or merged, from the stream of the contacts table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.contacts.repository import ContactRepository
from outrider.kit.aws.attributes import decode_item
from outrider.leads.repository import LeadRepository


@dataclass(frozen=True, slots=True)
class LeadFollower:
    """Worker that deletes the leads of deleted contacts, and moves those of merged ones. It is
    idempotent. An error fails the whole batch, which the stream then retries."""

    leads: Callable[[WorkspaceId], LeadRepository]
    contacts: Callable[[WorkspaceId], ContactRepository]

    def follow(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Handle the stream records of contacts that became tombstones."""
        for record in records:
            image = record["dynamodb"].get("NewImage", {})
            if "deleted_at" not in image:
                continue
            item = decode_item(image)
            workspace, contact_id = WorkspaceId(item["pk"]), str(item["sk"])
            winner_id = self.contacts(workspace).merged_into(contact_id)
            if winner_id:
                self.leads(workspace).move(contact_id, winner_id)
            else:
                self.leads(workspace).forget(contact_id)
