"""Campaigns, enrollments, and the queue messages of their steps."""

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from pydantic import ConfigDict, Field

from outrider.campaigns.enrollments import ids, message_ids
from outrider.kit import clock, json
from outrider.kit.models import Model, Versioned
from outrider.sequences.models import ReplyClass, Sequence, Settings

ROUND = timedelta(minutes=15)
"""Time that a round plans ahead: the maximum delay of an SQS message."""

STEP_LEASE = timedelta(minutes=20)
"""Lease of a queued step, from its slot: if no worker has recorded a result by then, the step is
due again. Longer than a round plans ahead, so that a step in the queue is not planned twice."""

CLAIM_LEASE = timedelta(minutes=2)
"""Lease of a worker's claim on a message; longer than a worker can run after claiming."""

AWAY = "out_of_office"
"""Blocked reason of a step that waits until its contact is back from an absence."""

QUEUED = "queued"
"""Blocked reason of a step that is in the queue. Its enrollment is due STEP_LEASE after the
slot."""

QUEUED_LANE = f"{QUEUED}#"
"""Lane of the steps in the queue, in the index `by_due`."""

ERASED = "erased"
"""Exit reason of an enrollment whose contact was erased: the erasure ended it, or replaced the
reason of an earlier failure."""

SHARD_SIZE = 50_000
"""Enrollments per shard of the index `by_due`."""

UNKNOWN_OUTCOME = "unknown_outcome"
"""Blocked reason of a paused enrollment: it is unknown whether its message was sent."""

NEEDS_REVIEW = "needs_review"
"""Blocked reason of a step that waits until a person has read a reply."""

Said = Literal["sent", "not_sent"]
"""Outcome that a person gives for a message of unknown outcome."""

WITH_WORKFLOW = "workflow"
"""Paused reason of a campaign that was paused with the run of its workflow."""

CampaignStatus = Literal["draft", "active", "paused", "completed"]

OpenState = Literal["active", "sending", "waiting"]
"""`sending`: a worker has claimed a message. `waiting`: a person has a task to do."""
EndState = Literal[
    "finished", "replied", "opted_out", "bounced", "failed", "stopped", "company_replied"
]
"""In this order: no step is left; the contact replied; opted out or is suppressed; hard bounce; the
step cannot be carried out; stopped by a person; another contact of the company replied."""
EnrollmentState = Literal[OpenState, "paused", EndState]

_OPEN: frozenset[str] = frozenset(get_args(OpenState))


class Campaign(Versioned):
    """Campaign as it is stored. `run` is the number of its current execution (clock); only that may
    dispatch. `asked` is the id of the audience that its launch requested. New enrollments get the
    steps of `steps_version`; an enrollment below `least_steps_version` migrates to these when its
    next step is due. A draft gets its steps at its launch. `version` is the optimistic lock of user
    changes."""

    id: str
    name: str
    sequence_id: str
    leads_sequence: bool = True
    """It was created by the launch of its sequence, or both were for a workflow. The status of the
    sequence follows its own."""
    workflow_id: str | None = None
    """The workflow that it belongs to, which enrolls its contacts."""
    steps_version: int
    least_steps_version: int = 1
    mailbox_pool: str
    settings: Settings = Settings()
    status: CampaignStatus = "draft"
    paused_reason: str | None = None
    run: int = 1
    wakes_at: str = ""
    """When its clock starts the next round, while it is active."""
    held: bool = False
    """Due steps wait for a mailbox or for a daily limit to be reset."""
    due_shards: int = 1
    asked: str = ""
    start_at: str | None = None
    """No step is due before this time."""
    has_filter: bool = False
    """Contacts of a filter were enrolled, at its launch or later."""
    has_audience: bool = False
    """Contacts were requested: it completes when none is left, and does not wait for triggers."""
    audiences: int = 0
    """Number of filters whose contacts are still being enrolled."""

    @classmethod
    def to_be(cls, sequence: Sequence) -> "Campaign":
        """Return the campaign that the launch of a draft sequence would create."""
        return cls(
            id=sequence.campaign_id or f"cam_{sequence.id.partition('_')[2]}",
            name=sequence.name,
            sequence_id=sequence.id,
            steps_version=sequence.steps_version,
            mailbox_pool=sequence.mailbox_pool,
            settings=sequence.settings,
            created_at=sequence.created_at,
            updated_at=sequence.updated_at,
        )

    def names(self) -> dict[str, str]:
        """Return the ids that an event about this campaign contains."""
        return {"campaign_id": self.id, "sequence_id": self.sequence_id}

    def starts(self, now: datetime) -> datetime:
        """Return when the wait of the first step starts for a contact that is enrolled `now`."""
        return max(now, clock.from_text(self.start_at)) if self.start_at else now

    @property
    def enrolling(self) -> bool:
        return self.audiences > 0


_OFTEN = b'{"subject":"","message_ids":["-000000@email.amazonses.com","0100019'
"""Compression dictionary (`zdict`) of threads. Never change it: stored threads depend on it."""


class Thread(Model):
    """Emails sent so far, to which follow-ups reply: of more than three, the first and the last
    two. `message_ids` are RFC 5322 Message-IDs without <>."""

    model_config = ConfigDict(frozen=True)

    subject: str
    message_ids: list[str]

    def with_(self, message_id: str) -> "Thread":
        """Return the thread with one more email. It keeps the ids that trimming References must not
        remove (RFC 5537, 3.4.4)."""
        earlier = self.message_ids
        kept = [*earlier[:1], earlier[-1]] if len(earlier) > 1 else earlier
        return self.model_copy(update={"message_ids": [*kept, message_id]})

    @classmethod
    def unpacked(cls, packed: bytes) -> "Thread":
        """Return the thread that was compressed by `packed`."""
        return cls.model_validate(json.loads(zlib.decompressobj(zdict=_OFTEN).decompress(packed)))

    def packed(self) -> bytes:
        """Return the thread compressed for storage. Message-IDs are repetitive, and an enrollment
        is written three times per step, which costs half as much if its item is below 1 KB."""
        packing = zlib.compressobj(9, zdict=_OFTEN)
        return packing.compress(json.dumps(self.model_dump())) + packing.flush()


class Enrollment(Versioned):
    """Progress of one contact through one campaign, as it is stored.

    `blocked_reason` is why the next step has to wait, `exit_reason` in detail why it ended,
    `outcome` how the contact replied. `step_id` is the next step, `due_at` when it is due,
    `sending` the id of the message in flight or of the open task.
    """

    id: str
    campaign_id: str
    contact_id: str
    sequence_id: str
    steps_version: int
    generation: int = 1
    """How many times the contact was enrolled in this campaign or its step was retried."""
    state: EnrollmentState = "active"
    step_id: str | None = None
    due_at: str | None = None
    queued: bool = Field(default=False, exclude=True)
    """The step was put into the queue, so `due_at` is the end of its lease."""
    previous_at: str | None = None
    """When the previous step was done; the wait of the next step starts then."""
    timezone: str | None = None
    """The contact's time zone when it was enrolled."""
    company_key: str | None = None
    """The contact's company id, or its email domain instead; for limits per company."""
    lead_id: str | None = None
    """The lead that a workflow enrolled; events about the enrollment name it."""
    approved_step_id: str | None = None
    """The first step, if a person approved its message: its content is not rendered again."""
    mailbox_id: str | None = None
    """The mailbox that sent the first email and sends all others."""
    sending: str | None = None
    claimed_until: str | None = None
    """When the lease of the worker's claim expires, while a message is in flight."""
    holder: str | None = Field(default=None, exclude=True)
    """Id of the worker's claim, while a message is in flight."""
    sending_to: str | None = None
    """Address or phone number of the recipient, while a message is in flight."""
    thread: Thread | None = None
    replied_at: str | None = None
    reply_class: ReplyClass | None = None
    opened_at: str | None = None
    """When a human first opened one of its emails."""
    clicked_at: str | None = None
    attempts: int = 0
    blocked_reason: str | None = None
    exit_reason: str | None = None
    outcome: str | None = None
    in_review: str | None = None
    """The reply that a person has to read before the next step is sent."""

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> "Enrollment":
        """Return the enrollment of an item, whose keys contain the ids."""
        campaign_id, contact_id = str(item["pk"]).rpartition("#")[2], str(item["sk"])
        names = {"campaign_id": campaign_id, "contact_id": contact_id}
        fields = {**names, "id": ids.of(**names), **item}
        fields["queued"] = str(item.get("by_due_sk")).startswith(QUEUED_LANE)
        if thread := item.get("thread"):
            fields["thread"] = Thread.unpacked(thread)
        if sending := item.get("sending"):
            fields["sending"] = message_ids.joined(contact_id, sending)
        return cls.model_validate(fields)

    def to_item(self) -> dict[str, Any]:
        """Return the fields for an item, without those that are in its keys."""
        item = self.model_dump(exclude_none=True, exclude={"id", "campaign_id", "contact_id"})
        if self.thread:
            item["thread"] = self.thread.packed()
        if self.sending:
            item["sending"] = message_ids.own(self.sending)
        return item

    def in_flight(self, now: datetime) -> bool:
        """Return whether a worker has claimed a message and its lease has not expired."""
        return (
            self.state == "sending"
            and self.sending is not None
            and (self.claimed_until or "") > clock.to_text(now)
        )

    def names(self) -> dict[str, str]:
        """Return the ids that an event about this enrollment contains."""
        return {
            "enrollment_id": self.id,
            "contact_id": self.contact_id,
            "campaign_id": self.campaign_id,
            "sequence_id": self.sequence_id,
            **({"lead_id": self.lead_id} if self.lead_id else {}),
        }

    def in_queue(self, now: datetime) -> bool:
        """Return whether the step may be in the queue: it was put there and its lease is not
        over."""
        return self.queued and (self.due_at or "") > clock.to_text(now)

    def waits_for(self, job: "StepJob") -> bool:
        """Return whether its next step is the one of the job: it was queued, or its due time is the
        one that the round found. Otherwise the step was deferred, and the job's units were given
        back."""
        return self.queued or job.due_at in (None, self.due_at)

    def slot(self, now: datetime) -> datetime | None:
        """Return when the queued step will be sent, or None if none is queued or the slot is so
        long past that the step is not expected before `due_at`."""
        if not self.queued or not self.due_at:
            return None
        slot = clock.from_text(self.due_at) - STEP_LEASE
        return slot if now < slot + CLAIM_LEASE else None

    @property
    def comes_at(self) -> str | None:
        """When the next step will be sent: at its slot if it is in the queue, else at its due
        time."""
        slot = self.slot(clock.now())
        return clock.to_text(slot) if slot else self.due_at

    @property
    def sends_approved(self) -> bool:
        """True if the next message has content that a person approved."""
        return self.step_id is not None and self.step_id == self.approved_step_id

    @property
    def is_open(self) -> bool:
        return self.state in _OPEN

    @property
    def is_over(self) -> bool:
        return not self.is_open and self.state != "paused"

    @property
    def is_forgotten(self) -> bool:
        """True if it has ended and has no personal data. The reason of a failure may quote an
        email, so it counts as personal data."""
        kept = (self.thread, self.blocked_reason, self.company_key, self.timezone)
        personal = any((*kept, self.approved_step_id))
        if self.state == "failed" and self.exit_reason != ERASED:
            personal = True
        return self.is_over and self.sending is None and not personal


class Units(Model):
    """Units of the limits of `day` (UTC) that a round reserved for one step: one message of a
    mailbox, of the campaign, and of a company (its key)."""

    model_config = ConfigDict(frozen=True)

    day: str
    mailbox_id: str = ""
    campaign: bool = False
    company: str = ""


class StepJob(Model):
    """Queue message for one step of one enrollment, with all ids for one batch read."""

    model_config = ConfigDict(frozen=True)

    workspace: str
    campaign_id: str
    contact_id: str
    sequence_id: str
    steps_version: int
    generation: int
    step_id: str
    mailbox_id: str
    units: Units | None = None
    due_at: str | None = None
    """When the step was due as the round read it."""
    waits: int | None = None
    """How many times the job was requeued because its mail server was at its concurrency limit."""
    approved: bool | None = None
    """True if the content of the message was approved, and has to be read."""

    @classmethod
    def of(
        cls,
        workspace: str,
        enrollment: Enrollment,
        *,
        step_id: str | None = None,
        mailbox_id: str | None = None,
        units: Units | None = None,
        due_at: str | None = None,
    ) -> "StepJob":
        """Return the job for the next step, sent from the enrollment's mailbox, unless other ids
        are given."""
        return cls(
            workspace=workspace,
            campaign_id=enrollment.campaign_id,
            contact_id=enrollment.contact_id,
            sequence_id=enrollment.sequence_id,
            steps_version=enrollment.steps_version,
            generation=enrollment.generation,
            step_id=step_id or enrollment.step_id or "",
            mailbox_id=(enrollment.mailbox_id if mailbox_id is None else mailbox_id) or "",
            units=units,
            due_at=due_at,
            approved=enrollment.sends_approved or None,
        )

    @property
    def message_id(self) -> str:
        """Id of the step's message. A repeated step has the same id."""
        return step_message_id(self.workspace, self, self.step_id)


def step_message_id(workspace: str, of: Enrollment | StepJob, step_id: str) -> str:
    """Return the id of the message of an enrollment's step."""
    return message_ids.of(
        of.contact_id, workspace, of.campaign_id, of.contact_id, str(of.generation), step_id
    )
