"""S3 keys of export files: `exports/<mode>/<workspace>/<export>.<format>`, kept for 7 days."""

from outrider.access.models import WorkspaceId
from outrider.exports.models import Export, Format

LINK_SECONDS = 3_600
MEDIA: dict[Format, str] = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


def aside_key(workspace: WorkspaceId, export: Export, number: int) -> str:
    """Return the S3 key of the saved beginning of a part that is not complete yet."""
    return f"{key_of(workspace, export)}.{number}"


def key_of(workspace: WorkspaceId, export: Export) -> str:
    return f"exports/{workspace.mode}/{workspace.public}/{export.id}.{export.format}"
