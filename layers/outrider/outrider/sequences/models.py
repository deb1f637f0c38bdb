"""Sequences, their steps, and the campaign settings that they carry."""

import hashlib
from datetime import timedelta
from typing import Literal, get_args

from pydantic import ConfigDict

from outrider.kit.models import Model, Versioned
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
"""Classes of replies. An opt-out is none of them: it suppresses the address instead."""
AUTOMATIC: frozenset[ReplyClass] = frozenset({"out_of_office", "auto_reply"})
"""Classes of automatic replies, which neither stop an enrollment nor count as replies."""

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
"""Conditions of a step, about what the contact has done since enrollment. Machine opens are
ignored."""

_BY_PERSON = frozenset({"linkedin", "call", "task"})


class Variant(Model):
    """One of several texts of a step, chosen by weight."""

    model_config = ConfigDict(frozen=True)

    id: str
    weight: int = 1
    subject: str | None = None
    text: str | None = None
    html: str | None = None

    @property
    def has_content(self) -> bool:
        return bool(self.text or self.html)


class Step(Model):
    """One step, due `wait` after the previous step was done, or after enrollment. It has at least
    one variant. A manual step (`linkedin`, `call`, `task`) expires `timeout_days` after its task
    was opened."""

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
        """The wait without non-working days, which the basis `working` skips in addition."""
        return timedelta(**{self.wait_unit: self.wait_value})

    @property
    def by_person(self) -> bool:
        return self.channel in _BY_PERSON

    def variant_for(self, enrollment_id: str) -> Variant:
        """Return the variant of an enrollment: chosen by weight, and always the same."""
        place = _hash(enrollment_id, self.id) % sum(each.weight for each in self.variants)
        for variant in self.variants:
            place -= variant.weight
            if place < 0:
                return variant
        raise AssertionError("weights are positive")


class SendWindow(Model):
    """Days and hours in which steps are carried out, from `start` until before `end` (`HH:MM`)."""

    model_config = ConfigDict(frozen=True)

    days: list[Weekday]
    start: str
    end: str


class Settings(Model):
    """Settings of a campaign. Those of a sequence apply to the campaign that its launch creates."""

    model_config = ConfigDict(frozen=True)

    timezone: str = "UTC"
    """Time zone of the windows, unless the contact's own one is known and used."""
    use_contact_timezone: bool = True
    windows: list[SendWindow] = []
    """Send windows; an empty list means any time."""
    holidays: list[str] = []
    """Days (`YYYY-MM-DD`) on which no step is carried out, and which are no working days."""
    daily_limit: int | None = None
    """Maximum number of messages of the campaign per day."""
    company_daily_limit: int | None = None
    """Maximum number of messages per day to contacts of the same company."""
    stop_on_reply: bool = True
    """Whether a reply ends the enrollment, unless a later step is conditional on a reply."""
    stop_for_company: bool = False
    """Whether a reply also ends the enrollments of the same company."""
    exclusive: bool = False
    """Whether contacts that are in another active campaign are skipped."""
    min_interval_hours: int = 0
    """Minimum hours between a message of another campaign and one of this, to the same contact."""
    keep_running: bool = False
    """Whether the campaign stays active when no enrollment is left, to wait for triggered ones."""
    track_opens: bool = False
    track_clicks: bool = False
    postal_address: str | None = None
    """Postal address of the sender, added at the end of every email."""
    guardrail: Guardrail = Guardrail()


OF_WORKFLOW = ("timezone", "windows", "daily_limit", "keep_running")
"""Settings that the campaign of a workflow has from the workflow."""


class Sequence(Versioned):
    """A stored sequence. `steps_version` is the number of its current, immutable list of steps."""

    id: str
    name: str
    status: Status = "draft"
    mailbox_pool: str
    settings: Settings = Settings()
    step_count: int
    steps_version: int = 1
    campaign_id: str | None = None
    """The campaign that its launch created."""
    campaigns: int = 0
    """Number of other campaigns that use the sequence."""
    workflow_id: str | None = None
    """The workflow for which it was made; its campaign is then `campaign_id`, also before the
    launch."""

    def launching(self, campaign_id: str) -> "Sequence":
        """Return the sequence as it is during a launch into the campaign."""
        return self.changed(status="launching", campaign_id=campaign_id)

    def launched(self) -> "Sequence":
        return self.changed(status="active")

    def turned(self, status: Status) -> "Sequence":
        """Return the sequence with the status that follows its campaign's: paused or active."""
        return self.changed(status=status)


def _hash(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8], "big")
