"""Credits in the metadata of responses."""

from outrider.access.models import Caller, WorkspaceId
from outrider.credits.schemas import Credits
from outrider.credits.wiring import credits
from outrider.kit import clock

FRESH_MS = 1_000
"""How long a balance that was read is told again, in milliseconds. A process that gets many
requests of a workspace in a second reads it once."""
_MOST = 1_000

_read: dict[WorkspaceId, tuple[int, int]] = {}
"""When the balance of a workspace was read, and the credits left."""


def told(caller: Caller) -> Caller:
    """Return the caller, whose response tells the credits left, as they were at most `FRESH_MS`
    ago. Raises OrgNotFound if the workspace does not exist."""
    read_at, remaining = _read.get(caller.workspace, (0, 0))
    if not 0 <= clock.epoch_ms() - read_at < FRESH_MS:
        balance(caller)
    else:
        credits(caller).tell(remaining)
    return caller


def balance(caller: Caller) -> Credits:
    """Return the balance, and tell the credits left in the response. Raises OrgNotFound."""
    service = credits(caller)
    shown = service.show()
    if len(_read) >= _MOST:
        _read.pop(next(iter(_read)))
    _read[caller.workspace] = (clock.epoch_ms(), shown.available)
    service.tell(shown.available)
    return shown
