"""Events with their place in the feed, and the changes of items that bring them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, PrivateAttr

from outrider.access.models import WorkspaceId
from outrider.kit import clock, ids
from outrider.kit.outbox import Event, Mode


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """Where an event stands in the feed of its workspace. `recorded_at` never falls as `sequence`
    rises, so either orders the feed. `batch` is the sort key of the item that has it, where it is
    known."""

    sequence: int
    recorded_at: str
    batch: str = ""

    def event_id(self, workspace: str) -> str:
        """The id of the event here, which leads back to the place (`of`)."""
        ms = clock.to_epoch_ms(clock.from_text(self.recorded_at))
        return ids.numbered("evt", ms, self.sequence, workspace)

    @classmethod
    def of(cls, event_id: str, workspace: str) -> "FeedPosition | None":
        """The place that an event's id names; None when it is no id of this workspace."""
        if not ids.is_id("evt", event_id):
            return None
        try:
            recorded_at = clock.to_text(clock.from_epoch_ms(ids.made_at(event_id)))
        except OverflowError:
            return None
        place = cls(ids.number_of(event_id), recorded_at)
        return place if place.event_id(workspace) == event_id else None


class StepCount(NamedTuple):
    """One thing that happened in a step of a campaign at a moment (RFC 3339), to be counted in the
    transaction that records its event."""

    campaign_id: str
    step_id: str
    variant_id: str
    at: str
    name: str

    @property
    def step_day(self) -> tuple[str, str, str, str]:
        """The step, variant and day (UTC) that it is counted for."""
        return self.campaign_id, self.step_id, self.variant_id, self.at[:10]


@dataclass(frozen=True, slots=True)
class Change:
    """One record of a table's stream, and the events that the change was written with.

    `id` is what the stream calls the record, wherever and however often it is delivered; `second`
    when it was made (epoch seconds); `table` what was changed.
    """

    id: str
    table: str
    second: int
    events: Sequence[Event]
    counts: Sequence[StepCount] = ()


class RecordedEvent(BaseModel):
    """Something that happened. It is also the `detail` that rules on the bus see.

    `id` is that of its place in the feed, the same whenever and by whatever way it is told.
    `sequence` counts the events of the workspace in this mode, from 1 and without gaps;
    `recorded_at` is when it entered the feed; `actor` is who caused it (`key:key_…`, `engine`,
    `recipient`, `operator`).
    """

    model_config = ConfigDict(frozen=True)

    id: str
    event: str
    created_at: str
    recorded_at: str
    workspace_id: str
    mode: Mode
    sequence: int
    actor: str
    request_id: str
    data: dict[str, Any]
    _batch: str = PrivateAttr("")

    @classmethod
    def of(cls, event: Event, place: FeedPosition) -> "RecordedEvent":
        workspace = WorkspaceId(event.partition)
        recorded = cls(
            **event.model_dump(exclude={"partition", "id"}),
            id=place.event_id(workspace),
            workspace_id=workspace.public,
            mode=workspace.mode,
            sequence=place.sequence,
            recorded_at=place.recorded_at,
        )
        recorded._batch = place.batch
        return recorded

    @property
    def place(self) -> FeedPosition:
        return FeedPosition(self.sequence, self.recorded_at, self._batch)

    @property
    def workspace(self) -> WorkspaceId:
        return WorkspaceId.of(self.workspace_id, self.mode)


def subject(message: dict[str, Any], name: str) -> tuple[WorkspaceId, str]:
    """Workspace and id (`name` is its field) of what a message of a worker's queue is about: an
    event that came by the bus, or what the worker asks itself to go on with."""
    if "detail" in message:
        happened = RecordedEvent.model_validate(message["detail"])
        return happened.workspace, str(happened.data[name])
    return WorkspaceId(message["workspace"]), str(message[name])
