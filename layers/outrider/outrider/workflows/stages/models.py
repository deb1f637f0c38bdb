"""Queue messages of the stages of leads, and outcomes of the stages."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from pydantic import ConfigDict

from outrider.events.models import subject
from outrider.kit.aws.sqs import QueueMessage
from outrider.kit.models import Model
from outrider.leads.models import LeadDraft, Stage
from outrider.leads.rationales import PaidRationale
from outrider.qualification.profiles import Profile
from outrider.qualification.scoring import Score


class StageJob(Model):
    """Queue message: carry out the stage of one lead."""

    model_config = ConfigDict(frozen=True)

    workspace: str
    workflow_id: str
    lead_id: str
    stage: Stage

    def queued(self, wait: timedelta = timedelta()) -> QueueMessage:
        """Return the message for the queue of the stage, which is delivered after `wait`."""
        return QueueMessage(self.model_dump(), self.workspace, int(wait.total_seconds()))

    @classmethod
    def of(cls, message: dict[str, Any]) -> Self:
        """Return the job of a message from a worker, the dispatcher, or the event bus, which tells
        of leads that a person has approved."""
        if "detail" not in message:
            return cls.model_validate(message)
        workspace, lead_id = subject(message, "lead_id")
        workflow_id = message["detail"]["data"]["workflow_id"]
        return cls(workspace=workspace, workflow_id=workflow_id, lead_id=lead_id, stage="contact")


@dataclass(frozen=True, slots=True)
class Researched:
    """Outcome of the stage `research`. `missing` is the reason why nothing was found, if so."""

    at: str = ""
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Qualified:
    """Outcome of the stage `qualify`: a score by a profile, at or above its threshold or below it.
    `paid` is the rationale of a model, which is charged in the transaction that moves the lead
    on."""

    score: Score
    profile: Profile
    paid: PaidRationale | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """Outcome of the stage `contact` for a lead that a person has to approve first."""

    draft: LeadDraft


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Outcome of the stage `contact` for a lead that was enrolled into the workflow's campaign."""

    enrollment_id: str


@dataclass(frozen=True, slots=True)
class StageFailed:
    """Outcome of any stage that cannot be carried out for this lead."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Omitted:
    """Outcome of a stage that the workflow does not have any more."""

    stage: Stage


Outcome = Researched | Qualified | Drafted | Enrolled | StageFailed | Omitted
