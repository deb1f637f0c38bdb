"""Verdicts on a provider's reply to an email: whether it was accepted, and what a refusal is
about."""

from typing import Literal, NamedTuple

Kind = Literal["accepted", "refused", "not_accepted", "unknown"]
Scope = Literal[
    "recipient",
    "content",
    "sender",
    "account",
    "login",
    "rate",
    "connection",
    "later",
    "probe",
]


class Verdict(NamedTuple):
    """Verdict on a reply. `accepted` and `refused` are final. `not_accepted` was certainly not sent
    and is retried when its scope allows. `unknown` may have been sent."""

    kind: Kind
    scope: Scope | None = None


RECIPIENT = Verdict("refused", "recipient")
"""The address does not exist: a hard bounce."""
CONTENT = Verdict("refused", "content")
"""This email is refused for any recipient."""
SENDER = Verdict("not_accepted", "sender")
"""The sender address is not allowed: nothing is sent from the mailbox until somebody changes
that."""
ACCOUNT = Verdict("not_accepted", "account")
"""The account at the provider cannot send now: suspended, over its quota, or not allowed to
relay."""
LOGIN = Verdict("not_accepted", "login")
"""The user name and password are refused."""
RATE = Verdict("not_accepted", "rate")
"""Throttled: the same email is accepted a moment later."""
CONNECTION = Verdict("not_accepted", "connection")
"""The server is unreachable or out of service."""
LATER = Verdict("not_accepted", "later")
"""The recipient's server refuses temporarily: a full mailbox, greylisting, or a failure of its
own."""
PROBE = Verdict("not_accepted", "probe")
"""Not handed over: the mailbox's circuit breaker is half-open, and another email is its probe."""
UNKNOWN = Verdict("unknown")
