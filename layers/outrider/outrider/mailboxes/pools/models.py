"""Pools of mailboxes."""

from pydantic import BaseModel, ConfigDict

MAX_MAILBOXES = 500
"""Mailboxes of a pool: each round of a campaign reads them all."""


MAX_POOLS = 100
"""Pools of a workspace: a list reads them all, with their mailboxes."""


class Pool(BaseModel):
    """Mailboxes that campaigns share."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    created_at: str | None = None
    """Nothing for the default pool, which was always there."""
    updated_at: str | None = None
    version: int = 1
