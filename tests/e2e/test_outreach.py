"""A first outreach on the real template: every function, queue, stream and rule between."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import urllib3
from rich.console import Console

from local import demo
from tests.e2e.running import LocalStack, send

_PATIENCE_SECONDS = 150


def eventually(look: Callable[[], Any]) -> Any:
    """What `look` sees once it is true, or what it saw last when patience ends."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.25)
    return seen


def events(stack: LocalStack, name: str, **data: str) -> list[dict[str, Any]]:
    """The feed's events of this name with this data."""
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"has_more": True, "next_cursor": None}
    while page["has_more"]:
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else ""
        page = stack.call("GET", f"/v1/events?limit=200&type={name}{cursor}").json
        found += [event for event in page["data"] if data.items() <= event["data"].items()]
    return found


def mails_to(stack: LocalStack, address: str) -> list[dict[str, Any]]:
    return [mail for mail in stack.inbox() if mail["To"] == [address]]


def invoke(stack: LocalStack, logical_id: str, event: dict[str, Any]) -> Any:
    """Invoke a function of the deployed stack, as only IAM may."""
    credentials = {
        "endpoint_url": stack.local["aws_endpoint_url"],
        "region_name": "us-east-1",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
    }
    functions = boto3.client("lambda", **credentials)
    names = [
        function["FunctionName"]
        for page in functions.get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if logical_id in function["FunctionName"]
    ]
    assert len(names) == 1, names
    reply = functions.invoke(FunctionName=names[0], Payload=json.dumps(event).encode())
    return json.loads(reply["Payload"].read())


class TestDemo:
    def test_imports_mails_and_verifies_a_hundred(self, stack: LocalStack) -> None:
        local = stack.local
        running = demo.Stack(
            local["base_url"], local["live_key"], local["inbox_url"], urllib3.PoolManager()
        )

        missing = demo.demo(running, Console(quiet=True))

        assert missing == []


class TestReply:
    def test_skips_the_second_step_and_finishes_the_campaign(self, stack: LocalStack) -> None:
        contact = stack.call(
            "POST", "/v1/contacts", {"email": "dana@answers.example", "first_name": "Dana"}
        ).json
        steps = [
            {"channel": "email", "subject": "A question", "text": "Hi {{ first_name }}"},
            {
                "channel": "email",
                "wait_before": {"value": 1, "unit": "minutes"},
                "if": "no_reply",
                "text": "Did you see it?",
            },
        ]
        sequence = stack.call("POST", "/v1/sequences", {"name": "Answers", "steps": steps}).json
        campaign_id = stack.call(
            "POST", f"/v1/sequences/{sequence['id']}/launch", {"contact_ids": [contact["id"]]}
        ).json["campaign_id"]
        (mail,) = eventually(lambda: mails_to(stack, contact["email"]))
        eventually(lambda: events(stack, "email.sent", campaign_id=campaign_id))
        provider_id = mail["MessageId"].partition("@")[0]
        answer = (
            f"From: {contact['email']}\r\nMessage-ID: <a@answers.example>\r\n"
            f"In-Reply-To: <{provider_id}@email.amazonses.com>\r\n\r\nYes\r\n"
        )

        received = invoke(
            stack,
            "InboundReceiveFunction",
            {"raw_base64": base64.b64encode(answer.encode()).decode()},
        )

        assert received["kind"] == "reply"
        (ended,) = eventually(lambda: events(stack, "enrollment.finished", campaign_id=campaign_id))
        assert ended["data"]["state"] == "replied"
        assert len(mails_to(stack, contact["email"])) == 1
        assert len(events(stack, "reply.received", campaign_id=campaign_id)) == 1
        status = stack.call("GET", f"/v1/campaigns/{campaign_id}/status").json
        assert (status["sent"], status["audience"]["completed"]) == (1, 1)


class TestUnsubscribe:
    def test_works_from_the_link_in_the_mail(self, stack: LocalStack) -> None:
        contact = stack.call("POST", "/v1/contacts", {"email": "eve@leaves.example"}).json
        steps = [{"channel": "email", "subject": "A question", "text": "Hi"}]
        sequence = stack.call("POST", "/v1/sequences", {"name": "Leaves", "steps": steps}).json
        path = f"/v1/sequences/{sequence['id']}/launch"
        stack.call("POST", path, {"contact_ids": [contact["id"]]})
        (sent,) = eventually(lambda: events(stack, "email.sent", contact_id=contact["id"]))
        message = stack.call("GET", f"/v1/messages/{sent['data']['message_id']}").json
        link = message["text"].partition("Unsubscribe: ")[2].strip()
        form = {"Content-Type": "application/x-www-form-urlencoded"}

        asked = send("GET", link, None, {})
        pressed = send("POST", link, b"List-Unsubscribe=One-Click", form)

        assert link.startswith(f"{stack.local['base_url']}/t/u/")
        assert (asked.status, pressed.status) == (200, 200)
        found = stack.call("GET", f"/v1/contacts/{contact['id']}").json
        assert found["status"] == "unsubscribed"


class TestLaunch:
    def test_answers_409_when_the_pool_is_not_warmed(self, stack: LocalStack) -> None:
        mailbox = {"email": "new@outrider.example", "pool": "pool_new"}
        stack.call("POST", "/v1/mailbox-pools", {"id": "pool_new", "name": "New"})
        stack.call("POST", "/v1/mailboxes", mailbox)
        steps = [{"channel": "email", "wait_days": 0}]
        sequence = stack.call(
            "POST", "/v1/sequences", {"name": "New", "mailbox_pool": "pool_new", "steps": steps}
        ).json

        refused = stack.call("POST", f"/v1/sequences/{sequence['id']}/launch")

        assert (refused.status, refused.json["code"]) == (409, "MAILBOX_POOL_NOT_WARMED")


class TestKeys:
    def test_a_revoked_key_is_refused_on_its_next_call(self, stack: LocalStack) -> None:
        body = {"name": "short-lived", "scopes": ["contacts:read"]}
        created = stack.call("POST", "/v1/api-keys", body).json
        before = stack.call("GET", "/v1/contacts", key=created["key"])

        stack.call("DELETE", f"/v1/api-keys/{created['id']}")

        after = stack.call("GET", "/v1/contacts", key=created["key"])
        assert (before.status, after.status) == (200, 401)
        assert after.json["code"] == "INVALID_API_KEY"

    def test_a_test_key_sees_no_live_data(self, stack: LocalStack) -> None:
        contact = stack.call("POST", "/v1/contacts", {"email": "live@only.example"}).json

        found = stack.call("GET", f"/v1/contacts/{contact['id']}", key=stack.local["test_key"])

        assert found.status == 404


class TestDelete:
    def test_buries_the_contact_and_frees_its_address(self, stack: LocalStack) -> None:
        address = {"email": "gone@soon.example"}
        contact = stack.call("POST", "/v1/contacts", address).json

        stack.call("DELETE", f"/v1/contacts/{contact['id']}")

        again = stack.call("POST", "/v1/contacts", address)
        assert again.status == 201
        assert stack.call("GET", f"/v1/contacts/{contact['id']}").status == 404
        assert eventually(lambda: events(stack, "contact.deleted", contact_id=contact["id"]))
