"""A sequence, and an approval of its launch."""

import pytest

from tests.agents.proposing import propose
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, STEP_TWO, a_mailbox, some_contacts


@pytest.fixture
def sequence(api: Api) -> str:
    a_mailbox(api)
    answer = api.post("/v1/sequences", {"name": "Heads of Sales", "steps": [STEP_ONE, STEP_TWO]})
    return str(answer.json["id"])


@pytest.fixture
def launch(api: Api, cloud: Cloud, sequence: str) -> str:
    """An approval of a launch to two contacts."""
    arguments = {"sequence_id": sequence, "contact_ids": some_contacts(api, 2)}
    return propose(api, "launch_sequence", arguments).id
