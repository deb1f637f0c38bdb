"""Sequences and their steps."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from outrider.kit import clock

Condition = Literal["always", "no_reply", "replied"]
Unit = Literal["minutes", "hours", "days"]
Status = Literal["draft", "launching", "active", "finished"]


class Step(BaseModel):
    """One mail of a sequence, due `wait` after the step before was sent, or after enrolment."""

    model_config = ConfigDict(frozen=True)

    id: str
    channel: Literal["email"]
    wait_value: int
    wait_unit: Unit
    condition: Condition
    subject: str | None = None
    text: str | None = None
    html: str | None = None

    @property
    def wait(self) -> timedelta:
        return timedelta(**{self.wait_unit: self.wait_value})

    @property
    def has_content(self) -> bool:
        return bool(self.text or self.html)


class Sequence(BaseModel):
    """A sequence as it is kept. `version` names the immutable list of its steps."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    status: Status = "draft"
    mailbox_pool: str
    step_count: int
    steps_version: int = 1
    campaign_id: str | None = None
    created_at: str
    updated_at: str
    version: int = 1

    def launching(self, campaign_id: str) -> "Sequence":
        """It as it is while a launch enrolls its contacts."""
        return self._next(status="launching", campaign_id=campaign_id)

    def launched(self) -> "Sequence":
        return self._next(status="active")

    def _next(self, **changes: str) -> "Sequence":
        return self.model_copy(
            update={**changes, "updated_at": clock.timestamp(), "version": self.version + 1}
        )
