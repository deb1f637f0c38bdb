"""Construction of the link service."""

from outrider.access.repository import WorkspaceRepository
from outrider.contacts.repository import ContactRepository
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.links.service import LinkService
from outrider.messages.repository import MessageRepository
from outrider.messages.wiring import marks, opt_outs


def links() -> LinkService:
    return LinkService(
        workspaces=WorkspaceRepository(Table(settings().keys_table)),
        messages=lambda workspace: MessageRepository(Table(settings().messages_table), workspace),
        contacts=lambda workspace: ContactRepository(Table(settings().contacts_table), workspace),
        marks=marks,
        opt_outs=opt_outs,
    )
