"""Settlement of messages of unknown outcome: any event about one proves that it was sent; otherwise
a user decides."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from outrider.access.models import Caller
from outrider.campaigns.models import Said
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import try_transact
from outrider.kit.errors import Conflict, Contended
from outrider.kit.http.pagination import Sealer
from outrider.messages.errors import MessageNotFound
from outrider.messages.lists import MessageLists
from outrider.messages.models import Message
from outrider.messages.outcomes.unknown import Unknowns
from outrider.messages.repository import MessageRepository
from outrider.messages.schemas import (
    MessageView,
    SettlementBatch,
    SettlementRequest,
    SettlementResult,
)

_CONTENDED = "Others keep changing this message"


@dataclass(frozen=True, slots=True)
class Settling:
    """Service that settles each message once: by an event of the provider or by a user, whichever
    is first."""

    caller: Caller
    messages: MessageRepository
    unknowns: Unknowns

    def went_out(
        self, message: Message, provider_id: str = "", rfc_message_id: str = ""
    ) -> Message | None:
        """Return the message as it is now that it is known to have been sent; None if it is
        deleted. `message` may come from an eventually consistent read, because a settled message
        never becomes unknown again. Raises Contended if every attempt lost its optimistic lock."""
        found: Message | None = message
        for _ in attempts():
            if found is None or found.state != "unknown":
                return found
            try_transact(*self.unknowns.settle_actions(found, "sent", provider_id, rfc_message_id))
            found = self.messages.get(message.contact_id, message.id)
        if found is not None and found.state == "unknown":
            raise Contended(_CONTENDED)
        return found

    def settle(self, message_id: str, outcome: Said) -> MessageView:
        """Settle the message as a user decides, let the enrollment that waits for it continue, and
        return the message. Raises MessageNotFound, Conflict if the message is not unknown, and
        Contended if every attempt lost its optimistic lock."""
        self.caller.begin()
        for _ in attempts():
            found = self.messages.find_with_content(message_id)
            if found is None:
                raise MessageNotFound
            if found.state != "unknown":
                raise Conflict(_not_unknown(found))
            shown = MessageView.of(found.settled(outcome))
            if try_transact(
                *self.unknowns.settle_actions(found, outcome), *self.caller.keep_actions(shown)
            ):
                return shown
        raise Contended(_CONTENDED)

    def settle_many(self, request: SettlementRequest) -> SettlementBatch:
        """Settle up to 100 messages, each in its own transaction, and return one result for each.

        The request is idempotent: the ids of its messages are recorded first, and each message
        records the request that settled it. A request that is repeated after a crash works on the
        same messages and returns the results of both runs. Raises ValidationFailed if the cursor
        belongs to other filters.
        """
        chosen = self.caller.begin_with(self._chosen(request))
        call = self.caller.new_id("stl")
        results = [self._settle(each, request.outcome, call) for each in chosen["message_ids"]]
        return SettlementBatch.of(results, chosen["next_cursor"])

    def _chosen(self, request: SettlementRequest) -> dict[str, Any]:
        """Return the ids of the messages that the request settles, and the cursor of the next
        request."""
        if request.message_ids is not None:
            return {"message_ids": [*dict.fromkeys(request.message_ids)], "next_cursor": None}
        query = request.query()
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/settlements", "/cursor")
        found, place = MessageLists(self.messages).page(query, sealer.after(query), whole=False)
        page = sealer.page(query, [message.id for message in found], place)
        return {"message_ids": page.data, "next_cursor": page.next_cursor}

    def _settle(self, message_id: str, outcome: Said, call: str) -> SettlementResult:
        result = partial(SettlementResult, id=message_id)
        for _ in attempts():
            found = self.messages.find(message_id)
            if found is None:
                return result(result="not_found", reason=MessageNotFound().detail)
            if found.state != "unknown":
                if self.messages.settled_in(found) == call:
                    return result(result="settled")
                return result(result="not_unknown", reason=_not_unknown(found))
            if try_transact(*self.unknowns.settle_actions(found, outcome, call=call)):
                return result(result="settled")
        return result(result="contended", reason=_CONTENDED)


def _not_unknown(message: Message) -> str:
    return f"Only a message whose status is unknown can be settled: this one is {message.state}"
