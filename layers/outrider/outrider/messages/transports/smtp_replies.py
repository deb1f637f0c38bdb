"""Classification of an SMTP server's replies, as data: the first rule that fits decides.

Servers use the reply codes loosely (550 stands for a dead address, a spent quota and a stolen
account), so the words come first, then the enhanced status code, then the stage of the session.
The server is always the one that the mailbox submits to. Sources: RFC 5321, RFC 3463 (enhanced
status codes), RFC 4954 (login), and the replies in tests/unit/messages/provider_answers.py.
"""

import re
from dataclasses import dataclass
from typing import Literal

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
"""What the reply answers. CONNECT: the connection or EHLO. END: the dot that ends the mail."""

_STATUS = re.compile(r"^\s*#?([245]\.\d{1,3}\.\d{1,3})\b|\(#([245]\.\d{1,3}\.\d{1,3})\b")
"""The enhanced status code begins the text; qmail ends it with one, as `(#5.1.1)`."""
_BEFORE_THE_MAIL: tuple[Stage, ...] = ("CONNECT", "LOGIN", "MAIL", "RCPT")


@dataclass(frozen=True, slots=True)
class _Rule:
    """Fits where all that is given fits. `codes` and `status` are beginnings of the reply code and
    of the enhanced status code."""

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
    # The recipient, who takes mails of some senders or only so many.
    _Rule(CONTENT, _words(r"RESOLVER\.RST\.|recipient block policy"), codes=("5",)),
    _Rule(LATER, _words(r"recipient has exceeded")),
    # The account: what it may send in a day or an hour, and whether it may send at all.
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
    # The recipient, who is served too much or too fast: not our rate.
    _Rule(
        LATER,
        _words(r"user (you are trying to contact|is receiving mail)", r"gr[ae]y\W?list"),
        codes=("4",),
    ),
    _Rule(LATER, _words(r"try again later"), codes=("5",)),
    # The rate.
    _Rule(
        RATE,
        _words(
            r"\brate\W?(limit\w*)?\b",
            r"throttl",
            r"slow(er| down)",
            r"too (fast|quickly|frequent)",
            r"too many (concurrent |simultaneous )?(smtp )?(connections|messages|sessions|mails)",
            r"thread limit|concurrent (server )?connections|too much mail",
            r"messages per (second|minute|hour)|limit exceeded",
            r"try again later, closing connection",
            r"temporarily deferred",
        ),
        codes=("4",),
    ),
    # The address that sends.
    _Rule(
        SENDER,
        _words(
            r"sender (address )?(is |was )?(rejected|denied|refused|invalid|not allowed)",
            r"sender (address )?(is |was )?not verified",
            r"sender (verify|verification) failed|unverified sender|invalid sender",
            r"not owned by user|send\W?as\W?denied|send as this sender",
            r"not (allowed|authorized|authorised|permitted) to (send|relay)\w*( mails?| emails?)?"
            r"( from| as| on behalf|$|\W*$)",
            r"from address|sender identity|verified sender|identit(y|ies) .{0,40}not verified",
            r"address is not verified",
            r"relaying disallowed as|sender policy framework|required authentication level",
            r"not have authentication information",
            r"unconfigured sending domain|sender domain not verified|as a sender domain",
            r"badmailfrom|mail from( address)? must|5\.7\.9 message not accepted for policy",
            r"continuous send as denied",
            r"(dmarc|dkim|\bspf\b)",
        ),
        codes=("4", "5"),
    ),
    _Rule(SENDER, _words(r"^request failed; mailbox unavailable"), stages=("END",)),
    _Rule(SENDER, status=("5.1.7", "5.1.8", "5.7.60", "5.7.26", "5.7.27", "5.7.29", "5.7.30")),
    # No right to hand mail on, or a connection that is on a block list.
    _Rule(
        ACCOUNT,
        _words(
            r"relay(ing)? (access )?(is )?(denied|not permitted|not allowed|prohibited|disallowed)",
            r"(unable|not permitted|not allowed) to relay|we do not relay",
            r"client host .{0,60}(blocked|rejected)|blocked using|block\W?list|black\W?list",
            r"access denied: user|not authorized to perform|allowed (list of )?rcpthosts",
            r"helo (command|name|argument)|administrative prohibition$",
            r"spamhaus|dnsbl|\brbl\b",
        ),
        codes=("5",),
    ),
    _Rule(
        ACCOUNT,
        _words(r"policy (restriction|violation|reason)s?|access denied|not accepted from"),
        codes=("5",),
        status=("", "5.7"),
        stages=("CONNECT", "LOGIN", "MAIL"),
    ),
    _Rule(ACCOUNT, _words(r"policy (restriction|violation|reason)s?"), ("5",), (), ("RCPT",)),
    # The recipient's mailbox is there, and full.
    _Rule(
        LATER,
        _words(
            r"(mailbox|inbox|account|user|recipient).{0,40}(full|over\W?quota|out of storage)",
            r"over\W?(storage )?quota|quota exceeded|exceeded.{0,20}storage|storage space",
            r"insufficient system storage|temporarily inactive",
        ),
    ),
    _Rule(LATER, status=("5.2.2", "4.2.2")),
    # The mail itself.
    _Rule(CONTENT, status=("5.3.4", "5.2.3", "5.6", "5.5.6"), codes=("5",)),
    _Rule(
        CONTENT,
        _words(
            r"\b(spam|virus|malware|phish\w*|content|attachment|unsolicited|header|suspicious)\b",
            r"message (size|too (large|big)|is too)|size limit|too large",
        ),
        codes=("5",),
        stages=("DATA", "END"),
    ),
    # The recipient's address.
    _Rule(
        RECIPIENT,
        _words(
            r"(user|mailbox|recipient|account|address|alias|local part)( is| was)? ?"
            r"(unknown|not found|inactive|disabled|unavailable)",
            r"(unknown|no such|invalid|bad|non\W?existent) (local )?"
            r"(user|mailbox|recipient|destination|address|person|part)",
            r"does(n't| not) (exist|have)|no mailbox (here )?by that name",
            r"not a valid (mailbox|user)",
            r"unrouteable|mailbox unavailable|not our customer|recipient not found",
            r"domain (name )?(does not exist|not found)|host (unknown|not found)",
            r"account.{0,40}(disabled|discontinued|inactive|closed)|invalid mailbox",
        ),
        codes=("5",),
        stages=("RCPT", "DATA", "END"),
    ),
    _Rule(RECIPIENT, status=("5.1.", "5.2.1", "5.4.1", "5.4.4"), stages=("RCPT", "DATA", "END")),
    # The order of the commands, which is not about the mail.
    _Rule(CONNECTION, codes=("500", "502", "503"), stages=("MAIL", "RCPT", "DATA")),
    # What is left, by stage.
    _Rule(ACCOUNT, status=("5.7", "5.4.5", "5.2.0", "5.2.25"), stages=_BEFORE_THE_MAIL),
    _Rule(ACCOUNT, codes=("5",), stages=("CONNECT",)),
    _Rule(LOGIN, codes=("5",), stages=("LOGIN",)),
    _Rule(SENDER, codes=("5",), stages=("MAIL",)),
    _Rule(RECIPIENT, codes=("550", "551", "553"), status=("5.0.0",), stages=("RCPT",)),
    _Rule(CONTENT, codes=("5",)),
    _Rule(CONNECTION, codes=("4",), stages=("CONNECT", "LOGIN")),
    _Rule(CONNECTION, codes=("421",)),
    _Rule(LATER, codes=("4",)),
)


def classify(stage: Stage, code: int, text: str) -> Verdict:
    """Return the verdict of a reply that is not the one hoped for; `text` is what follows `code`.

    What is neither 4xx nor 5xx has no meaning here: before the dot that ends a mail nothing went
    out, and after it nobody knows.
    """
    number, found = str(code), _STATUS.search(text)
    status = (found[1] or found[2]) if found else ("5.0.0" if code >= 500 else "4.0.0")
    for rule in _RULES:
        if 400 <= code < 600 and rule.fits(stage, number, status, text):
            return rule.verdict
    return UNKNOWN if stage == "END" else CONNECTION
