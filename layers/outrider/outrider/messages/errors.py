"""API errors of messages and threads."""

from outrider.kit.errors import ResourceNotFound


class MessageNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no message with this id in this workspace")


class ThreadNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no thread with this id in this workspace")
