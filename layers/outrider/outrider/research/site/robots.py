"""Rules of a robots.txt file (RFC 9309)."""

import re

from protego import Protego

AGENT = "Outrider-Research"
"""Product token by which a robots.txt file addresses research."""
MAX_REDIRECTS = 5
"""Redirects followed to a robots.txt file (RFC 9309, 2.3.1.2)."""
_TOKENS = frozenset({"*", "outrider", AGENT.lower()})
_AGENT_LINE = re.compile(r"\s*user[- ]?agent(?:\s*:|\s)(?P<agent>[^#]*)", re.IGNORECASE)
_UNAVAILABLE = range(400, 500)
_TOO_MANY_REQUESTS = 429


def forbids_all(status: int) -> bool:
    """Return whether the status of the response to a request for robots.txt forbids every request.

    An error of the server does, while a missing file allows everything (RFC 9309, 2.3.1.3 and
    2.3.1.4). So does 429: a server that limits our requests did not say that there are no rules.
    """
    return status == _TOO_MANY_REQUESTS or status >= _UNAVAILABLE.stop


def rules_of(text: str, *, is_cut: bool = False) -> Protego:
    """Return the rules of a file. `is_cut` says that its end is missing, so that its last line is
    ignored: a rule without its end would forbid more than it should."""
    lines = text.removeprefix("\ufeff").splitlines()
    return Protego.parse("\n".join(map(_for_us, lines[:-1] if is_cut else lines)))


def _for_us(line: str) -> str:
    """Return a line of robots.txt with the user agent without version, and with all user agents but
    ours renamed to one name: the parser stores each rule once per agent, which for a large file
    would exceed the function's memory."""
    named = _AGENT_LINE.match(line)
    if named is None:
        return line
    token = named["agent"].partition("/")[0].strip().lower()
    return f"User-agent: {token if token in _TOKENS else 'another'}"
