"""Keys, expressions and items of sequences.

A sequence is `<workspace>` / `seq_…`; each version of its steps is `<workspace>#seq_…` /
`version#<n>` and immutable, so a running enrollment keeps the steps it began with.
"""

from collections.abc import Iterable
from collections.abc import Sequence as Many
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit import clock, ids, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Action, Query, Table, batch_get, batch_write, transact
from outrider.kit.outbox import Event
from outrider.sequences.errors import SequenceNotFound
from outrider.sequences.models import Sequence, Status, Step


@dataclass(frozen=True, slots=True)
class SequenceRepository:
    """Sequences of one workspace."""

    table: Table
    workspace: WorkspaceId

    def get(self, sequence_id: str) -> Sequence | None:
        item = self.table.get(self.workspace, sequence_id)
        return Sequence.model_validate(item) if item else None

    def require(self, sequence_id: str) -> Sequence:
        """Return the sequence. Raises SequenceNotFound."""
        sequence = self.get(sequence_id) if ids.is_id("seq", sequence_id) else None
        if sequence is None:
            raise SequenceNotFound
        return sequence

    def list(
        self, status: str | None, limit: int, after: Item | None
    ) -> tuple[list[Sequence], Item | None]:
        """Return a page of sequences, newest first, and the key after it or None."""
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "seq_", **({"status": status} if status else {})},
                filter="#status = :status" if status else "",
                newest_first=True,
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [Sequence.model_validate(item) for item in page.items], page.last_key

    def add(
        self, sequence: Sequence, steps: Many[Step], events: Many[Event], also: Many[Action] = ()
    ) -> None:
        """Add the sequence with its steps. `also` are actions of the same transaction. Raises
        TransactionFailed if a condition of `also` fails."""
        transact(*self.add_actions(sequence, steps, events), *also)

    def add_actions(
        self, sequence: Sequence, steps: Many[Step], events: Many[Event]
    ) -> Many[Action]:
        """Return the puts of a new sequence and of its steps."""
        item = {
            **sequence.model_dump(exclude_none=True),
            "pk": self.workspace,
            "sk": sequence.id,
            **outbox.attribute(events),
        }
        return [
            self.table.put_action(item, "attribute_not_exists(#pk)"),
            self._version_action(sequence, steps),
        ]

    def change(
        self,
        before: Sequence,
        after: Sequence,
        steps: Many[Step] | None = None,
        also: Many[Action] = (),
    ) -> None:
        """Change the sequence under an optimistic lock, and add the new version of its steps if
        given.

        Raises TransactionFailed if the sequence changed meanwhile or a condition of `also` fails.
        """
        versions = [] if steps is None else [self._version_action(after, steps)]
        transact(self.change_action(before, after), *versions, *also)

    def change_action(self, before: Sequence, after: Sequence, events: Many[Event] = ()) -> Action:
        """Return the update from `before` to `after`, with the condition that the sequence is as it
        was read."""
        stored = after.model_dump(exclude_none=True)
        given = {
            name: stored.get(name)
            for name in Sequence.model_fields
            if getattr(before, name) != getattr(after, name)
        }
        return self.table.update_action(
            self.workspace,
            before.id,
            changes(set=given | outbox.attribute(events), remove=[] if events else ["_events"]),
            "#version = :seen",
            seen=before.version,
        )

    def remove(self, sequence: Sequence) -> None:
        """Delete the sequence and all versions of its steps. If interrupted, the sequence and its
        current steps remain, and the removal can be repeated.

        Raises TransactionFailed if the sequence changed meanwhile or a campaign uses it.
        """
        self.remove_earlier_versions(sequence)
        transact(*self.remove_actions(sequence))

    def remove_earlier_versions(self, sequence: Sequence) -> None:
        """Delete all versions of the steps except the current one, before `remove_actions`."""
        earlier = (
            self.version_key(sequence.id, number) for number in range(1, sequence.steps_version)
        )
        batch_write(self.table.delete_action(pk, sk) for _, pk, sk in earlier)

    def remove_actions(self, sequence: Sequence) -> Many[Action]:
        """Return the deletes of the sequence and of its current steps, with the condition that the
        sequence is as it was read and no other campaign uses it."""
        _, pk, sk = self.version_key(sequence.id, sequence.steps_version)
        removed = self.table.delete_action(
            self.workspace,
            sequence.id,
            "#version = :seen AND (attribute_not_exists(#campaigns) OR #campaigns = :none)",
            seen=sequence.version,
            none=0,
        )
        return [removed, self.table.delete_action(pk, sk)]

    def steps(self, sequence: Sequence, version: int | None = None) -> Many[Step] | None:
        """Return the steps of a version, by default the current one, or None if there is no such
        version."""
        return self.steps_of(sequence.id, version or sequence.steps_version)

    def steps_of(self, sequence_id: str, version: int) -> Many[Step] | None:
        """Return the steps of a version, or None if there is no such version."""
        table, pk, sk = self.version_key(sequence_id, version)
        item = table.get(pk, sk)
        return steps_from(item["steps"]) if item else None

    def versions(self, sequence_id: str, versions: Iterable[int]) -> dict[int, Many[Step]]:
        """Return the steps of those versions that exist, by version."""
        keys = {version: self.version_key(sequence_id, version) for version in versions}
        found = batch_get(keys.values())
        return {
            version: steps_from(found[table.name, pk, sk]["steps"])
            for version, (table, pk, sk) in keys.items()
            if (table.name, pk, sk) in found
        }

    def version_key(self, sequence_id: str, steps_version: int) -> tuple[Table, str, str]:
        """Return the key of a version of the steps for `kit.aws.dynamodb.batch_get`."""
        return self.table, f"{self.workspace}#{sequence_id}", f"version#{steps_version:05d}"

    def _version_action(self, sequence: Sequence, steps: Many[Step]) -> Action:
        _, pk, sk = self.version_key(sequence.id, sequence.steps_version)
        dumped = [step.model_dump(exclude_none=True) for step in steps]
        item = {"pk": pk, "sk": sk, "steps": dumped}
        return self.table.put_action(item, "attribute_not_exists(#pk)")

    def count_campaigns_action(self, sequence_id: str, campaigns: int) -> Action:
        """Return the write that adds `campaigns`, possibly negative, to the number of campaigns of
        the sequence, for the transaction that creates or deletes them. Condition: the sequence
        exists."""
        return self.table.update_action(
            self.workspace,
            sequence_id,
            "ADD #campaigns :number REMOVE #_events",
            "attribute_exists(#pk)",
            number=campaigns,
        )

    def begin_launch_action(self, draft: Sequence, launching: Sequence) -> Action:
        """Return the write that begins a launch, for the transaction that creates the campaign.
        Condition: the draft is unchanged."""
        return self.table.update_action(
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

    def withdraw_launch_action(self, launching: Sequence) -> Action:
        """Return the write that makes a draft of a sequence whose launch enrolled no contact, for
        the transaction that deletes the campaign. Condition: the sequence is unchanged."""
        return self.table.update_action(
            self.workspace,
            launching.id,
            "SET #status = :draft, #updated_at = :now REMOVE #campaign_id, #_events"
            " ADD #version :one",
            "#status = :launching AND #campaign_id = :campaign AND #version = :seen",
            draft="draft",
            launching="launching",
            campaign=launching.campaign_id,
            seen=launching.version,
            now=clock.timestamp(),
            one=1,
        )

    def end_launch_action(
        self, launching: Sequence, launched: Sequence, events: Many[Event]
    ) -> Action:
        """Return the write that completes a launch, for the transaction that starts the campaign.
        Condition: the sequence is unchanged."""
        return self.table.update_action(
            self.workspace,
            launched.id,
            "SET #status = :active, #updated_at = :now, #version = :version, #_events = :events",
            "#status = :was AND #campaign_id = :campaign AND #version = :seen",
            active="active",
            was=launching.status,
            campaign=launching.campaign_id,
            seen=launching.version,
            now=launched.updated_at,
            version=launched.version,
            events=outbox.pack(events),
        )

    def turn_action(
        self,
        sequence_id: str,
        campaign_id: str,
        to: Status,
        events: Many[Event],
        was: Many[Status] = ("active", "paused"),
    ) -> Action:
        """Return the write that pauses or resumes the sequence, for the transaction that does so
        with the campaign that its launch created. Condition: the sequence has one of the statuses
        `was`."""
        before = {f"was_{number}": status for number, status in enumerate(was)}
        return self.table.update_action(
            self.workspace,
            sequence_id,
            "SET #status = :to, #updated_at = :now, #_events = :events ADD #version :one",
            f"#status IN ({', '.join(f':{name}' for name in before)}) AND #campaign_id = :campaign",
            to=to,
            **before,
            campaign=campaign_id,
            now=clock.timestamp(),
            events=outbox.pack(events),
            one=1,
        )

    def finish_action(self, sequence_id: str, events: Many[Event]) -> Action:
        """Return the write that finishes the sequence, for the transaction that completes its
        campaign."""
        return self.table.update_action(
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
