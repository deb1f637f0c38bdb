"""Mailbox pools and their limits."""

from pydantic import ConfigDict

from outrider.kit.models import Model

MAX_MAILBOXES = 500
"""Mailboxes per pool: each dispatcher round of a campaign reads them all."""


MAX_POOLS = 100
"""Pools per workspace: a list request reads them all, with their mailboxes."""


class Pool(Model):
    """Mailboxes that share the sending of campaigns."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    created_at: str | None = None
    """None for the default pool, which always exists."""
    updated_at: str | None = None
    version: int = 1
