"""Manual correction of a reply's classification, which rules do not override afterwards."""

from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.inbound.classification.decisions import ReplyDecisions
from outrider.inbound.replies.recording import STOP
from outrider.inbound.schemas import ClassificationUpdate
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import TransactionFailed, transact, try_transact
from outrider.kit.errors import Contended, ValidationFailed
from outrider.messages.errors import MessageNotFound
from outrider.messages.models import Classification, Message
from outrider.messages.repository import MessageRepository
from outrider.messages.schemas import MessageView
from outrider.messages.tracking.opt_out import OptOuts


@dataclass(frozen=True, slots=True)
class Classifying:
    """Manual classification of replies in the caller's workspace."""

    caller: Caller
    messages: MessageRepository
    decisions: ReplyDecisions
    opt_outs: OptOuts

    def classify(self, message_id: str, given: ClassificationUpdate) -> MessageView:
        """Set the classification, apply its effects and return the reply. An active enrollment may
        end, or resume if it was held for this review; an ended one is not restarted.

        Raises MessageNotFound; ValidationFailed if the message was sent rather than received;
        Contended after too many lost optimistic locks.
        """
        self.caller.begin()
        if given.value == "stop":
            return self._stop(message_id)
        found = Classification(value=given.value, source="human", confidence=1.0)
        for _ in attempts():
            reply = self._reply(message_id)
            if reply.classification == found:
                return MessageView.of(reply)
            after = MessageView.of(reply.model_copy(update={"classification": found}))
            try:
                transact(
                    *self.decisions.classify_actions(reply, found),
                    *self.caller.keep_actions(after),
                )
            except TransactionFailed:
                continue
            return after
        raise Contended("Another request changed this reply")

    def _stop(self, message_id: str) -> MessageView:
        """Mark the reply as an opt-out request. The opt-out is recorded first, as for requests that
        rules detect; recording it again has no effect."""
        for _ in attempts():
            reply = self._reply(message_id)
            if reply.reason == STOP:
                return MessageView.of(reply)
            answered = reply.in_reply_to or reply.id
            how, now = "by_person", clock.now()
            self.opt_outs.record(reply.contact_id, answered, "unsubscribed", now, how)
            stopped = reply.model_copy(update={"classification": None, "reason": STOP})
            after = MessageView.of(stopped)
            asked = self.messages.ask_to_stop_action(reply, STOP)
            if try_transact(asked, *self.caller.keep_actions(after)):
                return after
        raise Contended("Another request changed this reply")

    def _reply(self, message_id: str) -> Message:
        reply = self.messages.find_with_content(message_id)
        if reply is None:
            raise MessageNotFound
        if reply.direction != "in":
            raise ValidationFailed.at(
                "/value", "Only a received message can be classified: this one was sent"
            )
        return reply
