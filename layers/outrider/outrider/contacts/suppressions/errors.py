"""Errors of suppressions."""

from outrider.kit.errors import ResourceNotFound


class SuppressionNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no suppression with this id in this workspace")
