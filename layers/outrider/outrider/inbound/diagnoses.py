"""What a failed delivery says about the address it went to: by the enhanced status code (RFC 3463),
and by the server's own words where the code leaves it open.

A code is as good as the server that gave it. Exim writes 5.0.0 whatever happened, Postfix where the
other server gave none, and many use 5.3.0, 5.4.1 or 5.5.0 for a mailbox that does not exist. An
address is given up only for what is certainly about it: everything else is soft, and three soft
bounces in a row say the same.
"""

import re
from typing import Literal

_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"(?<![\d.])([45])(\d\d)(?=[\s-]|$)")

_ABOUT_THE_ADDRESS = re.compile(r"5\.(?:1\.(?:[1-6]|10)|2\.1|4\.4|4\.310)$")
"""No such mailbox, system or syntax; moved; no longer taking mail; no such domain."""
_NOT_ABOUT_IT = re.compile(r"4\.|5\.(?:1\.[78]|2\.[23]|3\.4|4\.(?!1$)|6\.|7\.)")
"""The sender's address, a full mailbox, a mail too large, routes and expiry, content, policy. SES
calls the same a transient bounce."""
_OPEN = re.compile(r"5\.(?:0\.\d+|1\.0|2\.0)$")
"""Something permanent that the code does not name: it is about the address unless words or the
reply code say otherwise."""
_OF_TRANSACTIONS = ("52", "54")
"""552, storage exceeded, and 554, transaction failed (RFC 5321): of any cause."""

_OTHER_CAUSES = re.compile(
    r"\b(?:spf|dkim|dmarc|rbl|dnsbl|ptr|helo|ehlo)\b|spam|junk|unsolicited|bulk mail"
    r"|relay(?:ing)? (?:access )?(?:denied|not|prohibited)"
    r"|(?:unable|not permitted|refus\w+) to relay"
    r"|block(?:ed|ing|list)|black ?list|deny ?list|\blisted\b|banned|reputation|polic(?:y|ies)"
    r"|quota|mailbox (?:is )?full|\bfull\b|over ?limit|storage|disk space"
    r"|too (?:large|big|many|much|long)|size (?:limit|exceed)|\brate\b|throttl|limit exceeded"
    r"|gr[ea]y-?list|try (?:again|later)|temporar|deferred|unavailable right now"
    r"|timed? ?out|expired|retry time|loop|too many hops|hop count"
    r"|connection|no route|network|virus|malware|infected|content|attachment"
    r"|authenticat|authoriz|reverse dns|certificate|\btls\b"
    r"|sender (?:address |domain )?(?:rejected|denied|not|verif)"
    r"|exceeded the max|outgoing mail|administrative prohibition|route to sender"
    r"|your (?:ip|server|host|domain|account)\b"
)
_NO_SUCH_ADDRESS = re.compile(
    r"(?:unknown|no such|invalid|bad|nonexistent|non-existent|inactive|disabled|unrouteable)"
    r" (?:local |destination |mail |e-?mail )?"
    r"(?:user|recipient|address|mailbox|account|domain|person|part|name)"
    r"|(?:user|recipient|address|mailbox|account|domain)(?: name)?(?: \S+)?(?: is| was| has been)?"
    r" (?:unknown|not found|not known|invalid|disabled|inactive|deactivated|closed|terminated"
    r"|suspended|unavailable|rejected|deleted|not valid|not available|not exist)"
    r"|(?:doesn't|does not|do not|did not) exist|not exist|no mailbox|no account"
    r"|no longer (?:available|exist|valid|active|in use|accept|with|work|employed)"
    r"|not (?:a )?(?:valid|known|listed in|our customer)|(?:not|n't) have an? (?:\S+ )?account"
    r"|account (?:that you tried to reach )?(?:is|has been) (?:disabled|inactive)"
)


def code_of(status: str, diagnosis: str) -> str:
    """The enhanced status code of a failure: the one of the field, unless it says nothing and the
    server's answer has one; empty without any."""
    given, told = _CODE.search(status), _CODE.search(diagnosis)
    if given and not given[1].endswith(".0.0"):
        return given[1]
    if told and not told[1].endswith(".0.0"):
        return told[1]
    found = given or told
    return found[1] if found else ""


def verdict(code: str, diagnosis: str) -> Literal["hard", "soft"]:
    """Whether the failure says that the address does not exist."""
    if _ABOUT_THE_ADDRESS.match(code):
        return "hard"
    if _NOT_ABOUT_IT.match(code):
        return "soft"
    said = diagnosis.casefold()
    reply = _REPLY.search(said)
    if (reply and reply[1] == "4") or _OTHER_CAUSES.search(said):
        return "soft"
    of_address = reply[2] not in _OF_TRANSACTIONS if reply else bool(code)
    if _NO_SUCH_ADDRESS.search(said) or (of_address and (not code or _OPEN.match(code))):
        return "hard"
    return "soft"
