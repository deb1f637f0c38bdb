"""/v1/mailboxes/{mailbox_id}/check"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.settings import Environment, needs
from outrider.mailboxes.checks.wiring import checks
from outrider.mailboxes.schemas import MailboxView

api = native_api()
handler = needs(Environment.keys_table, Environment.campaigns_table, Environment.secrets_key_id)(
    api.handler
)


@api.post("/v1/mailboxes/{mailbox_id}/check", scope="mailboxes:write", status=200)
def check_mailbox(caller: Caller, mailbox_id: str) -> MailboxView:
    """Check a mailbox: SPF, DKIM, DMARC, MX, and whether its provider lets it send"""
    return checks(caller).check(mailbox_id)
