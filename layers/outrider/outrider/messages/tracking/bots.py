"""Whether a machine opened a mail or followed its link, and not the person it was sent to.

Nobody can know; where it is in doubt, it was a machine, because a condition of a step must never
take one for a person. So it was a machine that
- came within SOON of the delivery, or of the sending while that is not known: mail is scanned then;
- says that it fetches ahead of a reader (`Purpose`, `Sec-Purpose`, `X-Moz`);
- names itself as a mail provider's proxy (which may fetch before, without or instead of a reader),
  a crawler, a scanner or a library, or names nothing. Apple's Mail Privacy Protection is the bare
  `Mozilla/5.0`.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from outrider.kit import clock
from outrider.messages.models import Message

SOON = timedelta(seconds=10)
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
    """`headers` of the request, their names in lower case."""
    if any(
        "prefetch" in headers.get(name, "") or "preview" in headers.get(name, "") for name in _AHEAD
    ):
        return True
    return is_machines_agent(headers.get("user-agent", "")) or is_soon(message, at)


def is_machines_agent(user_agent: str) -> bool:
    agent = user_agent.strip()
    return agent in ("", "Mozilla/5.0") or _MACHINES.search(agent) is not None


def is_soon(message: Message, at: datetime) -> bool:
    sent = message.delivered_at or message.sent_at or message.created_at
    return at < clock.from_text(sent) + SOON
