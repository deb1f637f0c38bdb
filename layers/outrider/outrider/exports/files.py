"""Where the file of an export is: `exports/<mode>/<workspace>/<export>.<format>`, for 7 days."""

from outrider.access.models import WorkspaceId
from outrider.exports.models import Export, Format

LINK_SECONDS = 3_600
MEDIA: dict[Format, str] = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


def aside_key(workspace: WorkspaceId, export: Export, number: int) -> str:
    """Where the beginning of a part waits for the rest of it."""
    return f"{key_of(workspace, export)}.{number}"


def key_of(workspace: WorkspaceId, export: Export) -> str:
    return f"exports/{workspace.mode}/{workspace.public}/{export.id}.{export.format}"
