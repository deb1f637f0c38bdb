"""Stream worker of the contacts table: tokens, company links and removal of tombstones."""

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
"""Versions of each contact in a batch of stream records, by workspace and id: the one before the
batch, then one after each record; None where the item did not exist."""


@dataclass(frozen=True, slots=True)
class ContactIndex:
    """Idempotent consumer of stream records. An error fails the whole batch, which the stream then
    retries."""

    table: Table
    links_of: Callable[[WorkspaceId], ContactLinks]

    def follow(self, records: Sequence[Mapping[str, Any]]) -> int:
        """Update everything derived from the contacts to their last state in the batch, and return
        how many contacts there were."""
        histories = _histories(records)
        self._keep_tokens(histories)
        self._link(histories)
        self._bury(histories)
        return len(histories)

    def _keep_tokens(self, histories: Histories) -> None:
        """Write the tokens of the contacts; those of deleted contacts are removed."""
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
