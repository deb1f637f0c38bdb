"""What a failed delivery says about the address: from the server's words, its reply code and the
enhanced status code (RFC 3463) together; the first rule that fits decides.

A code is as good as the server that gave it: 5.1.1 stands for block lists too, 5.0.0 and 5.7.1 for
users who do not exist. So words come before codes. An address is given up only for what is
certainly about it; what nobody knows is soft.
"""

import re
from typing import NamedTuple

from outrider.messages.bounces import server_words
from outrider.messages.bounces.reasons import HARD, BounceReason, Diagnosis

MAX_WORDS = 4_000
"""Characters of an answer that are read."""

_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"(?<![\d.:/\[])([45][0-7]\d)(?=[\s:,#_/-]|$)(?! ?(?:kb|mb|bytes|hours|days))")
_OTHERS = re.compile(
    r"<?[\w.+=/#-]{1,64}@[\w.-]{1,255}>?"
    r"|\bhost \S{1,255}(?: ?\[[^\]]{1,45}\])?(?= said| refused| dropped)"
    r"|(?<![\w.])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\.?(?: ?\[[^\]]{1,45}\]| ?\([^)]{1,60}\))"
    r"|\bhttps?://\S{1,500}"
)
"""Names of persons, hosts and pages: "spam" in one says nothing of the mail."""
_LINES = re.compile(r"(?<![\d.])[245]\d\d[ -](?:[245]\.\d{1,3}\.\d{1,3}\b)?")
_FRAME = re.compile(r"[45]\.\d\.\d - [a-z /]{5,60} (?=[45]\d\d-')", re.IGNORECASE)
"""What Cisco's servers put before the answer of another one, with a code of their own."""
_BLANKS = re.compile(r"\s+")


class _Rule(NamedTuple):
    """`words` is a section of server_words.txt. `codes` are enhanced status codes without their
    class: 4.2.2 and 5.2.2 are of the same cause."""

    reason: BounceReason
    words: str = ""
    codes: str = ""

    def fits(self, code: str, words: str) -> bool:
        return (not self.words or bool(server_words.found(self.words, words))) and (
            not self.codes or re.fullmatch(self.codes, code[2:]) is not None
        )


_RULES = (
    # Words that are never said of an address that does not exist.
    _Rule("no_such_address", "access_denied", r"4\.1"),
    _Rule("policy", "may_not_exist"),
    _Rule("sender_refused", codes=r"1\.[78]"),
    _Rule("rate_limited", "rate_limited"),
    _Rule("server_error", "server_full", r"(?!2\.2$).*"),
    _Rule("mailbox_full", "mailbox_full"),
    _Rule("greylisted", "greylisted"),
    _Rule("loop", "loop"),
    _Rule("relay_denied", "relay_denied"),
    _Rule("sender_refused", "sender_refused"),
    _Rule("authentication_failed", "authentication_failed"),
    _Rule("content_refused", "harmful"),
    _Rule("blocked", "blocked"),
    _Rule("too_large", "too_large"),
    _Rule("server_error", "for_now"),
    _Rule("policy", "by_policy"),
    _Rule("address_disabled", "address_disabled"),
    _Rule("expired", "expired"),
    _Rule("content_refused", "content_refused"),
    # Codes that servers give for one cause alone.
    _Rule("mailbox_full", codes=r"2\.2"),
    _Rule("expired", codes=r"4\.7|4\.30\d"),
    # Words about the address.
    _Rule("no_such_domain", "gone", r"1\.2|4\.4|4\.310"),
    _Rule("no_such_domain", "domain_gone"),
    _Rule("no_such_address", "no_such_address"),
    _Rule("no_such_domain", "no_such_domain"),
    _Rule("loop", codes=r"4\.6|4\.14"),
    # Codes of one cause that are also given for addresses, and words of any cause.
    _Rule("authentication_failed", codes=r"7\.2\d|7\.30|7\.515"),
    _Rule("blocked", codes=r"7\.[567]\d\d"),
    _Rule("relay_denied", codes=r"7\.64"),
    _Rule("policy", "policy"),
    _Rule("network", "network"),
    _Rule("server_error", "server_error"),
    # Codes alone.
    _Rule("no_such_address", codes=r"1\.(?:1|3|6|10)"),
    _Rule("no_such_domain", codes=r"1\.2|4\.4|4\.310"),
    _Rule("address_disabled", codes=r"2\.1"),
    _Rule("too_large", codes=r"2\.3|3\.4"),
    _Rule("rate_limited", codes=r"4\.5|5\.3|2\.12\d"),
    _Rule("network", codes=r"4\.\d+"),
    _Rule("content_refused", codes=r"6\.\d+"),
    _Rule("policy", codes=r"7\.\d+"),
    _Rule("server_error", codes=r"[35]\.\d+"),
)


def code_of(status: str, answer: str) -> str:
    """The enhanced status code of a failure: the one of the field, unless it says nothing and the
    server's answer has one; empty without any."""
    given, told = _CODE.search(status), _CODE.search(answer[:MAX_WORDS])
    if given and not given[1].endswith(".0.0"):
        return given[1]
    if told and not told[1].endswith(".0.0"):
        return told[1]
    found = given or told
    return found[1] if found else ""


def judge(code: str, answer: str) -> Diagnosis:
    """Tell why a mail came back. `code` is its enhanced status code, empty where there is none;
    `answer` what the server said."""
    said = _FRAME.sub("", answer[:MAX_WORDS])
    reply = _REPLY.search(_CODE.sub("", said))
    vague = bool(reply) and code.endswith(".0.0")
    lasting = (not reply or reply[1][0] == "5") and (vague or code[:1] != "4")
    words = words_of(said)
    for rule in _RULES:
        if rule.fits(code, words):
            if rule.reason not in HARD:
                return Diagnosis("soft", rule.reason)
            return Diagnosis("hard", rule.reason) if lasting else Diagnosis("soft", "unknown")
    return Diagnosis("soft", "unknown")


def words_of(answer: str) -> str:
    """The words of an answer in small letters and one line, without the names and numbers in it."""
    text = _BLANKS.sub(" ", answer.replace("\u2019", "'"))
    text = _OTHERS.sub("…", text)
    return _BLANKS.sub(" ", _LINES.sub(" ", text)).casefold()
