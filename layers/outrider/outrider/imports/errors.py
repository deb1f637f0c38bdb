"""Errors of imports."""

from outrider.kit.errors import Conflict, ResourceNotFound


class ImportNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no import with this id in this workspace")


class CannotRevert(Conflict):
    """Raised when an import cannot be reverted because it is running."""


class CannotConfirm(Conflict):
    """Raised when an import cannot be confirmed because it does not wait for confirmation."""


class CannotPreview(Conflict):
    """Raised when an import cannot be previewed: it has no file yet, or has started."""


class BrokenFile(Exception):
    """Raised when the file cannot be read any further. `line` is the line in the file, from 1."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(f"line {line}: {detail}")
        self.line = line
        self.detail = detail
