"""Lists of leads in AutoReach's form, by each index that a question is answered from."""

import pytest

from tests.harness.api import Api
from tests.integration.running_workflows import a_lead, a_workflow


@pytest.mark.parametrize(
    "question",
    [
        "status=new",
        "sort=-score",
        "workflowId=",
        "status=new&workflowId=",
        "sort=-score&workflowId=",
    ],
)
def test_are_answered(api: Api, question: str) -> None:
    workflow = a_workflow(api, "qualify")
    a_lead(api, workflow, "ada@acme.example")

    answer = api.get(f"/api/leads?{question}{workflow if question.endswith('=') else ''}")

    assert answer.status == 200, answer.text
