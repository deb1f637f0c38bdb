"""Whether a workspace has a provider of language models, remembered for a minute."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outrider.access.models import WorkspaceId
from outrider.kit import clock

_FRESH = timedelta(minutes=1)
_MOST = 1_000
"""Workspaces that one process remembers."""


@dataclass(slots=True)
class ProviderCache:
    """Answers of `look` for this process: most workspaces have no provider, and their leads should
    not cost a read each."""

    look: Callable[[WorkspaceId], bool]
    _known: dict[WorkspaceId, tuple[bool, datetime]] = field(default_factory=dict)

    def has_provider(self, workspace: WorkspaceId) -> bool:
        """Return whether the workspace had a provider within the last minute."""
        now = clock.now()
        answer, until = self._known.get(workspace, (False, now))
        if until > now:
            return answer
        if len(self._known) >= _MOST:
            self._known.clear()
        answer = self.look(workspace)
        self._known[workspace] = answer, now + _FRESH
        return answer

    def forget(self) -> None:
        """Forget all answers (for tests)."""
        self._known.clear()
