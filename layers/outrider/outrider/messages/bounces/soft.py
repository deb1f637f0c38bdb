"""Rule that turns repeated soft bounces into a hard bounce.

It is evaluated on the stored messages: bounces may arrive in any order and any number of times, and
no delivery has to reset a counter.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from outrider.kit import clock
from outrider.messages.bounces.reasons import RULES, BounceReason
from outrider.messages.models import Message

PATIENCE = timedelta(days=14)
"""Time from the first soft bounce in a row to the one that counts as a hard bounce."""


def keep_bouncing(mails: Sequence[Message]) -> bool:
    """Return whether an address is dead: for two weeks all `mails` to it bounced softly for a
    reason on the recipient's side, without any sign of life.

    A delivered email restarts the two weeks, and so does an open, a click or a reply to any email.
    Bounces caused by the sender or by the content of the email are ignored.
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
    """Return whether the email was delivered although a bounce arrived: SES reports automatic
    replies as bounces."""
    return mail.delivered_at is not None and _reason(mail) == "unknown"


def _reason(mail: Message) -> BounceReason:
    return mail.bounce_reason or "unknown"
