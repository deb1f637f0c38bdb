"""Workflows, as they are stored."""

from collections.abc import Sequence
from typing import Literal

from pydantic import ConfigDict

from outrider.kit.models import Model, Versioned
from outrider.leads.models import STAGES, Stage
from outrider.mailboxes.models import DEFAULT_POOL
from outrider.qualification.profiles import Profile
from outrider.sequences.models import SendWindow, Settings

WorkflowStatus = Literal["idle", "running", "paused"]
"""`idle`: no run is under way."""
PausedReason = Literal["person", "credits"]
"""Reasons why a run is paused: by a person; no credits were left."""


class WorkflowSettings(Model):
    """Settings of a workflow. The last four also apply to its campaign."""

    model_config = ConfigDict(frozen=True)

    auto_review: bool = False
    """Whether qualified leads are emailed without a person's approval."""
    profile: Profile | None = None
    """Ideal customer profile of the workflow; None for that of the workspace."""
    threshold: int | None = None
    """Minimum score of a qualified lead; None for that of the profile."""
    sequence_id: str | None = None
    """The sequence that the user chose; None if the workflow has its own."""
    daily_limit: int | None = None
    mailbox_pool: str = DEFAULT_POOL
    timezone: str = "UTC"
    windows: list[SendWindow] = []

    def of_campaign(self, current: Settings) -> Settings:
        """Return the settings of the workflow's campaign: `current` with those of the workflow. It
        stays active while nobody is enrolled, because runs enroll more contacts later."""
        return current.model_copy(
            update={
                "daily_limit": self.daily_limit,
                "timezone": self.timezone,
                "windows": self.windows,
                "keep_running": True,
            }
        )

    def qualifies_by(self, of_workspace: Profile) -> Profile:
        """Return the ideal customer profile that applies, with the threshold that applies."""
        profile = self.profile or of_workspace
        if self.threshold is None:
            return profile
        return profile.model_copy(update={"threshold": self.threshold})


class Workflow(Versioned):
    """A pipeline for leads. `stages` are in the order of `STAGES`.

    `run` is the number of its newest run, `clock` that of its newest Step Functions execution; only
    that may dispatch. `version` is the optimistic lock. Times are RFC 3339 UTC.
    """

    id: str
    name: str
    stages: list[Stage]
    settings: WorkflowSettings = WorkflowSettings()
    status: WorkflowStatus = "idle"
    paused_reason: PausedReason | None = None
    sequence_id: str | None = None
    """The sequence of its campaign; None if contacting was never one of its stages."""
    owns_sequence: bool = False
    """Whether its sequence was made for it, from the starter template."""
    run: int = 0
    clock: int = 0
    wakes_at: str = ""
    """When its clock is overdue, while it has one."""
    deleted_at: str | None = None
    """When its deletion began, which ends the leads under way before it removes the workflow."""

    @property
    def campaign_id(self) -> str | None:
        """Id of its campaign, which has the same characters after the prefix."""
        return campaign_of(self.id) if self.sequence_id else None

    @property
    def has_clock(self) -> bool:
        """True while an execution has to work on it: while it is running or being deleted."""
        return self.status == "running" or self.deleted_at is not None

    @property
    def first_stage(self) -> Stage:
        """The stage with which a new lead begins."""
        return self.stages[0]

    def stage_after(self, stage: Stage) -> Stage | None:
        """Return the next stage of a lead that has completed `stage`, or None after the last."""
        place = STAGES.index(stage)
        return next((each for each in self.stages if STAGES.index(each) > place), None)


def in_order(stages: Sequence[Stage]) -> list[Stage]:
    """Return the stages in the order in which leads go through them."""
    return sorted(stages, key=STAGES.index)


def campaign_of(workflow_id: str) -> str:
    """Return the id of the campaign of a workflow."""
    return f"cam_{workflow_id.partition('_')[2]}"


def workflow_of(campaign_id: str) -> str:
    """Return the id of the workflow of a campaign that belongs to one."""
    return f"wfl_{campaign_id.partition('_')[2]}"


def own_sequence_of(workflow_id: str) -> str:
    """Return the id of the sequence that is made for a workflow."""
    return f"seq_{workflow_id.partition('_')[2]}"
