"""The form of unknown paths under /api: that of the surface whose paths they look like."""

import re

from outrider.kit.http.forms import Form
from outrider.surfaces.outreachpilot.form import OutreachPilotForm

_OUTREACHPILOT = re.compile(
    r"/api/v1/(?:(?:contacts|companies|chat|credits|webhooks)(?:/.*)?"
    r"|campaigns/[^/]+/(?:trigger|status)(?:/.*)?)"
)


def form_of(path: str, otherwise: Form) -> Form:
    """Return the form for an error about a path that no route serves with this method."""
    return OutreachPilotForm() if _OUTREACHPILOT.fullmatch(path) else otherwise
