"""Classes that a reply gets after it was recorded: from a person, or from a model."""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.inbound.replies.effects import Effects, ReplyContext
from outrider.kit.aws.dynamodb import Action
from outrider.messages.models import Classification, Message
from outrider.messages.repository import MessageRepository
from outrider.sequences.models import AUTOMATIC


@dataclass(frozen=True, slots=True)
class ReplyDecisions:
    """Writes by which a reply gets another class, with its effects."""

    caller: Caller
    messages: MessageRepository
    effects: Effects

    def classify_actions(self, reply: Message, found: Classification) -> list[Action]:
        """Return the writes that set the class and apply its effects. An active enrollment may end,
        or resume if a person says so; an ended one is not restarted. Condition: the class has not
        changed since the reply was read."""
        event = self.caller.event(
            "reply.classified",
            classification=found.value,
            previous=reply.classification.value if reply.classification else None,
            source=found.source,
            confidence=found.confidence,
            in_reply_to=reply.in_reply_to,
            **reply.names(),
        )
        classify = self.messages.classify_action(reply, found, [event])
        return [classify, *self._follow_actions(reply, found)]

    def _follow_actions(self, reply: Message, found: Classification) -> Sequence[Action]:
        answered = (
            self.messages.get(reply.contact_id, reply.in_reply_to) if reply.in_reply_to else None
        )
        if answered is None:
            return ()
        by_person = found.value not in AUTOMATIC
        by_human = found.source == "human"
        at = reply.created_at if by_person else None
        actions = list(self.effects.count_actions(answered, at, found))
        around = self.effects.around(answered)
        if by_person:
            actions += self.effects.person_actions(
                around,
                found.value,
                reply.created_at,
                by_human=by_human,
                in_review=None if by_human else self._still_in_review(around, reply),
            )
        else:
            actions += self.effects.reviewed_machine_actions(around, found.value)
        return actions

    def _still_in_review(self, around: ReplyContext, reply: Message) -> str | None:
        """Return the reply for whose review the enrollment goes on waiting after a model classified
        `reply`: another one, or this one if a further message would be sent."""
        in_review = around.enrollment.in_review if around.enrollment else None
        if in_review == reply.id and not self.effects.goes_on(around):
            return None
        return in_review
