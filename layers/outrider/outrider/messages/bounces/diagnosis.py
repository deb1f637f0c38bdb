"""Diagnosis of a bounce from the server's text, its reply code and the enhanced status code (RFC
3463); the first matching rule decides.

Codes are unreliable: 5.1.1 is also used for block lists, 5.0.0 and 5.7.1 for users who do not
exist. The text is therefore checked before the codes. Only reasons that are certainly about the
address make a bounce hard; an unknown reason is soft.
"""

import re
from typing import NamedTuple

from outrider.messages.bounces import server_words
from outrider.messages.bounces.reasons import HARD, BounceReason, Diagnosis

MAX_WORDS = 4_000
"""Number of characters of the server's reply that are analyzed."""

_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"(?<![\d.:/\[])([45][0-7]\d)(?=[\s:,#_/-]|$)(?! ?(?:kb|mb|bytes|hours|days))")
_OTHERS = re.compile(
    r"<?[\w.+=/#-]{1,64}@[\w.-]{1,255}>?"
    r"|\bhost \S{1,255}(?: ?\[[^\]]{1,45}\])?(?= said| refused| dropped)"
    r"|(?<![\w.])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\.?(?: ?\[[^\]]{1,45}\]| ?\([^)]{1,60}\))"
    r"|\bhttps?://\S{1,500}"
)
"""Names of persons, hosts and pages, which are ignored: "spam" in a name does not describe the
email."""
_LINES = re.compile(r"(?<![\d.])[245]\d\d[ -](?:[245]\.\d{1,3}\.\d{1,3}\b)?")
_FRAME = re.compile(r"[45]\.\d\.\d - [a-z /]{5,60} (?=[45]\d\d-')", re.IGNORECASE)
"""Prefix with a status code of its own that Cisco servers put before the reply of another
server."""
_BLANKS = re.compile(r"\s+")


class _Rule(NamedTuple):
    """Rule of the diagnosis. `words` is a section of server_words.txt. `codes` matches enhanced
    status codes without their class: 4.2.2 and 5.2.2 have the same cause."""

    reason: BounceReason
    words: str = ""
    codes: str = ""

    def fits(self, code: str, words: str) -> bool:
        return (not self.words or bool(server_words.found(self.words, words))) and (
            not self.codes or re.fullmatch(self.codes, code[2:]) is not None
        )


_RULES = (
    # Phrases that are never used for an address that does not exist.
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
    # Codes that servers use for one cause only.
    _Rule("mailbox_full", codes=r"2\.2"),
    _Rule("expired", codes=r"4\.7|4\.30\d"),
    # Phrases about the address.
    _Rule("no_such_domain", "gone", r"1\.2|4\.4|4\.310"),
    _Rule("no_such_domain", "domain_gone"),
    _Rule("no_such_address", "no_such_address"),
    _Rule("no_such_domain", "no_such_domain"),
    _Rule("loop", codes=r"4\.6|4\.14"),
    # Codes that some servers also use for a dead address, and phrases of any cause.
    _Rule("authentication_failed", codes=r"7\.2\d|7\.30|7\.515"),
    _Rule("blocked", codes=r"7\.[567]\d\d"),
    _Rule("relay_denied", codes=r"7\.64"),
    _Rule("policy", "policy"),
    _Rule("network", "network"),
    _Rule("server_error", "server_error"),
    # Codes without a known phrase.
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
    """Return the enhanced status code of a failure: that of the status field, or a more specific
    one from the server's reply; empty if there is none."""
    given, in_reply = _CODE.search(status), _CODE.search(answer[:MAX_WORDS])
    if given and not given[1].endswith(".0.0"):
        return given[1]
    if in_reply and not in_reply[1].endswith(".0.0"):
        return in_reply[1]
    found = given or in_reply
    return found[1] if found else ""


def judge(code: str, answer: str) -> Diagnosis:
    """Return the diagnosis of a bounce. `code` is its enhanced status code, empty if there is none;
    `answer` is the server's reply."""
    text = _FRAME.sub("", answer[:MAX_WORDS])
    reply = _REPLY.search(_CODE.sub("", text))
    vague = bool(reply) and code.endswith(".0.0")
    lasting = (not reply or reply[1][0] == "5") and (vague or code[:1] != "4")
    words = words_of(text)
    for rule in _RULES:
        if rule.fits(code, words):
            if rule.reason not in HARD:
                return Diagnosis("soft", rule.reason)
            return Diagnosis("hard", rule.reason) if lasting else Diagnosis("soft", "unknown")
    return Diagnosis("soft", "unknown")


def words_of(answer: str) -> str:
    """Return the text of a reply in lower case and on one line, without names and numbers."""
    text = _BLANKS.sub(" ", answer.replace("\u2019", "'"))
    text = _OTHERS.sub("…", text)
    return _BLANKS.sub(" ", _LINES.sub(" ", text)).casefold()
