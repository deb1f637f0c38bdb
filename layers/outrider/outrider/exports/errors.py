"""Errors of exports."""

from outrider.kit.errors import ResourceNotFound


class ExportNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no export with this id in this workspace")
