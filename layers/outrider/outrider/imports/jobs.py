"""Queue messages of imports: a file was uploaded, a revert was requested, or an import
continues."""

from typing import Any

from outrider.access.models import WorkspaceId
from outrider.events.models import RecordedEvent
from outrider.imports.storage import ImportFiles
from outrider.kit.models import Model


class ImportJob(Model):
    """Work on one import; whether to import or to revert follows from the status of its item."""

    workspace: str
    import_id: str

    @classmethod
    def of(cls, message: dict[str, Any]) -> "ImportJob":
        match message:
            case {"source": "aws.s3", "detail": {"object": {"key": str(key)}}}:
                workspace, import_id = ImportFiles.uploaded(key)
                return cls(workspace=workspace, import_id=import_id)
            case {"source": "outrider", "detail": dict(detail)}:
                event = RecordedEvent.model_validate(detail)
                return cls(workspace=event.workspace, import_id=event.data["import_id"])
            case _:
                return cls.model_validate(message)

    @property
    def place(self) -> tuple[WorkspaceId, str]:
        return WorkspaceId(self.workspace), self.import_id
