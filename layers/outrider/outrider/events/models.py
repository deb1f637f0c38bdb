"""Models of events with their position in the feed, and of the item changes that carry them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import ConfigDict, PrivateAttr

from outrider.access.models import WorkspaceId
from outrider.kit import clock, ids
from outrider.kit.models import Model
from outrider.kit.outbox import Event, Mode


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """Position of an event in the feed of its workspace. `recorded_at` never decreases as
    `sequence` increases, so either sorts the feed. `batch` is the sort key of the item that has the
    event, if known."""

    sequence: int
    recorded_at: str
    batch: str = ""

    def event_id(self, workspace: str) -> str:
        """Return the id of the event at this position; `of` decodes it."""
        ms = clock.to_epoch_ms(clock.from_text(self.recorded_at))
        return ids.numbered("evt", ms, self.sequence, workspace)

    @classmethod
    def of(cls, event_id: str, workspace: str) -> "FeedPosition | None":
        """Return the position encoded in an event id, or None if it is no event id of this
        workspace."""
        if not ids.is_id("evt", event_id):
            return None
        try:
            recorded_at = clock.to_text(clock.from_epoch_ms(ids.made_at(event_id)))
        except OverflowError:
            return None
        place = cls(ids.number_of(event_id), recorded_at)
        return place if place.event_id(workspace) == event_id else None


class StepCount(NamedTuple):
    """Increment of a counter of a campaign step at a time (RFC 3339); it is counted in the
    transaction that records its event."""

    campaign_id: str
    step_id: str
    variant_id: str
    at: str
    name: str

    @property
    def step_day(self) -> tuple[str, str, str, str]:
        """The campaign, step, variant and day (UTC) that it is counted for."""
        return self.campaign_id, self.step_id, self.variant_id, self.at[:10]


@dataclass(frozen=True, slots=True)
class Change:
    """One record of a DynamoDB stream, and the events written with that change.

    `id` is the record's id in the stream, the same on each delivery; `second` is when the change
    was made (epoch seconds); `table` is the changed table.
    """

    id: str
    table: str
    second: int
    events: Sequence[Event]
    counts: Sequence[StepCount] = ()


class RecordedEvent(Model):
    """A recorded event. It is also the `detail` that rules on the bus match.

    `id` is derived from its position in the feed and is the same wherever the event appears.
    `sequence` counts the events of the workspace in this mode, from 1 and without gaps;
    `recorded_at` is when it was added to the feed; `actor` is who caused it (`key:key_…`, `engine`,
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
    """Return the workspace and the resource id (field `name`) of a queue message: an event from the
    bus, or a job that a worker queued to continue its work."""
    if "detail" in message:
        event = RecordedEvent.model_validate(message["detail"])
        return event.workspace, str(event.data[name])
    return WorkspaceId(message["workspace"]), str(message[name])
