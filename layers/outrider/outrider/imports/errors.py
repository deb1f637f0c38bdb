"""What can go wrong with imports."""

from outrider.kit.errors import Conflict, ResourceNotFound


class ImportNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no import with this id in this workspace")


class CannotRevert(Conflict):
    """An import that runs cannot be taken back."""


class CannotConfirm(Conflict):
    """An import that does not wait for it cannot be confirmed."""


class CannotPreview(Conflict):
    """There is no file to look at, or it is imported already."""


class BrokenFile(Exception):
    """The file cannot be read any further. `line` is that of the file, from 1."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(f"line {line}: {detail}")
        self.line = line
        self.detail = detail
