"""A first outreach on the real template: every function, queue, stream and rule between."""

import re
from typing import Any

import urllib3
from rich.console import Console

from local import demo
from tests.e2e.running import LocalStack, eventually


class TestDemo:
    def test_imports_mails_and_verifies_a_hundred(self, stack: LocalStack) -> None:
        local = stack.local
        running = demo.Stack(
            local["base_url"], local["live_key"], local["inbox_url"], urllib3.PoolManager()
        )

        missing = demo.demo(running, Console(quiet=True))

        assert missing == []


class TestLaunch:
    def test_answers_409_when_no_mailbox_of_the_pool_can_send(self, stack: LocalStack) -> None:
        stack.call("POST", "/v1/mailbox-pools", {"id": "pool_new", "name": "New"})
        steps = [{"channel": "email", "wait_days": 0}]
        sequence = stack.call(
            "POST", "/v1/sequences", {"name": "New", "mailbox_pool": "pool_new", "steps": steps}
        ).json

        refused = stack.call("POST", f"/v1/sequences/{sequence['id']}/launch")

        assert (refused.status, refused.json["code"]) == (409, "MAILBOX_POOL_NOT_WARMED")


class TestMailbox:
    def test_sends_nothing_before_its_address_is_proved(self, stack: LocalStack) -> None:
        stack.client("sesv2").create_email_identity(EmailIdentity="hopper.example")
        stack.call("POST", "/v1/mailbox-pools", {"id": "pool_hopper", "name": "Hopper"})
        address = "grace@hopper.example"
        mailbox = {
            "email": address,
            "mailbox_pool": "pool_hopper",
            "min_gap_seconds": 0,
            "warmed": True,
        }
        verify = f"/v1/mailboxes/{stack.call('POST', '/v1/mailboxes', mailbox).json['id']}/verify"
        contact = stack.call("POST", "/v1/contacts", {"email": "admiral@navy.example"}).json["id"]
        sequence = {
            "name": "Hopper",
            "mailbox_pool": "pool_hopper",
            "steps": [{"channel": "email", "subject": "A question", "text": "Who does it?"}],
            "settings": {"postal_address": "1 Outrider Way, Example Town"},
        }
        sequence_id = stack.call("POST", "/v1/sequences", sequence).json["id"]
        launch = f"/v1/sequences/{sequence_id}/launch", {"contact_ids": [contact]}

        refused = stack.call("POST", *launch)
        stack.call("POST", verify, {"method": "code"})
        code = re.search(r"\b[0-9]{8}\b", str(_mails_to(stack, address)[0]))
        assert code
        proved = stack.call("POST", verify, {"code": code[0]})
        stack.call("POST", *launch)

        assert (refused.status, refused.json["code"]) == (409, "MAILBOX_POOL_NOT_WARMED")
        assert proved.json["verified_by"] == "code"
        assert eventually(lambda: _mails_to(stack, "admiral@navy.example"))


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
        assert eventually(lambda: stack.events("contact.deleted", contact_id=contact["id"]))


def _mails_to(stack: LocalStack, address: str) -> list[dict[str, Any]]:
    return [mail for mail in stack.inbox() if address in str(mail.get("To"))]
