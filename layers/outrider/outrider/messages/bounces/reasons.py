"""Reasons of bounces, and what each means for the recipient's address.

Sources: RFC 5321 (reply codes), RFC 3463 and its registry (enhanced status codes), and the replies
in tests/unit/messages/server_answers.py.
"""

from datetime import timedelta
from typing import Literal, NamedTuple, get_args

HardReason = Literal[
    "no_such_address", "no_such_domain", "address_disabled", "kept_bouncing", "suppressed"
]
"""Reasons of hard bounces. `kept_bouncing`: all emails of two weeks bounced softly. `suppressed`:
the address is on the suppression list of SES, after an earlier bounce or complaint."""
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
"""Reasons of soft bounces. `blocked`: classified as spam, or the sending server has a bad
reputation. `expired`: retried for days without success. `forwarding`: the address forwards to
another one that refuses the email."""
BounceReason = HardReason | SoftReason
BounceKind = Literal["hard", "soft"]

HARD: frozenset[BounceReason] = frozenset(get_args(HardReason))


class Diagnosis(NamedTuple):
    """Kind and reason of a bounce."""

    kind: BounceKind
    reason: BounceReason


class Rule(NamedTuple):
    """Consequences of a soft bounce. `wait` is how long the contact's steps are delayed.
    `of_recipient` is true if the cause is on the recipient's side, so that it counts against the
    address if it persists; otherwise the cause is the sender or the email."""

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
