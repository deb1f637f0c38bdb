"""Campaigns, enrollments, and the jobs that carry a step to the worker."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from outrider.kit import clock, ids

ROUND = timedelta(minutes=15)
"""How far ahead a round plans: as long as SQS can delay a message."""

STEP_LEASE = timedelta(minutes=20)
"""How long after its slot a step comes up again if nobody recorded it: longer than a round plans
ahead, so that what lies in the queue is not planned again."""

CLAIM_LEASE = timedelta(minutes=2)
"""How long a worker may hold a claimed message; longer than a worker can live after its claim."""

ERASED = "erased"
"""Why an enrollment ended, or in the place of why it did, when its contact was erased."""

CampaignStatus = Literal["draft", "active", "paused", "completed"]
EnrollmentState = Literal["active", "sending", "paused", "finished", "bounced", "failed"]


class Campaign(BaseModel):
    """`run` numbers the executions of its clock; only the newest may dispatch. `asked` stands for
    the contacts its launch asked for."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    sequence_id: str
    steps_version: int
    mailbox_pool: str
    status: CampaignStatus = "draft"
    run: int = 1
    due_shards: int = 1
    asked: str = ""
    created_at: str
    updated_at: str


class Thread(BaseModel):
    """The mails sent so far: follow-ups answer to them. Ids are RFC 5322 Message-IDs without <>."""

    model_config = ConfigDict(frozen=True)

    subject: str
    message_ids: list[str]


class Enrollment(BaseModel):
    """One contact's way through one campaign. `step_id` is the step to come, `sending` the message
    in flight; `due_at` is when it comes up next."""

    model_config = ConfigDict(frozen=True)

    id: str
    campaign_id: str
    contact_id: str
    sequence_id: str
    steps_version: int
    generation: int = 1
    state: EnrollmentState = "active"
    step_id: str | None = None
    due_at: str | None = None
    mailbox_id: str | None = None
    sending: str | None = None
    thread: Thread | None = None
    replied_at: str | None = None
    attempts: int = 0
    blocked_reason: str | None = None
    exit_reason: str | None = None
    created_at: str
    updated_at: str
    version: int = 1

    def in_flight(self, now: datetime) -> bool:
        """Whether a worker holds a message of it, and may still settle it."""
        return self.sending is not None and (self.due_at or "") > clock.to_text(now)

    def names(self) -> dict[str, str]:
        """What an event about this enrollment names."""
        return {
            "enrollment_id": self.id,
            "contact_id": self.contact_id,
            "campaign_id": self.campaign_id,
            "sequence_id": self.sequence_id,
        }

    @property
    def is_open(self) -> bool:
        return self.state in ("active", "sending")

    @property
    def is_over(self) -> bool:
        return not self.is_open and self.state != "paused"

    @property
    def is_forgotten(self) -> bool:
        """Whether it is over and says nothing but ids and outcome: a failure may quote a mail."""
        told = self.thread is not None or self.blocked_reason is not None
        if self.state == "failed" and self.exit_reason != ERASED:
            told = True
        return self.is_over and self.sending is None and not told


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

    @property
    def message_id(self) -> str:
        """The step's only message: doing the step again names the same one."""
        return ids.derived(
            "msg",
            self.workspace,
            self.campaign_id,
            self.contact_id,
            str(self.generation),
            self.step_id,
        )


class Audience(BaseModel):
    """How the enrollments stand; the parts always sum up to `total`."""

    total: int
    active: int
    completed: int
    paused: int
    bounced: int
    failed: int
