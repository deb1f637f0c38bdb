"""What leads have to know about workflows, whose code depends on that of leads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

from outrider.kit.aws.dynamodb import Action
from outrider.leads.models import Lead, Stage
from outrider.qualification.profiles import Profile


class QualifyingSettings(Protocol):
    """Settings of a workflow, as far as qualification depends on them."""

    def qualifies_by(self, of_workspace: Profile) -> Profile:
        """Return the profile by which leads of the workflow are scored, given that of the
        workspace."""
        ...


class LeadWorkflow(Protocol):
    """A workflow, as leads know it."""

    @property
    def stages(self) -> Sequence[Stage]:
        """The stages of the workflow, in their order."""
        ...

    @property
    def status(self) -> Literal["idle", "running", "paused"]:
        """`idle`: no run is under way."""
        ...

    @property
    def paused_reason(self) -> str | None:
        """Why its run is paused."""
        ...

    @property
    def settings(self) -> QualifyingSettings: ...


class LeadWorkflows(Protocol):
    """Workflows of one workspace."""

    def several(self, workflow_ids: Iterable[str]) -> Mapping[str, LeadWorkflow]:
        """Return those of the workflows that exist and are not being deleted, by id."""
        ...

    def require(self, workflow_id: str) -> LeadWorkflow:
        """Return a workflow. Raises ResourceNotFound, also while it is being deleted."""
        ...

    def check_open_action(self, workflow_id: str) -> Action:
        """Return the condition check that the workflow exists and is not being deleted. The
        transaction raises ResourceNotFound if not."""
        ...


def check_open_actions(workflows: LeadWorkflows, before: Lead, after: Lead) -> list[Action]:
    """Return the condition check that the workflow of a lead which gets a stage again is not being
    deleted, so that a worker will carry out the stage; none for any other change. The transaction
    raises ResourceNotFound if it is."""
    if before.stage or not after.stage or after.workflow_id is None:
        return []
    return [workflows.check_open_action(after.workflow_id)]
