"""The code of OutreachPilot's document on the local stack, with another host and key."""

from typing import Any

from tests.contract.outreachpilot_curls import carried_out
from tests.curls import Request
from tests.e2e.running import LocalStack, send


def active_campaign(stack: LocalStack) -> str:
    """The id of a campaign that contacts can be added to."""
    sequence = {
        "name": "Pilot",
        "steps": [{"channel": "email", "subject": "A question", "text": "Who looks after it?"}],
        "settings": {"postal_address": "1 Outrider Way, Example Town"},
    }
    sequence_id = stack.call("POST", "/v1/sequences", sequence).json["id"]
    launched = stack.call("POST", f"/v1/sequences/{sequence_id}/launch", {})
    return str(launched.json["campaign_id"])


class TestCurlLines:
    def test_are_answered_as_the_document_says(self, stack: LocalStack) -> None:
        local = stack.local

        def carry_out(request: Request) -> Any:
            return send(request.method, request.url, request.body, request.headers).json

        answers = [
            *carried_out(local["base_url"], local["live_key"], active_campaign(stack), carry_out)
        ]

        assert [line for line, answer in answers if not answer["ok"]] == []
        assert {answer["meta"]["credits_used"] for _, answer in answers} == {0}
