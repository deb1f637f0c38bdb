"""Service that creates, reads and changes workflows."""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, TransactionFailed, transact
from outrider.kit.errors import Contended, PreconditionFailed, Stale
from outrider.kit.http.pagination import Page, Sealer
from outrider.leads.rescoring.models import Rescoring, new_rescoring
from outrider.leads.rescoring.repository import RescoringRepository
from outrider.workflows.errors import SequenceFixed, WorkflowUnderWay
from outrider.workflows.models import Workflow, WorkflowSettings, own_sequence_of
from outrider.workflows.outreach import Outreach, with_defaults_of
from outrider.workflows.repository import WorkflowRepository
from outrider.workflows.schemas import (
    WorkflowCreate,
    WorkflowQuery,
    WorkflowSettingsInput,
    WorkflowSummary,
    WorkflowUpdate,
    WorkflowView,
)


@dataclass(frozen=True, slots=True)
class WorkflowService:
    """Workflows of the caller's workspace."""

    caller: Caller
    workflows: WorkflowRepository
    outreach: Outreach
    rescorings: RescoringRepository

    def list(self, query: WorkflowQuery) -> Page[WorkflowSummary]:
        """Return a page of workflows, newest first. Raises ValidationFailed if the cursor is
        invalid."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/workflows")
        found, place = self.workflows.list(query.status, query.limit, sealer.after(query))
        return sealer.page(query, [WorkflowSummary.of(each) for each in found], place)

    def get(self, workflow_id: str) -> WorkflowView:
        """Return the workflow with its settings. Raises WorkflowNotFound."""
        return WorkflowView.of(*self.workflows.with_rescoring(workflow_id))

    def create(self, new: WorkflowCreate) -> WorkflowView:
        """Create a workflow. If contacting is one of its stages, the same transaction creates its
        draft campaign, and a sequence with the starter template unless the user has given one.

        Raises SequenceNotFound, and ValidationFailed if the mailbox pool does not exist.
        """
        now = clock.timestamp()
        workflow = self._equipped(
            Workflow(
                id=self.caller.new_id("wfl"),
                name=new.name,
                stages=new.stages,
                settings=new.settings.over(self._base(new.settings, WorkflowSettings())),
                created_at=now,
                updated_at=now,
            )
        )
        view = WorkflowView.of(workflow)
        equipment = self.outreach.create_actions(workflow) if workflow.sequence_id else []
        transact(self.workflows.add_action(workflow), *equipment, *self.caller.keep_actions(view))
        return view

    def update(
        self, workflow_id: str, update: WorkflowUpdate, if_match: int | None
    ) -> WorkflowView:
        """Change only the given fields, and the campaign's settings with those of the workflow. If
        the profile or the threshold changes, leads get new scores in the background.

        Raises WorkflowNotFound; PreconditionFailed if the version is not `if_match`;
        WorkflowUnderWay if the stages would change during a run; SequenceFixed; SequenceNotFound;
        ValidationFailed if the mailbox pool does not exist; Contended.
        """
        for _ in attempts():
            before, rescoring = self.workflows.with_rescoring(workflow_id)
            PreconditionFailed.check(if_match, before.version)
            changes = update.over(before, self._base(update.settings, before.settings))
            if not changes:
                return WorkflowView.of(before, rescoring)
            if "stages" in changes and before.status != "idle":
                raise WorkflowUnderWay(before.status)
            after = self._equipped(before.changed(**changes))
            if before.sequence_id and after.settings.sequence_id != before.settings.sequence_id:
                raise SequenceFixed(before.sequence_id)
            new_scores = _rescoring(before, after)
            view = WorkflowView.of(after, new_scores or rescoring)
            if after.sequence_id and not before.sequence_id:
                also = self.outreach.create_actions(after)
            else:
                also = self.outreach.change_actions(before.settings, after)
            try:
                transact(
                    self.workflows.change_action(before, after),
                    *also,
                    *self._rescoring_actions(new_scores),
                    *self.caller.keep_actions(view),
                )
            except (Stale, TransactionFailed):
                continue
            return view
        raise _contended()

    def _rescoring_actions(self, job: Rescoring | None) -> Sequence[Action]:
        """Return the write that begins to score the leads again, if they have to be."""
        if job is None:
            return []
        updated = self.caller.event("profile.updated", workflow_id=job.workflow_id)
        return [self.rescorings.begin_action(job, [updated])]

    def _base(self, given: WorkflowSettingsInput, current: WorkflowSettings) -> WorkflowSettings:
        """Return the settings that apply where none are given: the current ones and, where these
        are the defaults, those of a sequence that is chosen now. Raises SequenceNotFound."""
        if given.sequence_id in (None, current.sequence_id):
            return current
        return with_defaults_of(self.outreach.sequences.require(given.sequence_id), current)

    def _equipped(self, workflow: Workflow) -> Workflow:
        """Return the workflow with its sequence, if contacting is one of its stages. Once it has
        one, it keeps it."""
        if workflow.sequence_id or "contact" not in workflow.stages:
            return workflow
        chosen = workflow.settings.sequence_id
        return workflow.model_copy(
            update={
                "sequence_id": chosen or own_sequence_of(workflow.id),
                "owns_sequence": chosen is None,
            }
        )


def _rescoring(before: Workflow, after: Workflow) -> Rescoring | None:
    """Return a new rescoring if the profile or the threshold changed by which leads qualify, else
    None."""
    was, now = before.settings, after.settings
    unchanged = (was.profile, was.threshold) == (now.profile, now.threshold)
    return None if unchanged else new_rescoring(after.id)


def _contended() -> Contended:
    return Contended("Others keep changing this workflow")
