"""Construction of the writer of a workspace."""

from outrider.access.models import WorkspaceId
from outrider.writing.port import Writer


def model_writer(workspace: WorkspaceId) -> Writer | None:  # noqa: ARG001
    """Return the writer of a workspace with a provider of language models, or None: no provider can
    be stored yet."""
    return None
