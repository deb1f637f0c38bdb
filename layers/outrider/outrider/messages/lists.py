"""Pages of the messages of a contact, of a campaign, or in an open state, newest first.

A contact's messages are few and share a partition, unordered: all of them are read. The others are
read from an index that is sorted by time. Remaining filters are applied here, and the number of
items read per page is bounded. `feed.py` lists all messages of a workspace.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query, key_of
from outrider.messages.models import Message
from outrider.messages.repository import OPEN_STATES, MessageRepository
from outrider.messages.schemas import MessageQuery

_CALLS = 4
_MOST = 1_000
"""Maximum number of messages read from an index for one page."""
_LEAST = 50
_FASTER = 4
_AT_ONCE = 50
"""Messages fetched per call; with its content, one may have 200 KB."""
_TIMES = frozenset({"created_after", "created_before"})
_PAGES = 20
"""Maximum number of 1 MB pages read of one contact's messages."""


@dataclass(frozen=True, slots=True)
class MessageLists:
    messages: MessageRepository

    def page(
        self, asked: MessageQuery, after: Item | None, *, whole: bool = True
    ) -> tuple[list[Message], Item | None]:
        """Return at most `asked.limit` messages and the position after them, None at the end;
        `whole` includes their content. If the filters drop most messages, a page may be short or
        empty although more follow."""
        if asked.contact_id is not None:
            return self._of_contact(asked, asked.contact_id, after)
        query, answered = _query(self.messages.workspace, asked)
        found: list[Message] = []
        size = asked.limit if asked.given <= answered else max(asked.limit, _LEAST)
        left = _MOST
        for _ in range(_CALLS):
            page = self.messages.table.page(
                replace(query, after=after, newest_first=True), min(size, left), calls=1
            )
            fetched = self._fetched(page.items, whole=whole)
            for place, message in zip(page.items, fetched, strict=True):
                if message is None or not asked.matches(message):
                    continue
                if len(found) == asked.limit:
                    return found, after
                found.append(message)
                after = key_of(place, query.index)
            left -= len(page.items)
            size *= _FASTER
            after = page.last_key
            if after is None or left <= 0 or len(found) == asked.limit:
                break
        return found, after

    def went_out(self, contact_id: str, campaign_id: str) -> bool:
        """Return whether a message of a campaign went out to a contact, or a task for it was
        done."""
        return any(
            each.campaign_id == campaign_id and each.state in ("sent", "completed")
            for each in self.of_contact(contact_id)
        )

    def of_contact(self, contact_id: str, *, whole: bool = False) -> list[Message]:
        """Return all messages of a contact, newest first; `whole` includes their content."""
        if whole:
            return sorted(self.messages.all_of(contact_id, _PAGES), key=age, reverse=True)
        found: list[Message] = []
        after: Item | None = None
        for _ in range(_PAGES):
            messages, after = self.messages.list(contact_id, _MOST, after)
            found += messages
            if after is None:
                break
        return sorted(found, key=age, reverse=True)

    def _of_contact(
        self, asked: MessageQuery, contact_id: str, after: Item | None
    ) -> tuple[list[Message], Item | None]:
        found = self.of_contact(contact_id, whole=True)
        matching = [message for message in found if asked.matches(message)]
        if after is not None:
            matching = [message for message in matching if age(message) < after["before"]]
        page = matching[: asked.limit]
        more = len(matching) > len(page)
        return page, {"before": age(page[-1])} if more else None

    def _fetched(self, places: Sequence[Item], *, whole: bool) -> list[Message | None]:
        """Return the messages at these index positions; None for one that was deleted meanwhile."""
        parts = [places[at : at + _AT_ONCE] for at in range(0, len(places), _AT_ONCE)]
        return [message for part in parts for message in self.messages.at(part, whole=whole)]


def has_index(asked: MessageQuery) -> bool:
    """Return whether `MessageLists` has an index for the query."""
    return bool(asked.contact_id or asked.campaign_id or asked.status in OPEN_STATES)


def _query(workspace: str, asked: MessageQuery) -> tuple[Query, frozenset[str]]:
    """Return the index query, and the filters that it applies."""
    index, name = "by_campaign", "campaign_id"
    if asked.status in OPEN_STATES:
        index, name = "by_state", "status"
    # The sort key is the message's time, then # and the end of its id.
    between = {"first": f"{asked.created_after or 0}#~", "last": asked.created_before or "~"}
    query = Query(
        f"{workspace}#{getattr(asked, name)}",
        f"#{index}_sk BETWEEN :first AND :last",
        between,
        index=index,
    )
    return query, _TIMES | {name}


def age(message: Message) -> str:
    """Return a text by which messages are in the order of their times."""
    return f"{message.created_at}#{message.id}"
