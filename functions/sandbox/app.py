"""/v1/sandbox: of test keys"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.settings import Environment, needs
from outrider.sandbox.schemas import SandboxReset
from outrider.sandbox.wiring import sandbox

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.leads_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
    Environment.agents_table,
)(api.handler)


@api.post(
    "/v1/sandbox/reset",
    scope=(
        "contacts:write",
        "companies:write",
        "leads:write",
        "suppressions:write",
        "mailboxes:write",
        "sequences:write",
        "campaigns:write",
        "workflows:write",
        "messages:write",
        "agent",
        "chat",
    ),
    status=200,
)
def reset_sandbox(caller: Caller) -> SandboxReset:
    """Delete everything in the sandbox and fill it with its example data again"""
    return sandbox(caller).reset()
