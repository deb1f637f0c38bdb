"""Where the file of an export is: `exports/<mode>/<workspace>/<export>.<format>`, for 7 days."""

from outrider.access.models import WorkspaceId
from outrider.exports.models import Export, Format

LINK_SECONDS = 3_600
MEDIA: dict[Format, str] = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


def key_of(workspace: WorkspaceId, export: Export) -> str:
    return f"exports/{workspace.mode}/{workspace.public}/{export.id}.{export.format}"
