"""Builds the objects of `events`."""

from collections.abc import Callable, Mapping
from typing import Any

from outrider.access.models import Caller, WorkspaceId
from outrider.events.recording import Recorder
from outrider.events.relay import EventRelay
from outrider.events.repository import EventRepository
from outrider.events.service import EventService
from outrider.kit.attributes import Item
from outrider.kit.bus import Bus
from outrider.kit.dynamo import Table
from outrider.kit.settings import settings


def events(caller: Caller, contact_of: Callable[[str], str | None]) -> EventService:
    return EventService(caller, feed(caller.workspace), contact_of)


def relay(names_of: Callable[[Item], Mapping[str, Any]]) -> EventRelay:
    one_by_one = frozenset(settings().events_one_by_one.split(","))
    return EventRelay(recorder, Bus(settings().require("bus_name")), names_of, one_by_one)


def feed(workspace: WorkspaceId) -> EventRepository:
    return EventRepository(_table(), workspace)


def recorder(workspace: WorkspaceId) -> Recorder:
    return Recorder(_table(), workspace)


def _table() -> Table:
    return Table(settings().require("events_table"))
