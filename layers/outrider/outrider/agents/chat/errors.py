"""Errors of chats."""

from outrider.access.errors import ScopeDenied
from outrider.kit.errors import Conflict, ResourceNotFound


class ChatThreadNotFound(ResourceNotFound):
    title = "There is no such chat thread in this workspace"


class ChatThreadBusy(Conflict):
    """The message before has not been answered yet."""

    def __init__(self, run_id: str) -> None:
        super().__init__(
            f"The message before is still being worked on: ask again when the agent run {run_id}"
            " has ended, or begin another thread",
            headers={"Retry-After": "5"},
        )


class ChatThreadFull(Conflict):
    """The thread has as many messages as it may have."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"A thread takes {most} messages: leave out thread_id to begin another one"
        )


class ChatThreadHidden(ScopeDenied):
    """The thread tells what keys with more scopes have read."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            "This thread tells what its runs read: a key needs their scopes, and this one lacks"
            f" {', '.join(missing)}"
        )
