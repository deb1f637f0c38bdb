"""What receivers get is what docs/events promises, and the harness notices when that, or an answer
of the API, is not as published."""

import re
from typing import Any

import pytest

from outrider.kit import ids, outbox
from outrider.kit.http.responses import HTML, JSON, PROBLEM_JSON
from tests.harness import stack
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.contract import SCHEMAS, Contract, example
from tests.integration.endpoints import received, register
from tests.integration.outreach import launched
from tests.receivers import answering, receiver
from tools.templates import Endpoint


class TestWebhooks:
    def test_get_what_the_schemas_say(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")
        with receiver(answering()) as endpoint:
            register(api, endpoint.url, "*")
            launched(api)
            cloud.run(hours=1)

            payloads = received(endpoint, tests=True)

        assert {payload["event"] for payload in payloads} >= {
            "webhook.test",
            "contact.created",
            "campaign.launched",
            "email.sent",
        }
        for payload in payloads:
            SCHEMAS["webhook"].validate(payload)
            SCHEMAS[payload["event"]].validate(payload)


class TestContract:
    @pytest.mark.parametrize(
        ("name", "changes", "complaint"),
        [
            ("contact.created", {}, None),
            ("contact.created", {"surprise": 1}, "surprise"),
            ("contact.created", {"contact_id": "con_1"}, "con_1"),
            ("contact.created", {"import_id": None}, "None"),
            ("email.bounced", {"bounce": "medium"}, "medium"),
            ("agent.run_completed", {"status": "exploded"}, "exploded"),
            ("contact.exploded", {}, "contact.exploded"),
        ],
    )
    def test_fails_the_test_that_makes_a_wrong_event(
        self, name: str, changes: dict[str, Any], complaint: str | None
    ) -> None:
        contract = Contract()
        contract.begin()
        data = {**(example(name)["data"] if name in SCHEMAS else {}), **changes}
        event = outbox.event(name, partition=ids.new("wsp"), actor="engine", request_id="", **data)

        outbox.pack([event])

        if complaint is None:
            contract.end()
        else:
            with pytest.raises(AssertionError, match=complaint):
                contract.end()

    @pytest.mark.parametrize(
        ("status", "media", "complaint"),
        [
            (200, JSON, None),
            (404, PROBLEM_JSON, None),
            (418, PROBLEM_JSON, "GET /v1/contacts/{contact_id} answers 418"),
            (200, HTML, "answers 200 as text/html"),
            (404, JSON, "answers 404 as application/json"),
        ],
    )
    def test_fails_the_test_that_is_given_an_answer_which_is_not_documented(
        self, status: int, media: str, complaint: str | None
    ) -> None:
        endpoint = Endpoint("GET", "/v1/contacts/{contact_id}", "contacts")
        contract = Contract()
        contract.begin()

        contract.answered(endpoint, status, media)

        if complaint is None:
            contract.end()
        else:
            with pytest.raises(AssertionError, match=re.escape(complaint)):
                contract.end()
