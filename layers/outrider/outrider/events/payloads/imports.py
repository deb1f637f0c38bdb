"""Events about files in and out."""

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
    """The file of an import is there, and nothing is written before somebody confirms it."""

    event: ClassVar[EventName] = "import.awaiting_confirmation"

    import_id: ImportId
    kind: Kind
    expires_at: Timestamp


class ImportConfirmedData(Payload):
    """Somebody confirmed an import, which begins to write now."""

    event: ClassVar[EventName] = "import.confirmed"

    import_id: ImportId


class ImportCompletedData(Payload):
    """An import came to its end. Of its rows `GET /v1/imports/{import_id}/rows` tells."""

    event: ClassVar[EventName] = "import.completed"

    import_id: ImportId
    kind: Kind
    status: Literal["completed", "failed"]
    """`failed`: the file could not be read."""
    counts: Counts
    """Rows by what became of them."""


class ImportRevertingData(Payload):
    """Somebody asked to take an import back."""

    event: ClassVar[EventName] = "import.reverting"

    import_id: ImportId


class ImportRevertedData(Payload):
    """An import was taken back."""

    event: ClassVar[EventName] = "import.reverted"

    import_id: ImportId
    kind: Kind
    counts: Counts
    """Rows by what became of them."""


class ExportCreatedData(Payload):
    """Somebody asked for an export."""

    event: ClassVar[EventName] = "export.created"

    export_id: ExportId
    kind: Kind


class ExportCompletedData(Payload):
    """The file of an export is there: `GET /v1/exports/{export_id}` has a link to it."""

    event: ClassVar[EventName] = "export.completed"

    export_id: ExportId
    kind: Kind
    rows: Annotated[Count, Field(examples=[1840])]
