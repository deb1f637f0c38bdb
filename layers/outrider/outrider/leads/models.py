"""Leads, and the ideal customer profile by which they are qualified."""

from datetime import timedelta
from typing import Literal, Self, get_args

from pydantic import ConfigDict

from outrider.kit import clock
from outrider.kit.models import Model, Versioned
from outrider.qualification.profiles import Profile
from outrider.qualification.scoring import Score
from outrider.writing.models import DraftClaim, Rationale

LeadStatus = Literal[
    "new",
    "researching",
    "researched",
    "qualified",
    "disqualified",
    "review",
    "contacted",
    "replied",
    "failed",
]
Decision = Literal["new", "researched", "qualified", "disqualified"]
"""The statuses that a person may set."""
Stage = Literal["research", "qualify", "contact"]
"""Stages of a workflow, in the order in which leads go through them."""
STAGES: tuple[Stage, ...] = get_args(Stage)


class LeadDraft(Model):
    """The first email to a lead, exactly as it will be sent."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    subject: str
    """Subject of the email."""
    text: str
    """The email as plain text."""
    html: str | None = None
    """The email as HTML; null if it is plain text only."""
    mailbox_id: str
    """The mailbox that it will be sent from."""
    to: str = ""
    """The address that it will be sent to; empty if the first step is not an email."""
    step_id: str
    """The step of the sequence that it is made of."""
    made_at: str
    """When it was made, or made again."""
    edited_at: str | None = None
    """When a person changed its content; null if it is as the step of the sequence makes it."""
    hash: str
    """Identifies content, mailbox and address. Approve with it, so nothing else is approved."""
    provider: str | None = None
    """The provider whose model wrote it; null if it is as the step of the sequence makes it, or if
    a person changed it."""
    claims: list[DraftClaim] = []
    """What the model states about the recipient, with the source of each claim."""
    provider_failure: str | None = None
    """Why it is as the step makes it although the workspace has a provider; null if a model wrote
    it, or none was asked."""


class LeadFailure(Model):
    """The reason for which a lead failed."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    code: str
    """The reason as one word, such as `unsubscribed` or `gave_up`."""
    detail: str
    """The reason in a sentence."""


class Lead(Versioned):
    """A contact that is researched, qualified and contacted, by hand or by a workflow. Times are
    RFC 3339 UTC."""

    id: str
    contact_id: str
    workflow_id: str | None = None
    """None for a lead that only people work on."""
    status: LeadStatus = "new"
    status_reason: str | None = None
    stage: Stage | None = None
    """The next stage that a worker of the workflow has to carry out; None if there is none."""
    staged_at: str | None = None
    """When the lead came to its stage."""
    run: int | None = None
    """Number of the run that last worked on it."""
    attempts: int = 0
    """How often workers have begun the stage."""
    lease_until: str | None = None
    """When the lease of the worker that carries out the stage ends."""
    score: Score | None = None
    rationale: Rationale | None = None
    """What a model wrote about the score; None if rules compose it."""
    scored_at: str | None = None
    scored_by: str | None = None
    """Fingerprint of the profile by which it was scored."""
    decided_at: str | None = None
    """When a person set the status; None if it follows the score."""
    researched_at: str | None = None
    draft: LeadDraft | None = None
    approved_at: str | None = None
    enrollment_id: str | None = None
    contacted_at: str | None = None
    replied_at: str | None = None
    failure: LeadFailure | None = None
    notes: str | None = None

    def at_stage(self, stage: Stage | None, **changes: object) -> Self:
        """Return the lead waiting for a worker to carry out `stage`, or for none if that is None,
        with further changes."""
        return self.changed(
            stage=stage,
            staged_at=clock.timestamp() if stage else None,
            attempts=0,
            lease_until=None,
            **changes,
        )

    def claimed(self, lease: timedelta, **changes: object) -> Self:
        """Return the lead while a worker carries out its stage, with further changes."""
        until = clock.to_text(clock.now() + lease)
        return self.changed(attempts=self.attempts + 1, lease_until=until, **changes)

    @property
    def is_leased(self) -> bool:
        """True while a worker may be carrying out the stage."""
        return (self.lease_until or "") > clock.timestamp()

    def is_claimed_as(self, claimed: "Lead") -> bool:
        """Return whether the worker that claimed the lead as `claimed` still has it."""
        return (self.stage, self.staged_at, self.attempts, self.lease_until) == (
            claimed.stage,
            claimed.staged_at,
            claimed.attempts,
            claimed.lease_until,
        )


class StoredProfile(Model):
    """The ideal customer profile of a workspace, as it is stored."""

    model_config = ConfigDict(frozen=True)

    profile: Profile = Profile()
    updated_at: str | None = None
    """None for a profile that was never saved."""
    version: int = 1
