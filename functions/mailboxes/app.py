"""/v1/mailboxes"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.pagination import Page, PageQuery
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.schemas import MailboxCreate
from outrider.mailboxes.wiring import mailboxes

api = native_api()
handler = api.handler


@api.get("/v1/mailboxes", scope="mailboxes:read")
def list_mailboxes(caller: Caller, query: PageQuery) -> Page[Mailbox]:
    """List mailboxes, oldest first"""
    return mailboxes(caller).list(query)


@api.post("/v1/mailboxes", scope="mailboxes:write")
def create_mailbox(caller: Caller, body: MailboxCreate) -> Mailbox:
    """Add a mailbox to a pool"""
    return mailboxes(caller).create(body)
