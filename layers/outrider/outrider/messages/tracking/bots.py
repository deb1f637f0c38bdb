"""Detection of bots that open an email or follow its links instead of the recipient.

Detection cannot be certain. In doubt the request counts as a bot's, because a step's condition must
never take a bot for a person. A request comes from a bot if it

- arrives within SOON of the delivery, or of the sending if no delivery is known, when emails are
  scanned;
- announces a prefetch (`Purpose`, `Sec-Purpose`, `X-Moz`);
- has the user agent of a mail provider's image proxy, a crawler, a scanner or a library, or none.
  Apple's Mail Privacy Protection sends only `Mozilla/5.0`.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from outrider.kit import clock
from outrider.messages.models import Message

SOON = timedelta(seconds=10)
"""Time after the delivery in which every request counts as a scanner's."""
_AHEAD = ("purpose", "sec-purpose", "x-moz", "x-purpose")
_MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|scan|preview|prefetch|proxy|ggpht|validator|monitor|headless"
    r"|phantomjs|barracuda|mimecast|proofpoint|messagelabs|symantec|trendmicro|sophos|forcepoint"
    r"|fireeye|cloudmark|ironport|facebookexternalhit|whatsapp|slack|skypeuri"
    r"|curl|wget|python|aiohttp|httpx|okhttp|go-http|java/|apache-http|libwww|node-fetch|axios"
    r"|ruby|perl|php|\bhttp[_-]?client",
    re.IGNORECASE,
)


def is_machine(headers: Mapping[str, str], message: Message, at: datetime) -> bool:
    """Return whether a bot made the request. The names of `headers` are in lower case."""
    if any(
        "prefetch" in headers.get(name, "") or "preview" in headers.get(name, "") for name in _AHEAD
    ):
        return True
    return is_machines_agent(headers.get("user-agent", "")) or is_soon(message, at)


def is_machines_agent(user_agent: str) -> bool:
    """Return whether the user agent is empty or that of a bot."""
    agent = user_agent.strip()
    return agent in ("", "Mozilla/5.0") or _MACHINES.search(agent) is not None


def is_soon(message: Message, at: datetime) -> bool:
    """Return whether `at` is within SOON of the delivery or sending."""
    sent = message.delivered_at or message.sent_at or message.created_at
    return at < clock.from_text(sent) + SOON
