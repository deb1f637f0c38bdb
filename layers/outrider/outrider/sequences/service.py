"""Operations on sequences. The launch is in `campaigns.launch`."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass
from typing import Any

from outrider.access.models import Caller
from outrider.kit import clock, ids
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, TransactionFailed
from outrider.kit.errors import Contended, PreconditionFailed, ValidationFailed, Violation
from outrider.kit.http.pagination import Page, Sealer
from outrider.kit.outbox import Event
from outrider.mailboxes.pools.repository import PoolRepository
from outrider.sequences.errors import (
    SequenceInUse,
    SequenceNotChangeable,
    StepsNotFound,
    WorkflowDecides,
)
from outrider.sequences.lint.rules import lint
from outrider.sequences.models import OF_WORKFLOW, Sequence, Settings, Step
from outrider.sequences.repository import SequenceRepository
from outrider.sequences.schemas import (
    SequenceCreate,
    SequenceDeleted,
    SequenceLint,
    SequenceQuery,
    SequenceSummary,
    SequenceUpdate,
    SequenceView,
    StepsPut,
    StepsView,
)
from outrider.sequences.steps import replaced

_REMEDIES = {
    "launching": "launch it again with the same contacts to finish its launch, then change it",
    "active": "make a new sequence",
    "paused": "make a new sequence",
    "finished": "make a new sequence",
}
_CHANGEABLE: dict[str, frozenset[str]] = {
    "draft": frozenset({"name", "mailbox_pool", "settings", "steps"}),
    "launching": frozenset(),
    "active": frozenset({"name", "settings", "steps"}),
    "paused": frozenset({"name", "settings", "steps"}),
    "finished": frozenset({"name", "steps"}),
}
"""Changeable fields by status. After the launch the mailbox pool is fixed, so that a contact never
gets emails from two pools. A finished sequence may get new steps for enrollments that are
retried."""

Follow = Callable[[Sequence], Many[Action]]
"""Function that returns further writes for the transaction of a change; its argument is the changed
sequence."""


def _no_actions(_: Sequence) -> Many[Action]:
    return ()


@dataclass(frozen=True, slots=True)
class SequenceService:
    caller: Caller
    sequences: SequenceRepository
    pools: PoolRepository

    def list(self, query: SequenceQuery) -> Page[SequenceSummary]:
        """Return a page of sequences, newest first. Raises ValidationFailed if the cursor is
        invalid."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/sequences")
        found, place = self.sequences.list(query.status, query.limit, sealer.after(query))
        return sealer.page(query, [SequenceSummary.of(sequence) for sequence in found], place)

    def create(self, new: SequenceCreate) -> SequenceSummary:
        """Create a draft. Raises ValidationFailed if the mailbox pool does not exist."""
        now = clock.timestamp()
        sequence = Sequence(
            id=ids.new("seq"),
            name=new.name,
            mailbox_pool=new.mailbox_pool,
            settings=new.settings.over(Settings()),
            step_count=len(new.steps),
            created_at=now,
            updated_at=now,
        )
        steps = [step.step(first=place == 0) for place, step in enumerate(new.steps)]
        created = self.caller.event("sequence.created", sequence_id=sequence.id, name=new.name)
        view = SequenceSummary.of(sequence)
        also = [*self.pools.check_exists_actions(new.mailbox_pool), *self.caller.keep_actions(view)]
        self.sequences.add(sequence, steps, [created], also)
        return view

    def get(self, sequence_id: str) -> Sequence:
        """Return the sequence. Raises SequenceNotFound."""
        return self.sequences.require(sequence_id)

    def detail(self, sequence_id: str) -> SequenceView:
        """Return the sequence with its settings. Raises SequenceNotFound."""
        return SequenceView.of(self.get(sequence_id))

    def update(
        self,
        sequence_id: str,
        update: SequenceUpdate,
        if_match: int | None,
        follow: Follow = _no_actions,
    ) -> SequenceView:
        """Change only the given fields. Raises SequenceNotFound, SequenceNotChangeable,
        ValidationFailed if the mailbox pool does not exist, PreconditionFailed if the sequence is
        not at version `if_match`, and Contended if it changes during every attempt."""
        for _ in attempts():
            before = self._at_version(sequence_id, if_match)
            changes = update.over(before)
            _require_changeable(before, changes)
            if before.workflow_id:
                require_own_rules("sequence", before.workflow_id, before.settings, changes)
            if not changes:
                return SequenceView.of(before)
            after = before.changed(**changes)
            view = SequenceView.of(after)
            pool_checks = (
                self.pools.check_exists_actions(after.mailbox_pool)
                if "mailbox_pool" in changes
                else ()
            )
            also = [*follow(after), *pool_checks, *self.caller.keep_actions(view)]
            try:
                self.sequences.change(before, after, also=also)
            except TransactionFailed:
                continue
            return view
        raise _contended()

    def delete(self, sequence_id: str, if_match: int | None) -> SequenceDeleted:
        """Delete a draft or a finished sequence without campaigns. Raises SequenceNotFound,
        SequenceInUse for others, WorkflowDecides if it belongs to a workflow, PreconditionFailed if
        it is not at version `if_match`, and Contended if it changes during every attempt."""
        for _ in attempts():
            sequence = self._at_version(sequence_id, if_match)
            if sequence.workflow_id:
                remedy = f"delete the workflow with DELETE /v1/workflows/{sequence.workflow_id}"
                raise WorkflowDecides("sequence", sequence.workflow_id, remedy)
            if sequence.status not in ("draft", "finished") or sequence.campaigns:
                raise SequenceInUse(sequence.status, sequence.campaigns)
            try:
                self.sequences.remove(sequence)
            except TransactionFailed:
                continue
            return SequenceDeleted(id=sequence_id)
        raise _contended()

    def steps(self, sequence: Sequence) -> Many[Step]:
        return self.sequences.steps(sequence) or []

    def shown_steps(self, sequence_id: str, version: int | None) -> StepsView:
        """Return the steps of a version, by default the current one. Raises SequenceNotFound and
        StepsNotFound."""
        sequence = self.get(sequence_id)
        steps = self.sequences.steps(sequence, version)
        if steps is None:
            raise StepsNotFound
        return StepsView.of(sequence, steps, version)

    def put_steps(
        self, sequence_id: str, put: StepsPut, if_match: int | None, follow: Follow = _no_actions
    ) -> StepsView:
        """Replace the steps by a new version. Raises SequenceNotFound, SequenceNotChangeable,
        ValidationFailed if a step id is wrong or lint finds errors in a launched sequence,
        PreconditionFailed if the sequence is not at version `if_match`, and Contended if it changes
        during every attempt."""
        for _ in attempts():
            before = self._at_version(sequence_id, if_match)
            _require_changeable(before, ["steps"])
            keeps_some = any(step.id is not None for step in put.steps)
            current = self.steps(before) if keeps_some else ()
            steps = replaced(put.steps, {step.id: step for step in current})
            if steps == current and not put.migrate:
                return StepsView.of(before, current)
            if before.status != "draft":
                require_sendable(steps, before.settings)
            after = before.changed(step_count=len(steps), steps_version=before.steps_version + 1)
            view = StepsView.of(after, steps)
            try:
                self.sequences.change(
                    before, after, steps, [*follow(after), *self.caller.keep_actions(view)]
                )
            except TransactionFailed:
                continue
            return view
        raise _contended()

    def lint(self, sequence_id: str) -> SequenceLint:
        """Lint the current steps and the settings; a request with the same Idempotency-Key gets the
        first result again. Raises SequenceNotFound."""
        self.caller.begin()
        sequence = self.get(sequence_id)
        return SequenceLint.of(sequence, lint(self.steps(sequence), sequence.settings))

    def _at_version(self, sequence_id: str, if_match: int | None) -> Sequence:
        sequence = self.get(sequence_id)
        PreconditionFailed.check(if_match, sequence.version)
        return sequence

    def count_campaigns_action(self, sequence_id: str, campaigns: int) -> Action:
        return self.sequences.count_campaigns_action(sequence_id, campaigns)

    def steps_of(self, sequence_id: str, version: int) -> Many[Step]:
        """Return the steps of a version, which stays the same when the sequence is changed."""
        return self.sequences.steps_of(sequence_id, version) or []

    def versions(self, sequence_id: str, versions: Iterable[int]) -> dict[int, Many[Step]]:
        """Return the steps of those versions that exist, by version."""
        return self.sequences.versions(sequence_id, versions)

    def begin_launch_action(self, draft: Sequence, launching: Sequence) -> Action:
        return self.sequences.begin_launch_action(draft, launching)

    def withdraw_launch_action(self, launching: Sequence) -> Action:
        """Return the write that makes the sequence a draft again, without a campaign."""
        return self.sequences.withdraw_launch_action(launching)

    def end_launch_action(self, launching: Sequence, launched: Sequence, enrolled: int) -> Action:
        event = self.caller.event(
            "sequence.launched",
            sequence_id=launched.id,
            campaign_id=launched.campaign_id,
            enrolled=enrolled,
        )
        return self.sequences.end_launch_action(launching, launched, [event])

    def pause_action(self, sequence_id: str, campaign_id: str, reason: str) -> Action:
        """Return the write that pauses the sequence, for the transaction that pauses its
        campaign."""
        names = {"sequence_id": sequence_id, "campaign_id": campaign_id}
        event = self.caller.event("sequence.paused", reason=reason, **names)
        return self.sequences.turn_action(sequence_id, campaign_id, "paused", [event])

    def resume_action(self, sequence_id: str, campaign_id: str) -> Action:
        """Return the write that resumes the sequence, for the transaction that resumes its
        campaign."""
        names = {"sequence_id": sequence_id, "campaign_id": campaign_id}
        event = self.caller.event("sequence.resumed", **names)
        return self.sequences.turn_action(sequence_id, campaign_id, "active", [event])

    def reopen_action(self, sequence_id: str, campaign_id: str) -> Action:
        """Return the write that makes a finished sequence active, for the transaction that restarts
        its campaign."""
        names = {"sequence_id": sequence_id, "campaign_id": campaign_id}
        event = self.caller.event("sequence.resumed", **names)
        return self.sequences.turn_action(
            sequence_id, campaign_id, "active", [event], was=("finished",)
        )

    def finish_action(self, sequence_id: str, events: Many[Event]) -> Action:
        return self.sequences.finish_action(sequence_id, events)


def require_sendable(steps: Many[Step], settings: Settings, *, to_somebody: bool = True) -> None:
    """Raise ValidationFailed if lint finds errors in the steps or settings."""
    found = lint(steps, settings, to_somebody=to_somebody)
    errors = [each for each in found if each.severity == "error"]
    if errors:
        more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        raise ValidationFailed(
            f"{errors[0].message} ({errors[0].where}){more}",
            violations=[Violation(each.where, each.message) for each in errors],
        )


def require_own_rules(
    what: str, workflow_id: str, settings: Settings, changes: Mapping[str, Any]
) -> None:
    """Raise WorkflowDecides if the changes of a sequence or campaign of a workflow, which has these
    `settings`, concern what is set in the workflow."""
    after = changes.get("settings", settings)
    ruled = [name for name in OF_WORKFLOW if getattr(after, name) != getattr(settings, name)]
    if "mailbox_pool" in changes:
        ruled.append("mailbox_pool")
    if ruled:
        raise WorkflowDecides.about_rules(what, workflow_id, ruled)


def _require_changeable(sequence: Sequence, changes: Iterable[str]) -> None:
    refused = sorted(set(changes) - _CHANGEABLE[sequence.status])
    if refused:
        what = " and ".join(refused).replace("_", " ")
        raise SequenceNotChangeable(what, sequence.status, _REMEDIES[sequence.status])


def _contended() -> Contended:
    return Contended("Another request changed this sequence at the same time")
