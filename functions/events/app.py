"""/v1/events"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.events.models import RecordedEvent
from outrider.events.schemas import EventPage, EventQuery
from outrider.events.wiring import events
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(Environment.keys_table, Environment.events_table)(api.handler)


@api.get("/v1/events", scope="events:read")
def list_events(caller: Caller, query: EventQuery) -> EventPage:
    """List events, oldest first"""
    return events(caller).list(query)


@api.get("/v1/events/{event_id}", scope="events:read")
def get_event(caller: Caller, event_id: str) -> RecordedEvent:
    """Get an event"""
    return events(caller).get(event_id)
