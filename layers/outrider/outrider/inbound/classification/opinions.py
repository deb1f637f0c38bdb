"""Classification by a model of replies that rules could not classify.

What a model says only ends sequences, as a reply does: it suppresses nobody, and lets no further
message be sent. Whatever it does not know, and any reply that may ask to stop, is left to a person,
whose decision it never changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from outrider.inbound.classification.decisions import ReplyDecisions
from outrider.inbound.classification.rules import MAX_TEXT
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import TransactionFailed, transact
from outrider.kit.errors import Contended
from outrider.messages.models import Classification, Message
from outrider.messages.repository import MessageRepository
from outrider.writing.errors import WritingFailed
from outrider.writing.models import QuotedText, ReplyOpinion, ReplyRequest
from outrider.writing.port import Writer

LEAST_CONFIDENCE = 0.6
"""Confidence below which a reply is left to a person."""


@dataclass(frozen=True, slots=True)
class ModelClassifying:
    """Classification in one workspace. `model_writer` returns the writer of a workspace with a
    provider of language models, or None."""

    messages: MessageRepository
    decisions: ReplyDecisions
    model_writer: Callable[[], Writer | None]

    def classify(
        self, message_id: str
    ) -> Literal["no_provider", "decided_before", "not_answered", "left_to_a_person", "classified"]:
        """Have a reply classified, and return the outcome for the log. Repeating it has no further
        effect. Raises Contended after too many lost optimistic locks."""
        writer = self.model_writer()
        if writer is None:
            return "no_provider"
        reply = self._undecided(message_id)
        if reply is None:
            return "decided_before"
        try:
            opinion = writer.classify(_request(reply))
        except WritingFailed:
            return "not_answered"
        if opinion.label is None or opinion.confidence < LEAST_CONFIDENCE:
            return "left_to_a_person"
        return "classified" if self._record(message_id, opinion) else "decided_before"

    def _record(self, message_id: str, opinion: ReplyOpinion) -> bool:
        """Record the class; return False if somebody else decided meanwhile."""
        found = Classification.model_validate(
            {
                "value": opinion.label,
                "source": "model",
                "confidence": opinion.confidence,
                "provider": opinion.provider,
            }
        )
        for _ in attempts():
            reply = self._undecided(message_id)
            if reply is None:
                return False
            try:
                transact(*self.decisions.classify_actions(reply, found))
            except TransactionFailed:
                continue
            return True
        raise Contended("Others keep changing this reply")

    def _undecided(self, message_id: str) -> Message | None:
        """Return the reply, with its content, if only rules decided about it, and could not."""
        reply = self.messages.find_with_content(message_id)
        if reply is None or reply.direction != "in" or reply.classification is None:
            return None
        found = reply.classification
        return reply if (found.value, found.source) == ("unclassified", "rule") else None


def _request(reply: Message) -> ReplyRequest:
    def quoted(text: str | None, source: str) -> QuotedText:
        return QuotedText(text=(text or "")[:MAX_TEXT], source=source, is_untrusted=True)

    return ReplyRequest(
        subject=quoted(reply.subject, "reply.subject"), text=quoted(reply.text, "reply.text")
    )
