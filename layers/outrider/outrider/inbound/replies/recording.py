"""Recording of a reply: its message and all its effects in one transaction."""

from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.enrollments import message_ids
from outrider.inbound.classification.rules import Judgement, addresses
from outrider.inbound.mail.message import IncomingMail
from outrider.inbound.replies.effects import Effects, ReplyContext
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import TransactionFailed, transact
from outrider.kit.errors import Contended
from outrider.kit.observability import metrics
from outrider.kit.outbox import Event
from outrider.kit.text.addresses import folded
from outrider.messages.models import Classification, Message
from outrider.messages.repository import MessageRepository
from outrider.messages.tracking.opt_out import OptOuts

STOP = "stop_request"


@dataclass(frozen=True, slots=True)
class Replies:
    """Recording of replies in one workspace; recording the same reply again has no effect."""

    caller: Caller
    messages: MessageRepository
    opt_outs: OptOuts
    effects: Effects

    def record(self, message: Message, mail: IncomingMail, judgement: Judgement) -> Message | None:
        """Record the reply with its effects and return it; None if the message it answers was
        deleted. Raises Contended after too many lost optimistic locks."""
        if judgement.is_stop:
            self.opt_outs.record(
                message.contact_id, message.id, "unsubscribed", clock.now(), "answer"
            )
        for _ in attempts():
            answered = self.messages.get(message.contact_id, message.id)
            if answered is None:
                return None
            around = self.effects.around(answered)
            reply = self._reply(answered, mail, judgement)
            kept = self.messages.get(reply.contact_id, reply.id)
            if kept is None:
                try:
                    self._keep(around, reply, judgement)
                except TransactionFailed:
                    continue
                metrics.count("RepliesReceived", judgement.value or "not_classified")
            if not judgement.by_machine and not judgement.needs_review:
                self.effects.end_colleagues(around)
            return kept or reply
        raise Contended("Others keep changing this contact")

    def _keep(self, around: ReplyContext, reply: Message, judgement: Judgement) -> None:
        person = not judgement.by_machine
        at = reply.created_at
        counted = self.effects.count_actions(
            around.message, at if person else None, reply.classification
        )
        if person or judgement.value is None:
            in_review = reply.id if judgement.needs_review else None
            changes = self.effects.person_actions(around, judgement.value, at, in_review=in_review)
        else:
            changes = self.effects.machine_actions(around, judgement.value, judgement.back_on)
        record = self.messages.add_action(reply, self._events(reply, judgement))
        transact(record, *self.messages.content_actions(reply), *counted, *changes)

    def _reply(self, answered: Message, mail: IncomingMail, judgement: Judgement) -> Message:
        found = judgement.value and Classification(
            value=judgement.value, source="rule", confidence=judgement.confidence
        )
        return Message(
            id=message_ids.of(
                answered.contact_id, self.caller.workspace, "in", answered.contact_id, mail.key
            ),
            direction="in",
            state="received",
            sender=mail.sender or None,
            recipient=answered.sender,
            subject=mail.subject,
            text=mail.text,
            reason=STOP if judgement.is_stop else None,
            rfc_message_id=mail.message_id or None,
            in_reply_to=answered.id,
            refers_to=_other_address(mail) if judgement.value == "wrong_person" else None,
            classification=found or None,
            created_at=clock.timestamp(),
            **answered.model_dump(
                include={
                    "thread_id",
                    "contact_id",
                    "campaign_id",
                    "sequence_id",
                    "enrollment_id",
                    "step_id",
                    "variant_id",
                    "mailbox_id",
                    "lead_id",
                }
            ),
        )

    def _events(self, reply: Message, judgement: Judgement) -> list[Event]:
        names = {**reply.names(), "in_reply_to": reply.in_reply_to}
        found = reply.classification
        value = found.value if found else None
        received = self.caller.event(
            "reply.received", identity=reply.id, classification=value, stop=found is None, **names
        )
        if found is None:
            return [received]
        classified = self.caller.event(
            "reply.classified",
            identity=reply.id,
            classification=found.value,
            source=found.source,
            confidence=found.confidence,
            **names,
        )
        if not judgement.needs_review:
            return [received, classified]
        needs_review = self.caller.event(
            "reply.needs_review",
            identity=reply.id,
            classification=found.value,
            reason="may_ask_to_stop" if judgement.may_be_stop else "unclassified",
            **names,
        )
        return [received, classified, needs_review]


def _other_address(mail: IncomingMail) -> str | None:
    """Return the first address in the text that is neither the writer's nor a recipient's."""
    known = {folded(each) for each in (mail.sender, *mail.recipients)}
    return next((each for each in addresses(mail.text) if each not in known), None)
