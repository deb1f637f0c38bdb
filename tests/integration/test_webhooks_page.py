"""docs/webhooks.md: its calls are made, one after another, against an endpoint that fails once."""

import pytest

from tests.curls import curls
from tests.harness import stack
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.endpoints import create_contact
from tests.integration.test_webhook_attempts import in_turn
from tests.receivers import answering, receiver
from tools.templates import REPOSITORY

PAGE = REPOSITORY / "docs" / "webhooks.md"
BASE, ENDPOINT = "https://api.example.com", "https://hooks.example.com/outrider"
TAKEN = {200, 201, 202}


class TestCalls:
    def test_answer_what_is_shown(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")
        known = {"BASE": BASE, "KEY": api.workspace().key("live")}
        answers = [answering(), answering("500 Oops", b"not now"), *[answering()] * 4]

        found = []
        with receiver(in_turn(answers)) as peer:
            for curl in curls(PAGE):
                asked = curl.request(known)
                path = asked.url.removeprefix(BASE)
                body = asked.body and asked.body.replace(ENDPOINT.encode(), peer.url.encode())
                answer = api.request(asked.method, path, body, key=known["KEY"])
                assert answer.status in TAKEN, (curl.command, answer.text)
                found += [f"{path}: {each}" for each in curl.differences(answer.json)]
                match path.rpartition("/")[2]:
                    case "webhooks":
                        known["WEBHOOK"] = answer.json["id"]
                        create_contact(api)
                        cloud.drain()
                    case "enable":
                        cloud.run(hours=0.01)
                    case "deliveries?event=contact.*&limit=20":
                        known["DELIVERY"] = answer.json["data"][0]["id"]
                    case "redeliver":
                        cloud.drain()
                    case "replay":
                        known["REPLAY"] = answer.json["id"]
                        cloud.run(hours=0.02)

        assert found == []
        assert peer.connections == len(answers)
