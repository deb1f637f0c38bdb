"""Erasures."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Store = Literal[
    "contacts",
    "suppressions",
    "enrollments",
    "messages",
    "events",
    "webhook_deliveries",
    "idempotency_keys",
    "files",
    "backups",
]
Result = Literal["erased", "kept", "expires", "pending"]


class StoreResult(BaseModel):
    """What became of what one store holds: `count` where it was counted, `until` when the last of
    it is gone by itself. `pending` is still to be done: ask again."""

    model_config = ConfigDict(frozen=True)

    store: Store
    result: Result
    count: int | None = None
    reason: str | None = None
    until: str | None = None


class Counted(BaseModel):
    """How much there was when the erasure began."""

    model_config = ConfigDict(frozen=True)

    contacts: int
    suppressions: int
    enrollments: int
    messages: int


class Erasure(BaseModel):
    """The erasure of one contact. It names nobody: `suppression_ids` are hashes."""

    model_config = ConfigDict(frozen=True)

    contact_id: str
    merged_ids: list[str]
    suppression_ids: list[str]
    had_contact: bool
    erased_at: str
    counted: Counted | None = None
    finished_at: str | None = None

    @property
    def contact_ids(self) -> list[str]:
        """The ids under which the person was known."""
        return [self.contact_id, *self.merged_ids]
