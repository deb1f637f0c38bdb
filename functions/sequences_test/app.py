"""/v1/sequences/{sequence_id}/test-send"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.messages.schemas import TestMessage, TestSend
from outrider.messages.wiring import test_sends

api = native_api()
handler = api.handler


@api.post(
    "/v1/sequences/{sequence_id}/test-send", scope=("sequences:write", "contacts:read"), status=200
)
def send_test_message(caller: Caller, sequence_id: str, body: TestSend) -> TestMessage:
    """Send a step, as a contact would get it, to a mailbox of one's own"""
    return test_sends(caller).send(sequence_id, body)
