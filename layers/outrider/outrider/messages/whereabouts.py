"""Whom a message of which only the id is known was written to, without reading it."""

from collections.abc import Callable

from outrider.access.models import WorkspaceId
from outrider.kit.dynamo import Query, Table
from outrider.kit.settings import settings


def contact_of(workspace: WorkspaceId) -> Callable[[str], str | None]:
    """Gives the contact of a message's id; None when there is no such message, or it was made just
    now."""
    table = Table(settings().require("messages_table"))

    def find(message_id: str) -> str | None:
        page = table.query(Query(f"{workspace}#{message_id}", index="by_id", limit=1))
        return page.items[0]["pk"].rpartition("#")[2] if page.items else None

    return find
