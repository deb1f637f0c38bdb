"""Campaigns, enrollments, and the jobs that carry a step to the worker."""

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from outrider.campaigns.enrollments import ids, message_ids
from outrider.kit import clock, json
from outrider.sequences.models import ReplyClass, Sequence, Settings

ROUND = timedelta(minutes=15)
"""Time that a round plans ahead: the maximum delay of an SQS message."""

STEP_LEASE = timedelta(minutes=20)
"""How long after its slot a step comes up again if nobody recorded it: longer than a round plans
ahead, so that what lies in the queue is not planned again."""

CLAIM_LEASE = timedelta(minutes=2)
"""How long a worker may hold a claimed message; longer than a worker can live after its claim."""

AWAY = "out_of_office"
"""Why a step waits until its contact is back."""

QUEUED = "queued"
"""Why a step waits that lies in the queue: for its slot. Its enrollment is due STEP_LEASE later."""

QUEUED_LANE = f"{QUEUED}#"
"""Where it stands among what is due."""

ERASED = "erased"
"""Why an enrollment ended, or in the place of why it did, when its contact was erased."""

SHARD_SIZE = 50_000
"""Enrollments for each shard of the index of what is due."""

UNKNOWN_OUTCOME = "unknown_outcome"
"""Why an enrollment is paused when nobody knows whether its message went out."""

NEEDS_REVIEW = "needs_review"
"""Why the step to come waits when a person has to read a reply first."""

Said = Literal["sent", "not_sent"]
"""What a person says of a message when nobody knows whether it went out."""

CampaignStatus = Literal["draft", "active", "paused", "completed"]

OpenState = Literal["active", "sending", "waiting"]
"""`sending`: a worker has claimed a message. `waiting`: a person has a task to do."""
EndState = Literal[
    "finished", "replied", "opted_out", "bounced", "failed", "stopped", "company_replied"
]
"""No step was left; they answered; they said stop or are suppressed; hard bounce; it cannot be
done; a person stopped it; a colleague answered."""
EnrollmentState = Literal[OpenState, "paused", EndState]

_OPEN: frozenset[str] = frozenset(get_args(OpenState))

AudienceGroup = Literal["active", "completed", "paused", "bounced", "failed"]


def audience_group(state: EnrollmentState) -> AudienceGroup:
    """How an enrollment counts in the campaign's audience."""
    if state in _OPEN:
        return "active"
    if state in ("paused", "bounced", "failed"):
        return state
    return "completed"


class Campaign(BaseModel):
    """`run` numbers the executions of its clock; only the newest may dispatch. `asked` stands for
    the contacts its launch asked for. New enrollments get the steps of `steps_version`; one with
    an older version than `least_steps_version` moves to `steps_version` when its step comes up.
    A draft has no steps of its own yet: its launch takes those that the sequence has then.
    `version` rises with what a person changes."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    sequence_id: str
    leads_sequence: bool = True
    """Made by the launch of its sequence, whose status follows its own."""
    steps_version: int
    least_steps_version: int = 1
    mailbox_pool: str
    settings: Settings = Settings()
    status: CampaignStatus = "draft"
    paused_reason: str | None = None
    run: int = 1
    wakes_at: str = ""
    """While it is active: when its clock comes to its next round."""
    held: bool = False
    """Something is due that waits for a mailbox, or for the next day of a limit."""
    due_shards: int = 1
    asked: str = ""
    start_at: str | None = None
    """Before this moment no step is due."""
    has_filter: bool = False
    """It was launched to the contacts that a filter lets through, or they were added to it."""
    has_audience: bool = False
    """It was asked to reach contacts: it does not wait for triggers once nobody is left."""
    audiences: int = 0
    """How many filters there are whose contacts are still being enrolled."""
    created_at: str
    updated_at: str
    version: int = 1

    @classmethod
    def to_be(cls, sequence: Sequence) -> "Campaign":
        """What the launch of a draft would make."""
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
        """What an event about this campaign names."""
        return {"campaign_id": self.id, "sequence_id": self.sequence_id}

    def starts(self, now: datetime) -> datetime:
        """From when on the wait of a first step counts for who is enrolled `now`."""
        return max(now, clock.from_text(self.start_at)) if self.start_at else now

    @property
    def enrolling(self) -> bool:
        return self.audiences > 0

    def changed(self, **changes: object) -> "Campaign":
        """It after a change by a person: the next version."""
        now = clock.timestamp()
        return self.model_copy(update={**changes, "updated_at": now, "version": self.version + 1})


_OFTEN = b'{"subject":"","message_ids":["-000000@email.amazonses.com","0100019'
"""What threads have in common, which packing leaves out: never to be changed."""


class Thread(BaseModel):
    """The mails sent so far, of more than three the first and the last two: follow-ups answer to
    them. Ids are RFC 5322 Message-IDs without <>."""

    model_config = ConfigDict(frozen=True)

    subject: str
    message_ids: list[str]

    def with_(self, message_id: str) -> "Thread":
        """With one more mail. That many References are always kept (RFC 5537, 3.4.4)."""
        earlier = self.message_ids
        kept = [*earlier[:1], earlier[-1]] if len(earlier) > 1 else earlier
        return self.model_copy(update={"message_ids": [*kept, message_id]})

    @classmethod
    def unpacked(cls, packed: bytes) -> "Thread":
        """Return what `packed` made smaller."""
        return cls.model_validate(json.loads(zlib.decompressobj(zdict=_OFTEN).decompress(packed)))

    def packed(self) -> bytes:
        """Return it as it is kept: Message-IDs repeat each other, and an enrollment is written
        three times a step, which costs half as much below a kilobyte."""
        packing = zlib.compressobj(9, zdict=_OFTEN)
        return packing.compress(json.dumps(self.model_dump())) + packing.flush()


class Enrollment(BaseModel):
    """One contact's way through one campaign.

    `state` says where it stands, `blocked_reason` why the step to come has to wait, `exit_reason`
    in detail why it ended, `outcome` what the contact answered. `step_id` is the step to come,
    `due_at` when it comes up next, `sending` the message that is in flight or the task that waits.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    campaign_id: str
    contact_id: str
    sequence_id: str
    steps_version: int
    generation: int = 1
    """How often the contact was enrolled in this campaign."""
    state: EnrollmentState = "active"
    step_id: str | None = None
    due_at: str | None = None
    queued: bool = Field(default=False, exclude=True)
    """Whether the step was put into the queue: then it is due at the end of its lease."""
    previous_at: str | None = None
    """When the step before was done: the wait of the step to come counts from there."""
    timezone: str | None = None
    """The contact's, when it was enrolled."""
    company_key: str | None = None
    """The contact's company, or the domain that stands for it; for limits of a company."""
    mailbox_id: str | None = None
    """Sent the first mail, and sends the others."""
    sending: str | None = None
    claimed_until: str | None = None
    """While a message is in flight: how long its worker may hold it."""
    holder: str | None = Field(default=None, exclude=True)
    """While a message is in flight: what tells its claim from any other of the same step."""
    sending_to: str | None = None
    """While a message is in flight: the address or number it goes to."""
    thread: Thread | None = None
    replied_at: str | None = None
    reply_class: ReplyClass | None = None
    opened_at: str | None = None
    """Its first mail that a person opened."""
    clicked_at: str | None = None
    attempts: int = 0
    blocked_reason: str | None = None
    exit_reason: str | None = None
    outcome: str | None = None
    in_review: str | None = None
    """The reply that a person has to read before anything more is sent."""
    created_at: str
    updated_at: str
    version: int = 1

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> "Enrollment":
        """An item does not repeat what its keys say."""
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
        """Its fields, without what the keys of its item say."""
        item = self.model_dump(exclude_none=True, exclude={"id", "campaign_id", "contact_id"})
        if self.thread:
            item["thread"] = self.thread.packed()
        if self.sending:
            item["sending"] = message_ids.own(self.sending)
        return item

    def changed(self, **changes: object) -> "Enrollment":
        """It after a change by a person: the next version."""
        now = clock.timestamp()
        return self.model_copy(update={**changes, "updated_at": now, "version": self.version + 1})

    def in_flight(self, now: datetime) -> bool:
        """Whether a worker holds a message of it, and may still settle it."""
        return (
            self.state == "sending"
            and self.sending is not None
            and (self.claimed_until or "") > clock.to_text(now)
        )

    def names(self) -> dict[str, str]:
        """What an event about this enrollment names."""
        return {
            "enrollment_id": self.id,
            "contact_id": self.contact_id,
            "campaign_id": self.campaign_id,
            "sequence_id": self.sequence_id,
        }

    def in_queue(self, now: datetime) -> bool:
        """Whether the step may lie in the queue: it was put there, and its lease is not over."""
        return self.queued and (self.due_at or "") > clock.to_text(now)

    def waits_for(self, job: "StepJob") -> bool:
        """Whether its step waits for the job: it was put into the queue, or is due as the round
        found it, which moves it only then. Else it was put off, and the job's units are free."""
        return self.queued or job.due_at in (None, self.due_at)

    def slot(self, now: datetime) -> datetime | None:
        """When the step goes out that lies in the queue; None when there is none, or so long after
        its slot that it is not to be expected before `due_at`."""
        if not self.queued or not self.due_at:
            return None
        slot = clock.from_text(self.due_at) - STEP_LEASE
        return slot if now < slot + CLAIM_LEASE else None

    @property
    def comes_at(self) -> str | None:
        """When the step to come goes out: at its slot while it lies in the queue, else when it is
        due."""
        slot = self.slot(clock.now())
        return clock.to_text(slot) if slot else self.due_at

    @property
    def is_open(self) -> bool:
        return self.state in _OPEN

    @property
    def is_over(self) -> bool:
        return not self.is_open and self.state != "paused"

    @property
    def is_forgotten(self) -> bool:
        """Whether it is over and says nothing but ids and outcome: a failure may quote a mail."""
        told = any((self.thread, self.blocked_reason, self.company_key, self.timezone))
        if self.state == "failed" and self.exit_reason != ERASED:
            told = True
        return self.is_over and self.sending is None and not told


class Units(BaseModel):
    """What a round took of the limits of `day` (UTC) for one step: a message of a mailbox, of the
    campaign, and of a company by its key."""

    model_config = ConfigDict(frozen=True)

    day: str
    mailbox_id: str = ""
    campaign: bool = False
    company: str = ""


class StepJob(BaseModel):
    """One step of one enrollment, as it lies in the queue: enough to read everything at once."""

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
    """When the step was due as the round found it."""
    waits: int | None = None
    """How often it went back to the queue because no place at its mail server was free."""

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
        """The step that the enrollment is to go through next, from the mailbox that wrote first,
        unless said otherwise."""
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
        )

    @property
    def message_id(self) -> str:
        """The step's only message: doing the step again names the same one."""
        return step_message_id(self.workspace, self, self.step_id)


def step_message_id(workspace: str, of: Enrollment | StepJob, step_id: str) -> str:
    """The id of the message of a step of an enrollment."""
    return message_ids.of(
        of.contact_id, workspace, of.campaign_id, of.contact_id, str(of.generation), step_id
    )


class Audience(BaseModel):
    """How the enrollments stand; the parts always sum up to `total`."""

    total: int
    active: int
    completed: int
    paused: int
    bounced: int
    failed: int
