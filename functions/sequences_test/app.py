"""/v1/sequences/{sequence_id}/test-send"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.settings import Environment, needs
from outrider.messages.schemas import TestMessage, TestSend
from outrider.messages.wiring import test_sends

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
    Environment.secrets_key_id,
    Environment.ses_configuration_set,
)(api.handler)


@api.post(
    "/v1/sequences/{sequence_id}/test-send", scope=("sequences:write", "contacts:read"), status=200
)
def send_test_message(caller: Caller, sequence_id: str, body: TestSend) -> TestMessage:
    """Send a step, as a contact would get it, to one of your mailboxes"""
    return test_sends(caller).send(sequence_id, body)
