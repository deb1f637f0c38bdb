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


class TestCalls:
    def test_without_a_curl_line_are_answered_as_the_document_says(self, stack: LocalStack) -> None:
        def call(method: str, path: str, body: Any = None) -> Any:
            answer = stack.call(method, f"/api/v1/{path}", body).json
            assert answer["ok"], answer
            return answer["data"]

        rows = [{"email": f"p{number}@pilot.example", "folder_id": "pilot"} for number in range(3)]
        many = call("POST", "contacts", {"contacts": rows})
        pages = [
            stack.call("GET", f"/api/v1/contacts?folder_id=pilot&limit=2&offset={offset}").json
            for offset in (0, 2)
        ]
        company = call("POST", "companies", {"name": "Pilot", "tier": 1})["companies"][0]
        changed = call("PUT", f"companies/{company['id']}", {"size": "9", "owner": "Ada"})
        hook = {"url": "http://127.0.0.1:9/", "events": ["email.opened"], "secret": "hmac_secret"}
        webhook = call("POST", "webhooks", hook)
        listed = call("GET", "webhooks")["webhooks"]
        call("DELETE", f"webhooks?id={webhook['id']}")

        assert many["count"] == 3
        found = sorted(each["email"] for page in pages for each in page["data"])
        assert found == [row["email"] for row in rows]
        told = [(page["meta"]["total"], page["meta"]["has_more"]) for page in pages]
        assert told == [(3, True), (3, False)]
        assert changed["context"] == {"tier": 1, "owner": "Ada"}
        assert call("GET", f"companies/{company['id']}") == changed
        assert call("DELETE", f"companies/{company['id']}")["deleted"] is True
        assert webhook["id"] in [each["id"] for each in listed]
        assert webhook["id"] not in [each["id"] for each in call("GET", "webhooks")["webhooks"]]
