"""What a provider's answer to a mail means for what is to be done."""

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
    """`accepted` and `refused` are final; `not_accepted` certainly did not go out and is sent again
    when its scope allows; `unknown` may have gone out."""

    kind: Kind
    scope: Scope | None = None


RECIPIENT = Verdict("refused", "recipient")
"""The address does not exist: a hard bounce."""
CONTENT = Verdict("refused", "content")
"""This mail is not taken, whoever it is for."""
SENDER = Verdict("not_accepted", "sender")
"""The address that sends may not: nothing of the mailbox goes out until somebody changes that."""
ACCOUNT = Verdict("not_accepted", "account")
"""The account at the provider may not send now: suspended, out of quota, no right to relay."""
LOGIN = Verdict("not_accepted", "login")
"""User name and password are refused."""
RATE = Verdict("not_accepted", "rate")
"""Too fast: the same mail is taken a moment later."""
CONNECTION = Verdict("not_accepted", "connection")
"""There is no connection to the server, or it is out of service."""
LATER = Verdict("not_accepted", "later")
"""The recipient takes no mail at the moment: a full mailbox, greylisting, a failure of its own."""
PROBE = Verdict("not_accepted", "probe")
"""It was not handed over: another mail tries whether the provider takes mails again."""
UNKNOWN = Verdict("unknown")
