"""Events with their place in the feed."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from outrider.access.models import WorkspaceId
from outrider.kit.outbox import Event, Mode


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands in the feed of its workspace. `recorded_at` never falls as `sequence`
    rises, so either orders the feed."""

    sequence: int
    recorded_at: str


class RecordedEvent(BaseModel):
    """Something that happened. It is also the `detail` that rules on the bus see.

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

    @classmethod
    def of(cls, event: Event, place: Place) -> "RecordedEvent":
        workspace = WorkspaceId(event.partition)
        return cls(
            **event.model_dump(exclude={"partition"}),
            workspace_id=workspace.public,
            mode=workspace.mode,
            sequence=place.sequence,
            recorded_at=place.recorded_at,
        )

    @property
    def place(self) -> Place:
        return Place(self.sequence, self.recorded_at)

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
