"""Pools of mailboxes."""

from pydantic import BaseModel, ConfigDict


class Pool(BaseModel):
    """A pool is warmed when a mailbox in it is. One that is marked `warmed` counts as such at once,
    while its mailboxes still send no more than their own ramps allow."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    warmed: bool = False
    created_at: str | None = None
    """Nothing for the default pool, which was always there."""
    updated_at: str | None = None
    version: int = 1
