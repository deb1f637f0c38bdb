"""Classification of an inbound email by its text, its writer's button actions, and whether a
program wrote it."""

from datetime import date

from outrider.inbound.classification.buttons import What
from outrider.inbound.classification.rules import Judgement, classify
from outrider.inbound.mail.message import IncomingMail
from outrider.sequences.models import ReplyClass

_ACTS: dict[What, Judgement] = {
    "unsubscribed": Judgement(None, 1.0),
    "invited": Judgement("interested", 0.9),
    "accepted": Judgement("interested", 0.9),
    "tentative": Judgement("interested", 0.7),
    "declined": Judgement("interested_later", 0.6),
    "reacted": Judgement("unclassified", 0.0),
}
"""Classification of each action. Declining one meeting does not mean a lack of interest: only words
do. The meaning of an emoji needs manual review."""
_BY_PEOPLE: tuple[ReplyClass | None, ...] = (
    None,
    "interested",
    "interested_later",
    "not_interested",
    "objection",
)
"""Classifications that only people's replies have; None is an opt-out request."""


def judge(mail: IncomingMail, received: date) -> Judgement:
    """Classify the email; `received` is the day of receipt, for dates without a year."""
    if mail.act:
        return _of_act(mail, _ACTS[mail.act.what], received)
    if mail.sign == "likely":
        found = classify(mail.text, "", by_machine=False, received=received)
        if _is_by_person(found):
            return found
    return classify(
        mail.text,
        mail.subject,
        by_machine=mail.kind == "machine",
        declared=mail.sign == "declared",
        received=received,
        month_first=mail.month_first,
    )


def _of_act(mail: IncomingMail, judgement: Judgement, received: date) -> Judgement:
    """Return the classification of the text if only a person can have written it, else that of the
    action."""
    if judgement.is_stop or not mail.text:
        return judgement
    found = classify(mail.text, "", by_machine=False, received=received)
    return found if _is_by_person(found) else judgement


def _is_by_person(found: Judgement) -> bool:
    return found.value in _BY_PEOPLE or found.may_be_stop
