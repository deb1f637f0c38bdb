"""Handling of unsubscribe links, tracking links and open pixels."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from outrider.access.models import Caller, WorkspaceId
from outrider.access.repository import WorkspaceRepository
from outrider.contacts.repository import ContactRepository
from outrider.kit import clock
from outrider.kit.aws.dynamodb import StoreFailed, batch_get
from outrider.kit.observability.logs import logger
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository
from outrider.messages.tracking.bots import is_machine
from outrider.messages.tracking.links import Purpose, Token
from outrider.messages.tracking.marks import Marks
from outrider.messages.tracking.opt_out import OptOuts

_ACTOR = "recipient"


@dataclass(frozen=True, slots=True)
class TrackingLink:
    """A verified link. `message` is None if its contact was erased."""

    token: Token
    message: Message | None


@dataclass(frozen=True, slots=True)
class LinkService:
    workspaces: WorkspaceRepository
    messages: Callable[[WorkspaceId], MessageRepository]
    contacts: Callable[[WorkspaceId], ContactRepository]
    marks: Callable[[Caller], Marks]
    opt_outs: Callable[[Caller], OptOuts]

    def read(self, text: str, purpose: Purpose) -> TrackingLink | None:
        """Return the verified link, or None if its signature is invalid for this purpose."""
        read = Token.read(text)
        if read is None:
            return None
        token, signature = read
        workspace = self.workspaces.key(token.workspace.public)
        messages = self.messages(token.workspace)
        message = messages.key(token.contact_id, token.message_id)
        said = messages.content_key(message[1], token.message_id)
        keys = [workspace, message, said]
        found = {(pk, sk): item for (_, pk, sk), item in batch_get(keys).items()}
        secret = found.get(workspace[1:], {}).get("link_secret")
        if secret is None or not token.is_genuine(purpose, signature, secret):
            return None
        item = found.get(message[1:])
        return TrackingLink(token, Message.from_item(item, found.get(said[1:])) if item else None)

    def has_recipient(self, link: TrackingLink) -> bool:
        """Return whether the address that the link belongs to is still known."""
        if link.message and link.message.recipient:
            return True
        contacts, contact_id = self.contacts(link.token.workspace), link.token.contact_id
        return bool(contacts.get(contact_id) or contacts.merged_into(contact_id))

    def unsubscribe(self, link: TrackingLink) -> bool:
        """Unsubscribe the recipient. Return False if the address is no longer known. Raises
        Contended if every attempt lost its optimistic lock."""
        token = link.token
        return self.opt_outs(_caller(link)).record(
            token.contact_id,
            token.message_id,
            "unsubscribed",
            clock.now(),
            "By the unsubscribe link of the email",
        )

    def destination(self, link: TrackingLink) -> str | None:
        """Return the URL that the tracking link redirects to, or None if it is not known."""
        number = link.token.number
        if link.message is None or number >= len(link.message.links):
            return None
        found = link.message.links[number]
        return found if found.lower().startswith(("http://", "https://")) else None

    def clicked(self, link: TrackingLink, headers: Mapping[str, str]) -> None:
        """Record the first click by a person. The recipient is redirected in any case."""
        message, now = link.message, clock.now()
        if message is None or message.clicked_at or is_machine(headers, message, now):
            return
        with _best_effort():
            self.marks(_caller(link)).clicked(message, now)

    def opened(self, link: TrackingLink, headers: Mapping[str, str]) -> None:
        """Record the first open by a person, and the first by a bot."""
        message, now = link.message, clock.now()
        if message is None:
            return
        machine = is_machine(headers, message, now)
        if message.machine_opened_at if machine else message.opened_at:
            return
        with _best_effort():
            self.marks(_caller(link)).opened(message, now, machine=machine)


def _caller(link: TrackingLink) -> Caller:
    return Caller(link.token.workspace, _ACTOR)


@contextmanager
def _best_effort() -> Iterator[None]:
    """Log and ignore a failure of DynamoDB, so that the recipient is still served."""
    try:
        yield
    except StoreFailed:
        logger().warning("an open or click was not recorded", exc_info=True)
