"""Queries of messages and threads."""

from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit.http.pagination import Page, Sealer
from outrider.messages import thread_ids
from outrider.messages.errors import MessageNotFound, ThreadNotFound
from outrider.messages.feed import RecentMessages
from outrider.messages.lists import MessageLists, age, has_index
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository
from outrider.messages.schemas import MAX_SHOWN, MessageQuery, MessageView
from outrider.messages.thread_schemas import MessageThread, ThreadQuery, ThreadSummary

_MAX_IN_THREAD = 200


@dataclass(frozen=True, slots=True)
class MessageService:
    caller: Caller
    messages: MessageRepository
    lists: MessageLists
    recent: RecentMessages

    def list(self, query: MessageQuery) -> Page[MessageView]:
        """Return a page of messages without HTML and with truncated text. Raises ValidationFailed
        if the cursor is invalid."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/messages")
        source = self.lists if has_index(query) else self.recent
        found, place = source.page(query, sealer.after(query))
        shown = [MessageView.without_html(message, MAX_SHOWN) for message in found]
        return sealer.page(query, shown, place)

    def get(self, message_id: str) -> MessageView:
        """Return the message with its content. Raises MessageNotFound."""
        message = self.messages.find_with_content(message_id)
        if message is None:
            raise MessageNotFound
        return MessageView.of(message)

    def threads(self, query: ThreadQuery) -> Page[ThreadSummary]:
        """Return a page of the threads of a contact, the one with the newest message first."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/threads")
        after = sealer.after(query)
        grouped: dict[str, list[Message]] = {}
        for message in self.lists.of_contact(query.contact_id, whole=True):
            grouped.setdefault(message.thread_id, []).append(message)
        threads = list(grouped.values())
        if after is not None:
            threads = [each for each in threads if age(each[0]) < after["before"]]
        shown = threads[: query.limit]
        place = {"before": age(shown[-1][0])} if len(threads) > len(shown) else None
        return sealer.page(query, [ThreadSummary.of(each) for each in shown], place)

    def thread(self, thread_id: str) -> MessageThread:
        """Return the newest messages and replies of the thread, oldest first. Raises
        ThreadNotFound."""
        known = thread_ids.parts(thread_id)
        if known is None:
            raise ThreadNotFound
        campaign_id, contact_id = known
        found = [
            message
            for message in self.lists.of_contact(contact_id, whole=True)
            if message.campaign_id == campaign_id
        ]
        if not found:
            raise ThreadNotFound
        in_order = found[:_MAX_IN_THREAD][::-1]
        return MessageThread(
            id=thread_id,
            contact_id=contact_id,
            campaign_id=campaign_id,
            subject=next((message.subject for message in in_order if message.subject), None),
            messages=[MessageView.without_html(message) for message in in_order],
        )
