"""Events of leads."""

from typing import Any

from outrider.access.models import Caller
from outrider.kit.outbox import Event
from outrider.leads.models import Lead


def lead_event(caller: Caller, happened: str, lead: Lead, **data: Any) -> Event:
    """Return the event `lead.<happened>` about a lead, caused by `caller`."""
    workflow = {"workflow_id": lead.workflow_id} if lead.workflow_id else {}
    return caller.event(
        f"lead.{happened}", lead_id=lead.id, contact_id=lead.contact_id, **workflow, **data
    )


def decision_events(caller: Caller, before: Lead, after: Lead) -> list[Event]:
    """Return the event of a lead that was qualified or disqualified by a change, or nothing."""
    if after.status == before.status or after.status not in ("qualified", "disqualified"):
        return []
    score = after.score.score if after.score else None
    return [lead_event(caller, after.status, after, score=score)]
