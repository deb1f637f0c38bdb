"""What is done with mailboxes."""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock, ids
from outrider.kit.errors import DuplicateResource
from outrider.kit.pagination import Page, PageQuery, Sealer
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository, MailboxTaken
from outrider.mailboxes.schemas import MailboxCreate


@dataclass(frozen=True, slots=True)
class MailboxService:
    caller: Caller
    mailboxes: MailboxRepository

    def create(self, new: MailboxCreate) -> Mailbox:
        """Raises DuplicateResource when the workspace has a mailbox with this address."""
        now = clock.timestamp()
        mailbox = Mailbox(
            id=ids.new("mbx"), created_at=now, updated_at=now, **new.model_dump(exclude_none=True)
        )
        try:
            self.mailboxes.add(mailbox, self.caller.keep(mailbox))
        except MailboxTaken as taken:
            raise DuplicateResource(
                f"A mailbox with this address exists already: {taken.owner}"
            ) from taken
        return mailbox

    def of_pool(self, pool: str) -> Sequence[Mailbox]:
        return self.mailboxes.of_pool(pool)

    def list(self, query: PageQuery) -> Page[Mailbox]:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/mailboxes")
        mailboxes, place = self.mailboxes.list(query.limit, sealer.after(query))
        return sealer.page(query, mailboxes, place)
