"""/v1/events"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.events.schemas import EventPage, EventQuery
from outrider.events.wiring import events

api = native_api()
handler = api.handler


@api.get("/v1/events", scope="events:read")
def list_events(caller: Caller, query: EventQuery) -> EventPage:
    """List what happened, oldest first; keep `next_cursor` to go on later"""
    return events(caller).list(query)
