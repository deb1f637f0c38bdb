"""Errors of imports."""

from outrider.kit.errors import Conflict, ResourceNotFound


class ImportNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no import with this id in this workspace")


class CannotRevert(Conflict):
    """Raised to revert an import that is running."""


class CannotConfirm(Conflict):
    """Raised to confirm an import that does not wait for confirmation."""


class CannotPreview(Conflict):
    """Raised to preview an import without a file, or one that has started."""


class BrokenFile(Exception):
    """Raised when the file cannot be read any further. `line` is the line in the file, from 1."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(f"line {line}: {detail}")
        self.line = line
        self.detail = detail
