"""Construction of the services that read events."""

from outrider.access.models import Caller, WorkspaceId
from outrider.events.repository import EventRepository
from outrider.events.service import EventService
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings


def events(caller: Caller) -> EventService:
    return EventService(caller, feed(caller.workspace))


def feed(workspace: WorkspaceId) -> EventRepository:
    return EventRepository(Table(settings().events_table), workspace)
