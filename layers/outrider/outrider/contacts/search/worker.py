"""What follows from changes of contacts, as the stream of their table brings them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.contacts.company_links import ContactLinks, may_move
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.contacts.search.tokens import TokenRepository
from outrider.kit import parallel
from outrider.kit.aws.attributes import Item, decode_item
from outrider.kit.aws.dynamodb import WRITE_AT_ONCE, Table, batch_write

Histories = Mapping[tuple[str, str], Sequence[Item | None]]
"""By workspace and id what a contact was before the records and after each; None: not there."""


@dataclass(frozen=True, slots=True)
class ContactIndex:
    """Records that come again do no harm. Anything that fails is raised, so that the stream brings
    the whole batch again."""

    table: Table
    links_of: Callable[[WorkspaceId], ContactLinks]

    def follow(self, records: Sequence[Mapping[str, Any]]) -> int:
        """Bring what hangs on contacts to where the last of each one's records has it; gives how
        many contacts there were. What else is to follow from a change is called from here."""
        histories = _histories(records)
        self._keep_tokens(histories)
        self._link(histories)
        self._bury(histories)
        return len(histories)

    def _keep_tokens(self, histories: Histories) -> None:
        """A contact that is gone has no tokens."""
        actions = []
        for (workspace, _), items in histories.items():
            tokens = TokenRepository(self.table, WorkspaceId(workspace))
            actions += tokens.change_actions([Contact.from_item(item) for item in items])
        parallel.chunks(batch_write, actions, WRITE_AT_ONCE)

    def _link(self, histories: Histories) -> None:
        moving: dict[str, list[Item]] = {}
        for (workspace, _), items in histories.items():
            last = items[-1]
            if last is None or "deleted_at" in last:
                continue
            if any(after and may_move(before, after) for before, after in pairwise(items)):
                moving.setdefault(workspace, []).append(last)
        for workspace, moved in moving.items():
            self.links_of(WorkspaceId(workspace)).settle(moved)

    def _bury(self, histories: Histories) -> None:
        for (workspace, _), (*_, item) in histories.items():
            if item and "deleted_at" in item:
                contacts = ContactRepository(self.table, WorkspaceId(workspace))
                contacts.bury(Contact.model_validate(item))


def _histories(records: Iterable[Mapping[str, Any]]) -> Histories:
    found: dict[tuple[str, str], list[Item | None]] = {}
    for record in records:
        before, after = (
            decode_item(change) if (change := record["dynamodb"].get(image)) else None
            for image in ("OldImage", "NewImage")
        )
        if item := after or before:
            found.setdefault((item["pk"], item["sk"]), [before]).append(after)
    return found
