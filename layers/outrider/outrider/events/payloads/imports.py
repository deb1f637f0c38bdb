"""Events about imports and exports."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import Count, ExportId, ImportId, Payload, Timestamp

Kind = Literal["contacts", "companies", "suppressions"]
Counts = Annotated[
    dict[Literal["created", "updated", "unchanged", "skipped", "failed", "reverted"], Count],
    Field(
        examples=[
            {
                "created": 180,
                "updated": 12,
                "unchanged": 3,
                "skipped": 4,
                "failed": 1,
                "reverted": 0,
            }
        ]
    ),
]


class ImportAwaitingConfirmationData(Payload):
    """The file of an import was uploaded and checked; nothing is written until it is confirmed."""

    event: ClassVar[EventName] = "import.awaiting_confirmation"

    import_id: ImportId
    kind: Kind
    expires_at: Timestamp


class ImportConfirmedData(Payload):
    """An import was confirmed and starts to write."""

    event: ClassVar[EventName] = "import.confirmed"

    import_id: ImportId


class ImportCompletedData(Payload):
    """An import ended. Its rows are at `GET /v1/imports/{import_id}/rows`."""

    event: ClassVar[EventName] = "import.completed"

    import_id: ImportId
    kind: Kind
    status: Literal["completed", "failed"]
    """`failed`: the file could not be read."""
    counts: Counts
    """Number of rows by result."""


class ImportRevertingData(Payload):
    """The revert of an import was requested."""

    event: ClassVar[EventName] = "import.reverting"

    import_id: ImportId


class ImportRevertedData(Payload):
    """An import was reverted."""

    event: ClassVar[EventName] = "import.reverted"

    import_id: ImportId
    kind: Kind
    counts: Counts
    """Number of rows by result."""


class ExportCreatedData(Payload):
    """An export was requested."""

    event: ClassVar[EventName] = "export.created"

    export_id: ExportId
    kind: Kind


class ExportCompletedData(Payload):
    """The file of an export is complete: `GET /v1/exports/{export_id}` has a link to it."""

    event: ClassVar[EventName] = "export.completed"

    export_id: ExportId
    kind: Kind
    rows: Annotated[Count, Field(examples=[1840])]
