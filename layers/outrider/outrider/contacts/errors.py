"""Errors of contacts."""

from outrider.kit.errors import ResourceNotFound


class ContactNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no contact with this id in this workspace")
