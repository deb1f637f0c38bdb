"""Erasures."""

from typing import Literal

from pydantic import ConfigDict

from outrider.kit.models import Model

Store = Literal[
    "contacts",
    "suppressions",
    "enrollments",
    "messages",
    "events",
    "webhook_deliveries",
    "idempotency_keys",
    "agents",
    "files",
    "backups",
]
Result = Literal["erased", "kept", "expires", "pending"]


class StoreResult(Model):
    """Result of the erasure in one store: `count` of the items if they were counted, `until` when
    the last one expires. `pending` is not erased yet: repeat the request."""

    model_config = ConfigDict(frozen=True)

    store: Store
    result: Result
    count: int | None = None
    reason: str | None = None
    until: str | None = None


class Counted(Model):
    """Number of items when the erasure began."""

    model_config = ConfigDict(frozen=True)

    contacts: int
    suppressions: int
    enrollments: int
    messages: int


class Erasure(Model):
    """Erasure of one contact. It contains no personal data: `suppression_ids` are hashes."""

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
        """Ids of the contact, with those of contacts merged into it."""
        return [self.contact_id, *self.merged_ids]
