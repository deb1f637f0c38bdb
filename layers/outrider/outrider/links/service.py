"""What the links in a mail do."""

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
    """A link of ours. The message is gone when its contact was erased."""

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
        """None unless the workspace that the token names has made it, for this purpose."""
        read = Token.read(text)
        if read is None:
            return None
        token, signature = read
        workspace = self.workspaces.key(token.workspace.public)
        messages = self.messages(token.workspace)
        message = messages.key(token.contact_id, token.message_id)
        said = messages.said_key(message[1], token.message_id)
        keys = [workspace, message, said]
        found = {(pk, sk): item for (_, pk, sk), item in batch_get(keys).items()}
        secret = found.get(workspace[1:], {}).get("link_secret")
        if secret is None or not token.is_genuine(purpose, signature, secret):
            return None
        item = found.get(message[1:])
        return TrackingLink(token, Message.from_item(item, found.get(said[1:])) if item else None)

    def reaches_somebody(self, link: TrackingLink) -> bool:
        """Whether anything still says whose link it is."""
        if link.message and link.message.recipient:
            return True
        contacts, contact_id = self.contacts(link.token.workspace), link.token.contact_id
        return bool(contacts.get(contact_id) or contacts.merged_into(contact_id))

    def unsubscribe(self, link: TrackingLink) -> bool:
        """False when nothing says any more whose link it is."""
        token = link.token
        return self.opt_outs(_caller(link)).record(
            token.contact_id,
            token.message_id,
            "unsubscribed",
            clock.now(),
            "By the link in the mail",
        )

    def destination(self, link: TrackingLink) -> str | None:
        number = link.token.number
        if link.message is None or number >= len(link.message.links):
            return None
        found = link.message.links[number]
        return found if found.lower().startswith(("http://", "https://")) else None

    def clicked(self, link: TrackingLink, headers: Mapping[str, str]) -> None:
        """Note it, if it was a person and the first time. The recipient goes on in any case."""
        message, now = link.message, clock.now()
        if message is None or message.clicked_at or is_machine(headers, message, now):
            return
        with _unimportant():
            self.marks(_caller(link)).clicked(message, now)

    def opened(self, link: TrackingLink, headers: Mapping[str, str]) -> None:
        """Note the first opening by a person, and the first by a machine."""
        message, now = link.message, clock.now()
        if message is None:
            return
        machine = is_machine(headers, message, now)
        if message.machine_opened_at if machine else message.opened_at:
            return
        with _unimportant():
            self.marks(_caller(link)).opened(message, now, machine=machine)


def _caller(link: TrackingLink) -> Caller:
    return Caller(link.token.workspace, _ACTOR)


@contextmanager
def _unimportant() -> Iterator[None]:
    """What a recipient is not kept waiting for when the store does not answer."""
    try:
        yield
    except StoreFailed:
        logger().warning("a mark was not made", exc_info=True)
