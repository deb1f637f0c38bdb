"""/v1/mailboxes/{mailbox_id}/verify"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.settings import Environment, needs
from outrider.mailboxes.ownership.schemas import MailboxVerification, VerificationRequest
from outrider.mailboxes.ownership.wiring import verifications

api = native_api()
handler = needs(Environment.keys_table, Environment.campaigns_table, Environment.secrets_key_id)(
    api.handler
)


@api.post("/v1/mailboxes/{mailbox_id}/verify", scope="mailboxes:write", status=200)
def verify_mailbox(
    caller: Caller, mailbox_id: str, body: VerificationRequest | None
) -> MailboxVerification:
    """Prove that the address of a mailbox is yours: by DNS, a code sent to it, or its login"""
    return verifications(caller).verify(mailbox_id, body or VerificationRequest())
