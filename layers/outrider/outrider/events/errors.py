"""Errors of events."""

from outrider.kit.errors import ResourceNotFound


class EventNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no event with this id in this workspace")
