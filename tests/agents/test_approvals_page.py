"""docs/approvals.md: its calls answer what it shows."""

from tests.agents.proposing import propose
from tests.harness.api import Api
from tests.integration.outreach import STEP_ONE, a_mailbox
from tests.integration.page_calls import differences
from tools.templates import REPOSITORY


def test_calls_answer_what_is_shown(api: Api) -> None:
    a_mailbox(api)
    body = {"name": "Heads of Sales", "steps": [STEP_ONE]}
    sequence = api.post("/v1/sequences", body).json["id"]
    contact = api.post("/v1/contacts", {"email": "lin@acme.example", "first_name": "Lin"}).json
    arguments = {"sequence_id": sequence, "contact_ids": [contact["id"]]}
    approval = propose(api, "launch_sequence", arguments)

    page = REPOSITORY / "docs" / "approvals.md"
    assert differences(api, page, APPROVAL=approval.id) == []
