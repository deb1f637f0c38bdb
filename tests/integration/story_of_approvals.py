"""The part of the story in which a person decides on what an agent proposes."""

from tests.agents.proposing import propose
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE
from tests.integration.story_steps import Step


def _proposed(cloud: Cloud, known: dict[str, str]) -> None:
    """An agent run wants to launch the sequence, and to delete a contact."""
    contact = cloud.api.post("/v1/contacts", {"email": "gone@acme.example"}).json["id"]
    known["other_approval_id"] = propose(cloud.api, "delete_contact", {"contact_id": contact}).id
    body = {"name": "Heads of Sales", "steps": [STEP_ONE]}
    sequence = cloud.api.post("/v1/sequences", body).json["id"]
    body = {"email": "lin@acme.example", "first_name": "Lin"}
    arguments = {
        "sequence_id": sequence,
        "contact_ids": [cloud.api.post("/v1/contacts", body).json["id"]],
    }
    known["approval_id"] = propose(cloud.api, "launch_sequence", arguments).id


APPROVALS = [
    Step("get_account", then=_proposed),
    Step("list_approvals", query="status=pending"),
    Step("get_approval"),
    Step("decide_approval", {"decision": "approve"}),
    Step("decide_approval", {"decision": "reject"}, of={"approval_id": "other_approval_id"}),
]
