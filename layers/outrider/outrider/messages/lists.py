"""Pages of messages of a contact, of a campaign, or in an open state, newest first.

A contact's messages lie together, in no order, and are few: they are read whole. The others are
found by an index that has their keys in the order of time; what else is asked is tested here, and
what a page may read is bounded. `recent.py` lists all messages of a workspace.
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
"""Messages read for one page of an index."""
_LEAST = 50
_FASTER = 4
_AT_ONCE = 50
"""Messages fetched in a call, each with what it says: that may have 200 KB."""
_TIMES = frozenset({"created_after", "created_before"})
_PAGES = 20
"""Of up to 1 MB each, of one contact's messages."""


@dataclass(frozen=True, slots=True)
class MessageLists:
    messages: MessageRepository

    def page(
        self, asked: MessageQuery, after: Item | None, *, whole: bool = True
    ) -> tuple[list[Message], Item | None]:
        """At most `asked.limit` messages, with what they say only if `whole`, and the place behind
        them; None at the end. Where most are left out there may be fewer, even none, though others
        follow."""
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

    def of_contact(self, contact_id: str, *, whole: bool = False) -> list[Message]:
        """All of a contact's messages, newest first, with what they say only if `whole`."""
        if whole:
            return sorted(self.messages.all_of(contact_id, _PAGES), key=_age, reverse=True)
        found: list[Message] = []
        after: Item | None = None
        for _ in range(_PAGES):
            messages, after = self.messages.list(contact_id, _MOST, after)
            found += messages
            if after is None:
                break
        return sorted(found, key=_age, reverse=True)

    def _of_contact(
        self, asked: MessageQuery, contact_id: str, after: Item | None
    ) -> tuple[list[Message], Item | None]:
        found = self.of_contact(contact_id, whole=True)
        there = [message for message in found if asked.matches(message)]
        if after is not None:
            there = [message for message in there if _age(message) < after["before"]]
        page = there[: asked.limit]
        more = len(there) > len(page)
        return page, {"before": _age(page[-1])} if more else None

    def _fetched(self, places: Sequence[Item], *, whole: bool) -> list[Message | None]:
        """The messages at these places; None for one that is gone since."""
        parts = [places[at : at + _AT_ONCE] for at in range(0, len(places), _AT_ONCE)]
        return [message for part in parts for message in self.messages.at(part, whole=whole)]


def has_index(asked: MessageQuery) -> bool:
    """Whether `MessageLists` has a way to what is asked for."""
    return bool(asked.contact_id or asked.campaign_id or asked.status in OPEN_STATES)


def _query(workspace: str, asked: MessageQuery) -> tuple[Query, frozenset[str]]:
    """The way to them, and the filters that it answers by itself."""
    index, name = "by_campaign", "campaign_id"
    if asked.status in OPEN_STATES:
        index, name = "by_state", "status"
    # The sort key is a message's time, # and its id.
    between = {"first": f"{asked.created_after or 0}#~", "last": asked.created_before or "~"}
    query = Query(
        f"{workspace}#{getattr(asked, name)}",
        f"#{index}_sk BETWEEN :first AND :last",
        between,
        index=index,
    )
    return query, _TIMES | {name}


def _age(message: Message) -> str:
    return f"{message.created_at}#{message.id}"
