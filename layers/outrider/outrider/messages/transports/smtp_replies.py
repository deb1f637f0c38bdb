"""Classification of SMTP replies by a table of rules; the first matching rule decides.

Servers use reply codes loosely (550 is used for a dead address, a spent quota and a hacked
account), so the text is checked first, then the enhanced status code, then the stage of the
session. The server is always the mailbox's submission server. This module knows what such a server
says about its own user: account, login, sender address, rate and connection. What it says about the
recipient and the email is the same as in bounces and is left to `bounces.diagnosis`.

Sources: RFC 5321, RFC 3463 (enhanced status codes), RFC 4954 (AUTH), and the replies in
tests/unit/messages/provider_answers.py.
"""

import re
from dataclasses import dataclass
from typing import Literal

from outrider.messages.bounces import diagnosis
from outrider.messages.bounces.reasons import HARD, BounceReason
from outrider.messages.transports.verdicts import (
    ACCOUNT,
    CONNECTION,
    CONTENT,
    LATER,
    LOGIN,
    RATE,
    RECIPIENT,
    SENDER,
    UNKNOWN,
    Verdict,
)

Stage = Literal["CONNECT", "LOGIN", "MAIL", "RCPT", "DATA", "END"]
"""Command that the reply is for. CONNECT: the connection or EHLO. END: the final dot of the
email."""

_STATUS = re.compile(r"^\s*#?([245]\.\d{1,3}\.\d{1,3})\b|\(#([245]\.\d{1,3}\.\d{1,3})\b")
"""Enhanced status code at the beginning of the text; qmail puts it at the end, as `(#5.1.1)`."""
_BEFORE_THE_MAIL: tuple[Stage, ...] = ("CONNECT", "LOGIN", "MAIL", "RCPT")


@dataclass(frozen=True, slots=True)
class _Rule:
    """Rule that matches if all of its given fields match. `codes` and `status` are prefixes of the
    reply code and of the enhanced status code."""

    verdict: Verdict
    words: re.Pattern[str] | None = None
    codes: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()

    def fits(self, stage: Stage, code: str, status: str, text: str) -> bool:
        return (
            (self.words is None or self.words.search(text) is not None)
            and (not self.codes or code.startswith(self.codes))
            and (not self.status or status.startswith(self.status))
            and (not self.stages or stage in self.stages)
        )


def _words(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


_RULES = (
    # The recipient's own sender filter or rate limit: not the rate limit of our account.
    _Rule(CONTENT, _words(r"RESOLVER\.RST\.|recipient block policy"), codes=("5",)),
    _Rule(LATER, _words(r"recipient has exceeded|user (you are trying to contact|is receiving)")),
    # The account: its sending quota, and whether it is allowed to send at all.
    _Rule(
        ACCOUNT,
        _words(
            r"submission quota exceeded|OutboundSpamException|mail rate exceeded limit|count quota",
            r"ip address is not allowed|not authorized to send email directly",
            r"access denied, (spam abuse|banned send|traffic not accepted)|unregistered domains",
            r"outgoing mail (suspension|hold|from .{0,100} suspended)",
            r"outbound(s| mail is)? disabled|not yet activated",
            r"poor reputation sender|configuration set",
            r"daily (user |message |smtp relay |sending )*(limit|quota)",
            r"(sending|message|email|relay|hourly|outgoing) (limit|quota)s?\b.{0,40}(exceed|reach)",
            r"(exceed|reach)\w* .{0,40}(sending|message|email|relay|hourly|outgoing) (limit|quota)",
            r"SubmissionQuotaExceeded|ShutoffQuotaExceeded",
            r"exceeded the max (emails|defers)",
            r"maximum credits exceeded|credits (expired|blocked)",
            r"sending (is )?paused|paused for this account",
            r"\b(your|sender|sending) account\b.{0,40}"
            r"(suspended|disabled|blocked|locked|restricted|limited)",
            r"bad outbound sender|tenant has exceeded|unusual sending activity",
            r"sender throttled|sender address blocked",
            r"unusual (rate|amount) of unsolicited .{0,40}(your|blocked)",
            r"spam.{0,40}from your (account|address|mailbox)",
            r"access denied: user|not authorized to perform|helo command",
        ),
        codes=("5",),
    ),
    _Rule(
        ACCOUNT,
        _words(
            r"daily (message |sending )?quota|maximum credits exceeded",
            r"outbounds? disabled|is not allowed to send|outgoing mail hold",
        ),
        codes=("4",),
    ),
    _Rule(LATER, _words(r"helo command"), codes=("4",)),
    # The login.
    _Rule(LOGIN, codes=("530", "534", "535", "538")),
    _Rule(LOGIN, codes=("504",), stages=("LOGIN",)),
    _Rule(LOGIN, status=("5.7.8", "5.7.57", "5.7.139")),
    _Rule(LOGIN, status=("5.7.9",), stages=_BEFORE_THE_MAIL),
    _Rule(
        LOGIN,
        _words(
            r"(not|un)\W?authenticated|authentication (is )?required",
            r"please (log|sign) in|please authenticate|failed to authenticate",
        ),
        codes=("5",),
        stages=("MAIL", "RCPT", "DATA"),
    ),
    _Rule(RATE, _words(r"too many"), codes=("4",), stages=("CONNECT", "LOGIN")),
    # The rate, in words that usually mean something else.
    _Rule(
        RATE,
        _words(
            r"try again later, closing connection|temporarily deferred|unusual rate",
        ),
        codes=("4",),
    ),
    # The sender address.
    _Rule(
        SENDER,
        _words(
            r"not owned by user|send\W?as\W?denied|send as this sender",
            r"not (allowed|authorized|authorised|permitted) to (send|relay)\w*( mails?| emails?)?"
            r"( from| as| on behalf|$|\W*$)",
            r"from address|sender identity|verified sender|identit(y|ies) .{0,40}not verified",
            r"address is not verified",
            r"relaying disallowed as|required authentication level",
            r"not have authentication information",
            r"unconfigured sending domain|as a sender domain",
            r"5\.7\.9 message not accepted for policy",
        ),
        codes=("4", "5"),
    ),
    _Rule(SENDER, _words(r"^request failed; mailbox unavailable"), stages=("END",)),
    _Rule(SENDER, status=("5.7.60", "5.7.26", "5.7.27", "5.7.29", "5.7.30")),
    # The order of the commands, which is not about the email.
    _Rule(CONNECTION, codes=("500", "502", "503"), stages=("MAIL", "RCPT", "DATA")),
    # The connection: our IP address is on a block list.
    _Rule(
        ACCOUNT,
        _words(r"client host .{0,60}blocked|blocked using|allowed (list of )?rcpthosts"),
        codes=("5",),
    ),
)

_FALLBACK = (
    # Fallback by stage.
    _Rule(ACCOUNT, status=("5.7", "5.4.5", "5.2.0", "5.2.25"), stages=_BEFORE_THE_MAIL),
    _Rule(ACCOUNT, codes=("5",), stages=("CONNECT",)),
    _Rule(LOGIN, codes=("5",), stages=("LOGIN",)),
    _Rule(SENDER, codes=("5",), stages=("MAIL",)),
    _Rule(CONTENT, codes=("5",)),
    _Rule(CONNECTION, codes=("4",), stages=("CONNECT", "LOGIN")),
    _Rule(CONNECTION, codes=("421",)),
    _Rule(LATER, codes=("4",)),
)

_Verdicts = dict[BounceReason, Verdict]
_OF_SENDER: _Verdicts = {"authentication_failed": SENDER, "sender_refused": SENDER}
_PUT_OFF: _Verdicts = {**_OF_SENDER, "rate_limited": RATE}
_REFUSED: _Verdicts = {**_OF_SENDER, "relay_denied": ACCOUNT, "rate_limited": ACCOUNT}
_BEFORE_DATA: _Verdicts = {**_REFUSED, "policy": ACCOUNT, "blocked": ACCOUNT}
_OF_RECIPIENT: _Verdicts = {
    **dict.fromkeys(HARD, RECIPIENT),
    **dict.fromkeys(("mailbox_full", "greylisted", "loop", "expired"), LATER),
    **dict.fromkeys(("network", "server_error"), LATER),
}
_OF_REASON: dict[tuple[Stage, int], _Verdicts] = {
    ("MAIL", 5): _BEFORE_DATA,
    ("RCPT", 5): {**_BEFORE_DATA, **_OF_RECIPIENT},
    ("DATA", 5): {**_REFUSED, **_OF_RECIPIENT},
    ("END", 5): {**_REFUSED, **_OF_RECIPIENT},
    ("CONNECT", 4): {"rate_limited": RATE},
    ("LOGIN", 4): {"rate_limited": RATE},
    ("MAIL", 4): _PUT_OFF,
    ("RCPT", 4): _PUT_OFF,
    ("DATA", 4): _PUT_OFF,
    ("END", 4): _PUT_OFF,
}
"""Verdicts for the reasons of `bounces.diagnosis`, by stage and class of the reply code. No reply
before RCPT is about the recipient."""


def classify(stage: Stage, code: int, text: str) -> Verdict:
    """Return the verdict on a negative reply; `text` is the text after `code`.

    A code other than 4xx and 5xx is unexpected: before the final dot nothing was sent, after it the
    outcome is unknown.
    """
    if not 400 <= code < 600:
        return UNKNOWN if stage == "END" else CONNECTION
    number, found = str(code), _STATUS.search(text)
    status = (found[1] or found[2]) if found else f"{number[0]}.0.0"
    named = (rule.verdict for rule in _RULES if rule.fits(stage, number, status, text))
    fallback = (rule.verdict for rule in _FALLBACK if rule.fits(stage, number, status, text))
    return next(named, None) or _of_reason(stage, code, text) or next(fallback)


def _of_reason(stage: Stage, code: int, text: str) -> Verdict | None:
    verdicts = _OF_REASON.get((stage, code // 100))
    if verdicts is None:
        return None
    answer = f"{code} {text}"
    return verdicts.get(diagnosis.judge(diagnosis.code_of("", answer), answer).reason)
