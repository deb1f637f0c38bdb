"""The outreach engine on the real template, from lint to what became of its mails."""

import json
import re
from typing import Any

from tests.e2e.recipients import answer, press_unsubscribe
from tests.e2e.running import LocalStack, eventually
from tests.mailservers import PASSWORD, USER, MailServer, mail_server

STEPS = [
    {
        "channel": "email",
        "variants": [
            {"id": "plain", "subject": "A question", "text": "Who looks after outreach?"},
            {"id": "named", "subject": "{{ first_name }}, a question", "text": "Who does it?"},
        ],
    },
    {"channel": "email", "wait_days": 3, "text": "Did my question get lost?"},
]
SETTINGS = {"daily_limit": 2, "postal_address": "1 Outrider Way, Example Town"}


def a_sequence(stack: LocalStack, server: MailServer) -> str:
    """A sequence whose only mailbox hands its mails to the server."""
    smtp = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": USER,
        "password": PASSWORD,
    }
    mailbox = {
        "email": "eve@outrider.example",
        "kind": "smtp",
        "smtp": smtp,
        "mailbox_pool": "pool_engine",
        "min_gap_seconds": 0,
        "warmed": True,
    }
    stack.call("POST", "/v1/mailbox-pools", {"id": "pool_engine", "name": "Engine"})
    stack.call("POST", "/v1/mailboxes", mailbox)
    sequence = {
        "name": "Engine",
        "mailbox_pool": "pool_engine",
        "steps": STEPS,
        "settings": SETTINGS,
    }
    return str(stack.call("POST", "/v1/sequences", sequence).json["id"])


def tell_of_delivery(stack: LocalStack, message_id: str) -> None:
    """As SES does for a mail with our tags; the bus takes its events from nobody else, so this one
    goes to where its rule would put it."""
    tags = {"workspace_id": [stack.local["workspace_id"]], "message_id": [message_id]}
    mail = {"messageId": "0100-1", "tags": tags}
    event = {"source": "aws.ses", "detail": {"eventType": "Delivery", "mail": mail, "delivery": {}}}
    queues = stack.client("sqs")
    (queue,) = [url for url in queues.list_queues()["QueueUrls"] if "FeedbackQueue" in url]
    queues.send_message(QueueUrl=queue, MessageBody=json.dumps(event))


class TestEngine:
    def test_carries_a_sequence_out_and_knows_why_it_waits(self, stack: LocalStack) -> None:
        people = [
            {"email": f"{name}@engine.example", "first_name": name} for name in ("dana", "eli")
        ]
        contacts = stack.call("POST", "/v1/contacts", {"contacts": people}).json["results"]
        with mail_server() as server:
            sequence_id = a_sequence(stack, server)
            lint = stack.call("POST", f"/v1/sequences/{sequence_id}/lint").json
            launched = stack.call(
                "POST",
                f"/v1/sequences/{sequence_id}/launch",
                {"contact_ids": [contact["id"] for contact in contacts]},
            ).json
            campaign = {"campaign_id": launched["campaign_id"]}
            sent = eventually(lambda: _both(stack.events("email.sent", **campaign)))
            mails = {str(mail.message["To"]): mail.message for mail in server.received}
            dana, eli = (mails[person["email"]] for person in people)
            triggered = stack.call(
                "POST",
                f"/v1/campaigns/{launched['campaign_id']}/trigger",
                {"email": "finn@late.example", "first_name": "Finn"},
            ).json

            answer(stack, dana, "Sounds great, let's talk.")
            pressed = press_unsubscribe(stack, str(eli["List-Unsubscribe"]))
            tell_of_delivery(stack, str(sent[0]["data"]["message_id"]))
            ended = eventually(lambda: _both(stack.events("enrollment.finished", **campaign)))
            (classified,) = eventually(lambda: stack.events("reply.classified", **campaign))
            eventually(lambda: _totals(stack, launched)["delivered"])

        assert (lint["ok"], launched["counts"]["added"], len(server.received)) == (True, 2, 2)
        own = r"<https://\w+\.execute-api\.us-east-1\.amazonaws\.com/t/u/[\w-]+>"
        assert re.fullmatch(own, str(dana["List-Unsubscribe"]))
        assert pressed.status == 200
        assert classified["data"]["classification"] == "interested"
        assert {(event["data"]["contact_id"], event["data"]["status"]) for event in ended} == {
            (contacts[0]["id"], "replied"),
            (contacts[1]["id"], "opted_out"),
        }
        explained = stack.call("GET", f"/v1/enrollments/{triggered['enrollment_id']}/explain").json
        assert [gate["reason"] for gate in explained["gates"]] == ["campaign_limit"]
        assert explained["earliest_send_at"] == explained["gates"][0]["until"]
        totals = _totals(stack, launched)
        assert {
            name: totals[name] for name in ("sent", "delivered", "replied", "unsubscribed")
        } == {
            "sent": 2,
            "delivered": 1,
            "replied": 1,
            "unsubscribed": 1,
        }
        assert totals["replied_by_class"] == {"interested": 1}


def _both(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return found if len(found) == 2 else []


def _totals(stack: LocalStack, launched: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/campaigns/{launched['campaign_id']}/stats"
    totals: dict[str, Any] = stack.call("GET", path).json["totals"]
    return totals
