"""Keys, expressions and items of sequences.

A sequence is `<workspace>` / `seq_…`; each version of its steps is `<workspace>#seq_…` /
`version#<n>` and never changes, so a running enrollment keeps the steps it began with.
"""

from collections.abc import Sequence as Many
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit import clock, outbox
from outrider.kit.dynamo import Action, Table, transact
from outrider.kit.outbox import Event
from outrider.sequences.models import Sequence, Status, Step


@dataclass(frozen=True, slots=True)
class SequenceRepository:
    """Sequences of one workspace."""

    table: Table
    workspace: WorkspaceId

    def get(self, sequence_id: str) -> Sequence | None:
        item = self.table.get(self.workspace, sequence_id)
        return Sequence.model_validate(item) if item else None

    def add(
        self, sequence: Sequence, steps: Many[Step], events: Many[Event], also: Many[Action] = ()
    ) -> None:
        """`also` are writes of the same transaction."""
        item = {
            **sequence.model_dump(exclude_none=True),
            "pk": self.workspace,
            "sk": sequence.id,
            **outbox.attribute(events),
        }
        _, pk, sk = self.version_key(sequence.id, sequence.steps_version)
        version = {
            "pk": pk,
            "sk": sk,
            "steps": [step.model_dump(exclude_none=True) for step in steps],
        }
        free = "attribute_not_exists(#pk)"
        transact(self.table.put(item, free), self.table.put(version, free), *also)

    def steps(self, sequence: Sequence) -> list[Step]:
        table, pk, sk = self.version_key(sequence.id, sequence.steps_version)
        item = table.get(pk, sk)
        return steps_from(item["steps"]) if item else []

    def version_key(self, sequence_id: str, steps_version: int) -> tuple[Table, str, str]:
        """Where a version is, for `kit.dynamo.batch_get`."""
        return self.table, f"{self.workspace}#{sequence_id}", f"version#{steps_version:05d}"

    def begin_launch(self, draft: Sequence, launching: Sequence) -> Action:
        """The beginning of a launch, to stand in one transaction with the campaign's creation."""
        return self.table.update(
            self.workspace,
            draft.id,
            "SET #status = :launching, #campaign_id = :campaign, #updated_at = :now,"
            " #version = :version REMOVE #_events",
            "#status = :draft AND #version = :seen",
            launching="launching",
            draft="draft",
            campaign=launching.campaign_id,
            seen=draft.version,
            now=launching.updated_at,
            version=launching.version,
        )

    def end_launch(self, launching: Sequence, launched: Sequence, events: Many[Event]) -> Action:
        """The end of a launch, to stand in one transaction with the campaign's start."""
        return self.table.update(
            self.workspace,
            launched.id,
            "SET #status = :active, #updated_at = :now, #version = :version, #_events = :events",
            "#status = :launching AND #campaign_id = :campaign AND #version = :seen",
            active="active",
            launching="launching",
            campaign=launching.campaign_id,
            seen=launching.version,
            now=launched.updated_at,
            version=launched.version,
            events=outbox.pack(events),
        )

    def turn(self, sequence_id: str, campaign_id: str, to: Status, events: Many[Event]) -> Action:
        """The sequence is paused, or goes on, with the campaign that its launch made; to stand in
        one transaction with the campaign's change."""
        return self.table.update(
            self.workspace,
            sequence_id,
            "SET #status = :to, #updated_at = :now, #_events = :events ADD #version :one",
            "#status IN (:active, :paused) AND #campaign_id = :campaign",
            to=to,
            active="active",
            paused="paused",
            campaign=campaign_id,
            now=clock.timestamp(),
            events=outbox.pack(events),
            one=1,
        )

    def finished(self, sequence_id: str, events: Many[Event]) -> Action:
        """The end of a sequence, to stand in one transaction with its campaign's end."""
        return self.table.update(
            self.workspace,
            sequence_id,
            "SET #status = :finished, #updated_at = :now, #_events = :events ADD #version :one",
            "attribute_exists(#pk)",
            finished="finished",
            now=clock.timestamp(),
            events=outbox.pack(events),
            one=1,
        )


def steps_from(items: Many[object]) -> list[Step]:
    return [Step.model_validate(item) for item in items]
