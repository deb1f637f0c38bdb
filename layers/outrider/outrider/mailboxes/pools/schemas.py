"""Request and response bodies of the mailbox pools API."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Self

from pydantic import ConfigDict

from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Input
from outrider.kit.models import Model
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.pools.models import Pool
from outrider.mailboxes.schemas import Name, PoolId


class PoolCreate(Input):
    """Without `id`, the id is derived from the name: `EU West` becomes `pool_eu_west`."""

    id: PoolId | None = None
    name: Name


class PoolUpdate(Input):
    model_config = ConfigDict(json_schema_extra=json_schema.never_null("name"))

    name: Name | None = None


class PoolMailboxes(Model):
    """Numbers of mailboxes. `sending` mailboxes are verified and neither paused nor failing."""

    total: int
    sending: int
    paused: int
    warmed: int
    healthy: int
    degraded: int
    failing: int


class PoolView(Model):
    """A pool as of today (UTC). `warmed`: at least one of its mailboxes is warmed up. Capacity
    counts the mailboxes that can send."""

    id: str
    object: Literal["mailbox_pool"] = "mailbox_pool"
    name: str
    warmed: bool
    mailboxes: PoolMailboxes
    capacity_today: int
    left_today: int
    created_at: str | None
    updated_at: str | None
    version: int

    @classmethod
    def of(
        cls, pool: Pool, mailboxes: Sequence[Mailbox], used: Mapping[str, int], now: datetime
    ) -> Self:
        """Build the response from the pool's `mailboxes` and the emails `used` of each one's daily
        cap."""
        sending = [each for each in mailboxes if each.can_send]
        caps = {each.id: each.cap_on(now.date()) for each in sending}
        return cls(
            **pool.model_dump(),
            warmed=any(each.is_warmed for each in mailboxes),
            mailboxes=PoolMailboxes(
                total=len(mailboxes),
                sending=len(sending),
                paused=sum(each.status == "paused" for each in mailboxes),
                warmed=sum(each.is_warmed for each in mailboxes),
                healthy=sum(each.health == "healthy" for each in mailboxes),
                degraded=sum(each.health == "degraded" for each in mailboxes),
                failing=sum(each.health == "failing" for each in mailboxes),
            ),
            capacity_today=sum(caps.values()),
            left_today=sum(max(0, cap - used.get(each, 0)) for each, cap in caps.items()),
        )


class PoolDeleted(Model):
    id: str
    object: Literal["mailbox_pool"] = "mailbox_pool"
    deleted: Literal[True] = True
