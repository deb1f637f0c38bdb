"""Why a mail came back, and what that says about the address it went to.

Sources: RFC 5321 (reply codes), RFC 3463 and its registry (enhanced status codes), and the answers
in tests/unit/messages/server_answers.py.
"""

from datetime import timedelta
from typing import Literal, NamedTuple, get_args

HardReason = Literal[
    "no_such_address", "no_such_domain", "address_disabled", "kept_bouncing", "suppressed"
]
"""`kept_bouncing`: each mail of two weeks came back softly. `suppressed`: SES sends nothing to it,
because it bounced or complained before."""
SoftReason = Literal[
    "mailbox_full",
    "rate_limited",
    "greylisted",
    "blocked",
    "content_refused",
    "authentication_failed",
    "too_large",
    "loop",
    "expired",
    "relay_denied",
    "sender_refused",
    "policy",
    "network",
    "server_error",
    "forwarding",
    "unknown",
]
"""`blocked`: taken for spam, or the sender's server has a bad reputation. `expired`: tried for days
without an answer. `forwarding`: an address that ours leads to takes no mail."""
BounceReason = HardReason | SoftReason
BounceKind = Literal["hard", "soft"]

HARD: frozenset[BounceReason] = frozenset(get_args(HardReason))


class Diagnosis(NamedTuple):
    """What is behind a failed delivery."""

    kind: BounceKind
    reason: BounceReason


class Rule(NamedTuple):
    """What follows from a soft bounce. `wait`: no further step of the contact comes up for so long.
    `of_recipient`: the cause is on the recipient's side, so it counts against the address when it
    stays; others say something about who sends, or about this mail."""

    wait: timedelta
    of_recipient: bool


_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
RULES: dict[BounceReason, Rule] = {
    "mailbox_full": Rule(3 * _DAY, of_recipient=True),
    "rate_limited": Rule(4 * _HOUR, of_recipient=False),
    "greylisted": Rule(1 * _HOUR, of_recipient=True),
    "blocked": Rule(2 * _DAY, of_recipient=False),
    "content_refused": Rule(timedelta(), of_recipient=False),
    "authentication_failed": Rule(1 * _DAY, of_recipient=False),
    "too_large": Rule(timedelta(), of_recipient=False),
    "loop": Rule(2 * _DAY, of_recipient=True),
    "expired": Rule(2 * _DAY, of_recipient=True),
    "relay_denied": Rule(2 * _DAY, of_recipient=True),
    "sender_refused": Rule(1 * _DAY, of_recipient=False),
    "policy": Rule(2 * _DAY, of_recipient=False),
    "network": Rule(1 * _DAY, of_recipient=True),
    "server_error": Rule(1 * _DAY, of_recipient=True),
    "forwarding": Rule(1 * _DAY, of_recipient=True),
    "unknown": Rule(1 * _DAY, of_recipient=True),
}
