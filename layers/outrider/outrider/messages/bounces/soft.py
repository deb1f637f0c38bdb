"""When mails that keep coming back softly say that an address is dead.

All is found from the messages: whatever order bounces are heard in, and however often, the answer
is the same, and no delivery has to reset a counter.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from outrider.kit import clock
from outrider.messages.bounces.reasons import RULES, BounceReason
from outrider.messages.models import Message

PATIENCE = timedelta(days=14)
"""From the first soft bounce in a row to the one that is taken for hard."""


def keep_coming_back(mails: Sequence[Message]) -> bool:
    """Whether of these mails to one address all of two weeks came back, for causes on the
    recipient's side, while nobody there was seen to be alive.

    A mail that did not come back begins the two weeks anew, and so do an open, a click or an answer
    to any mail. What came back for the sender's or its own sake says nothing either way.
    """
    alive = sorted(at for mail in mails for at in _signs_of_life(mail))
    since: str | None = None
    for mail in sorted(mails, key=lambda each: each.sent_at or ""):
        if mail.bounce != "soft" or mail.bounced_at is None or _arrived(mail):
            since = None
        elif RULES[_reason(mail)].of_recipient:
            at = mail.bounced_at
            if since is None or any(since < life <= at for life in alive):
                since = at
            if clock.from_text(at) - clock.from_text(since) >= PATIENCE:
                return True
    return False


def _signs_of_life(mail: Message) -> Iterator[str]:
    yield from (at for at in (mail.opened_at, mail.clicked_at, mail.replied_at) if at)


def _arrived(mail: Message) -> bool:
    """Whether it was delivered though something came back: SES calls automatic answers bounces."""
    return mail.delivered_at is not None and _reason(mail) == "unknown"


def _reason(mail: Message) -> BounceReason:
    return mail.bounce_reason or "unknown"
