"""Errors of mailboxes."""

from outrider.kit.errors import ResourceNotFound


class MailboxNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no mailbox with this id in this workspace")


class MailboxTaken(Exception):
    """The email address is already used by the mailbox with the id `owner`."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner
