"""What an incoming mail says: by its words, by what its writer did without words, and by whether a
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
"""Who declines one meeting may want another: only words say that somebody is not interested. What
an emoji means, a person has to say."""
_BY_PEOPLE: tuple[ReplyClass | None, ...] = (
    None,
    "interested",
    "interested_later",
    "not_interested",
    "objection",
)
"""What no program says; None is a request to stop."""


def judge(mail: IncomingMail, received: date) -> Judgement:
    """What it says, as it was received on that day."""
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
    """Words say more, where there are any."""
    if judgement.is_stop or not mail.text:
        return judgement
    found = classify(mail.text, "", by_machine=False, received=received)
    return found if _is_by_person(found) else judgement


def _is_by_person(found: Judgement) -> bool:
    return found.value in _BY_PEOPLE or found.may_be_stop
