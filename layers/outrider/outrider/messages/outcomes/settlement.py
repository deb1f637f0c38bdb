"""Messages whose outcome was lost: whatever is heard of one proves that it went out, and where
nothing is, a person says what became of it."""

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

_ATTEMPTS = 5
_CONTENDED = "Others keep changing this message"


@dataclass(frozen=True, slots=True)
class Settling:
    """Each message is settled once: by what is heard of it, or by who says it first."""

    caller: Caller
    messages: MessageRepository
    unknowns: Unknowns

    def went_out(
        self, message: Message, provider_id: str = "", rfc_message_id: str = ""
    ) -> Message | None:
        """Return the message as it stands once it is known that it was sent; None when it is gone.
        `message` is as it was read, if only a moment ago: what is settled never becomes unknown.
        Raises Contended."""
        found: Message | None = message
        for _ in attempts(_ATTEMPTS):
            if found is None or found.state != "unknown":
                return found
            try_transact(*self.unknowns.settle_actions(found, "sent", provider_id, rfc_message_id))
            found = self.messages.get(message.contact_id, message.id)
        if found is not None and found.state == "unknown":
            raise Contended(_CONTENDED)
        return found

    def say(self, message_id: str, said: Said) -> MessageView:
        """The message as it is by a person's word; nothing is sent by it but what comes next for
        an enrollment that waits for that. Raises MessageNotFound, Conflict when the message is not
        unknown (any more), and Contended."""
        self.caller.begin()
        for _ in attempts(_ATTEMPTS):
            found = self.messages.find_whole(message_id)
            if found is None:
                raise MessageNotFound
            if found.state != "unknown":
                raise Conflict(_not_unknown(found))
            shown = MessageView.of(found.settled(said))
            if try_transact(
                *self.unknowns.settle_actions(found, said), *self.caller.keep_actions(shown)
            ):
                return shown
        raise Contended(_CONTENDED)

    def say_of_many(self, request: SettlementRequest) -> SettlementBatch:
        """Settle up to 100 messages, each by itself, as `say` does.

        Which they are is settled first, and each message keeps the call that settled it: so a call
        that is repeated after a crash is about the same messages, and tells of each what became of
        it in either call. Raises ValidationFailed for a cursor that is not of these filters.
        """
        chosen = self.caller.begin_with(self._chosen(request))
        call = self.caller.new_id("stl")
        results = [self._settle(each, request.outcome, call) for each in chosen["message_ids"]]
        return SettlementBatch.of(results, chosen["next_cursor"])

    def _chosen(self, request: SettlementRequest) -> dict[str, Any]:
        """The ids of the messages that a request is about, and where the next one goes on."""
        if request.message_ids is not None:
            return {"message_ids": [*dict.fromkeys(request.message_ids)], "next_cursor": None}
        query = request.query()
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/settlements", "/cursor")
        found, place = MessageLists(self.messages).page(query, sealer.after(query), whole=False)
        page = sealer.page(query, [message.id for message in found], place)
        return {"message_ids": page.data, "next_cursor": page.next_cursor}

    def _settle(self, message_id: str, said: Said, call: str) -> SettlementResult:
        result = partial(SettlementResult, id=message_id)
        for _ in attempts(_ATTEMPTS):
            found = self.messages.find(message_id)
            if found is None:
                return result(result="not_found", reason=MessageNotFound().detail)
            if found.state != "unknown":
                if self.messages.settled_in(found) == call:
                    return result(result="settled")
                return result(result="not_unknown", reason=_not_unknown(found))
            if try_transact(*self.unknowns.settle_actions(found, said, call=call)):
                return result(result="settled")
        return result(result="contended", reason=_CONTENDED)


def _not_unknown(message: Message) -> str:
    return f"Only a message whose state is unknown can be settled: this one is {message.state}"
