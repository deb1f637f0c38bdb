"""Sequences, their steps, and the rules a campaign keeps while it carries them out."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from outrider.kit import clock
from outrider.mailboxes.health.guardrail import Guardrail

Channel = Literal["email", "sms", "linkedin", "call", "task"]
Unit = Literal["minutes", "hours", "days"]
Basis = Literal["calendar", "working"]
Status = Literal["draft", "launching", "active", "paused", "finished"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

ReplyClass = Literal[
    "interested",
    "interested_later",
    "not_interested",
    "wrong_person",
    "information_request",
    "objection",
    "out_of_office",
    "auto_reply",
    "unclassified",
]
"""What a reply says. A request to stop is none of these: it suppresses."""
AUTOMATIC: frozenset[ReplyClass] = frozenset({"out_of_office", "auto_reply"})
"""What a machine wrote: it ends nothing, and counts as no reply."""

CONDITIONS: tuple[str, ...] = (
    "always",
    "no_reply",
    "replied",
    *(f"replied:{reply_class}" for reply_class in get_args(ReplyClass)),
    "opened",
    "not_opened",
    "clicked",
    "not_clicked",
)
"""When a step is carried out, of what the contact did since the enrollment began. An opening by a
machine does not count."""

_BY_PERSON = frozenset({"linkedin", "call", "task"})


class Variant(BaseModel):
    """One way to say what a step says. A step's variants are chosen by their weights."""

    model_config = ConfigDict(frozen=True)

    id: str
    weight: int = 1
    subject: str | None = None
    text: str | None = None
    html: str | None = None

    @property
    def has_content(self) -> bool:
        return bool(self.text or self.html)


class Step(BaseModel):
    """One step, due `wait` after the one before was done, or after enrolment. It has at least one
    variant. A step that a person does (`linkedin`, `call`, `task`) is given up `timeout_days`
    after it came up."""

    model_config = ConfigDict(frozen=True)

    id: str
    channel: Channel
    wait_value: int
    wait_unit: Unit
    wait_basis: Basis = "calendar"
    condition: str
    variants: list[Variant]
    timeout_days: int = 7

    @property
    def wait(self) -> timedelta:
        """Without the days that are not worked, which a basis of `working` leaves out."""
        return timedelta(**{self.wait_unit: self.wait_value})

    @property
    def by_person(self) -> bool:
        return self.channel in _BY_PERSON

    def variant_for(self, enrollment_id: str) -> Variant:
        """The same enrollment always gets the same variant."""
        place = _hash(enrollment_id, self.id) % sum(each.weight for each in self.variants)
        for variant in self.variants:
            place -= variant.weight
            if place < 0:
                return variant
        raise AssertionError("weights are positive")


class SendWindow(BaseModel):
    """On these days steps may be carried out from `start` until before `end`, `HH:MM`."""

    model_config = ConfigDict(frozen=True)

    days: list[Weekday]
    start: str
    end: str


class Settings(BaseModel):
    """The rules of a campaign. A sequence has them for the campaign that its launch makes."""

    model_config = ConfigDict(frozen=True)

    timezone: str = "UTC"
    """Where the windows are, unless the contact's own time zone is known and used."""
    use_contact_timezone: bool = True
    windows: list[SendWindow] = []
    """None means at any time."""
    holidays: list[str] = []
    """Days (`YYYY-MM-DD`) on which nothing is carried out, and which no wait in working days
    counts."""
    daily_limit: int | None = None
    """Messages of the whole campaign a day."""
    company_daily_limit: int | None = None
    """Messages a day to contacts of the same company."""
    stop_on_reply: bool = True
    """A reply ends the enrollment, unless a later step is for those who replied."""
    stop_for_company: bool = False
    """A reply also ends the enrollments of the same company."""
    exclusive: bool = False
    """Nobody is written to who is in another active campaign."""
    min_interval_hours: int = 0
    """Between a message of another campaign and one of this, to the same contact."""
    keep_running: bool = False
    """It does not complete by itself when nobody is left: contacts are triggered into it."""
    track_opens: bool = False
    track_clicks: bool = False
    postal_address: str | None = None
    """Stands at the end of every mail."""
    guardrail: Guardrail = Guardrail()


class Sequence(BaseModel):
    """A sequence as it is kept. `steps_version` names the immutable list of its steps."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    status: Status = "draft"
    mailbox_pool: str
    settings: Settings = Settings()
    step_count: int
    steps_version: int = 1
    campaign_id: str | None = None
    """The campaign that its launch made."""
    campaigns: int = 0
    """How many others carry it out."""
    created_at: str
    updated_at: str
    version: int = 1

    def launching(self, campaign_id: str) -> "Sequence":
        """It as it is while a launch enrolls its contacts."""
        return self._next(status="launching", campaign_id=campaign_id)

    def launched(self) -> "Sequence":
        return self._next(status="active")

    def turned(self, status: Status) -> "Sequence":
        """It as it is once its campaign is paused, or goes on."""
        return self._next(status=status)

    def changed(self, changes: Mapping[str, Any]) -> "Sequence":
        return self._next(**changes)

    def _next(self, **changes: Any) -> "Sequence":
        return self.model_copy(
            update={**changes, "updated_at": clock.timestamp(), "version": self.version + 1}
        )


def _hash(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8], "big")
