"""Request and progress of a deletion."""

from pydantic import ConfigDict

from outrider.kit.http.inputs import Input
from outrider.kit.models import Model


class WorkspaceDelete(Input):
    """Delete a suspended workspace. `confirm` is its name."""

    workspace_id: str
    confirm: str


class Position(Model):
    """Place that a deletion has reached. It passes over all stores until one whole pass finds
    nothing. `deleted` is the number of items in total, `found` in the pass so far."""

    model_config = ConfigDict(frozen=True)

    store: int = 0
    after: dict[str, str] | None = None
    """The last key read of a table."""
    found: int = 0
    deleted: int = 0


class DeletionProgress(Model):
    """Progress of a deletion: until `done`, invoke the function again."""

    workspace_id: str
    done: bool
    deleted: int
    """Items and files that were deleted so far."""
