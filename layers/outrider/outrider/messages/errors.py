"""API errors of messages and threads."""

from typing import Literal

from outrider.kit.errors import Conflict, ResourceNotFound


class MessageNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no message with this id in this workspace")


class ThreadNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no thread with this id in this workspace")


class NotDrafted(Conflict):
    """The first message of a campaign cannot be rendered for a contact. `reason` is the reason in
    one word, `detail` in a sentence."""

    def __init__(
        self,
        reason: Literal["missing_value", "no_mailbox", "no_phone", "not_sendable"],
        detail: str,
    ) -> None:
        super().__init__(detail)
        self.reason = reason
