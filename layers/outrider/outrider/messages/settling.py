"""Messages whose outcome was lost: whatever is heard of one proves that it went out, and where
nothing is, a person says what became of it."""

from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.models import Said
from outrider.kit.dynamo import TransactionFailed, transact
from outrider.kit.errors import Conflict, Contended
from outrider.messages.errors import MessageNotFound
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository
from outrider.messages.unknowns import Unknowns

_ATTEMPTS = 5


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
        Raises Contended."""
        for _ in range(_ATTEMPTS):
            found = self.messages.get(message.contact_id, message.id)
            if found is None or found.state != "unknown":
                return found
            try:
                transact(*self.unknowns.writes(found, "sent", provider_id, rfc_message_id))
            except TransactionFailed:
                continue
        raise _contended()

    def say(self, message_id: str, said: Said) -> Message:
        """The message as it is by a person's word; nothing is sent by it but what comes next for
        an enrollment that waits for that. Raises MessageNotFound, Conflict when the message is not
        unknown (any more), and Contended."""
        self.caller.begin()
        for _ in range(_ATTEMPTS):
            found = self.messages.find_whole(message_id)
            if found is None:
                raise MessageNotFound
            if found.state != "unknown":
                raise Conflict(
                    f"Only a message that is unknown can be settled: this is {found.state}"
                )
            settled = found.settled(said)
            try:
                transact(*self.unknowns.writes(found, said), *self.caller.keep(settled))
            except TransactionFailed:
                continue
            return settled
        raise _contended()


def _contended() -> Contended:
    return Contended("Others keep changing this message")
