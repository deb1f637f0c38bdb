"""Mailboxes with a server of their own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, a_mailbox, launched, status
from tests.integration.replying import take
from tests.integration.test_mailboxes import events, repository
from tests.mailservers import CUT, PASSWORD, USER, MailServer, mail_server
from tests.nameserver import Zone, nameserver

SMTP = {"host": "smtp.gmail.com", "username": "ada@acme.com", "password": "correct horse"}


def a_server(api: Api, email: str = "ada@acme.com", **smtp: Any) -> dict[str, Any]:
    return a_mailbox(api, email=email, kind="smtp", smtp={**SMTP, **smtp})


@contextmanager
def local_server(cloud: Cloud) -> Iterator[tuple[MailServer, dict[str, Any]]]:
    """A mail server on this machine, and what a mailbox says of it."""
    with mail_server() as server, cloud.environment(STAGE="local"):
        yield (
            server,
            {
                "host": "localhost",
                "port": server.port,
                "security": "none",
                "username": USER,
                "password": PASSWORD,
            },
        )


class TestServer:
    def test_keeps_the_password_to_itself(self, api: Api, cloud: Cloud) -> None:
        created = a_server(api)

        assert created["smtp"] == {
            "host": "smtp.gmail.com",
            "port": 587,
            "security": "starttls",
            "username": "ada@acme.com",
        }
        found = api.get(f"/v1/mailboxes/{created['id']}").text + api.get("/v1/mailboxes").text
        stored = json.dumps(cloud.items("campaigns"), default=repr)
        assert "correct horse" not in found + stored
        assert "locked_password" not in found

    def test_a_password_opens_in_its_own_mailbox_only(self, api: Api, cloud: Cloud) -> None:
        with local_server(cloud) as (server, smtp):
            one = a_mailbox(api, email="one@outrider.test", kind="smtp", smtp=smtp)
            two = a_mailbox(api, email="two@outrider.test", kind="smtp", smtp=smtp)
            mailboxes = repository(api)
            first, second = mailboxes.get(one["id"]), mailboxes.get(two["id"])
            assert first is not None
            assert second is not None
            stolen = second.model_copy(update={"smtp": first.smtp, "version": 2})
            mailboxes.change(second, stolen)

            answer = api.post(f"/v1/mailboxes/{two['id']}/check")

        login = answer.json["last_check"]["findings"][0]
        assert (login["subject"], login["result"], server.logins) == ("login", "unknown", [])

    @pytest.mark.parametrize(
        ("smtp", "pointer"),
        [
            ({"security": "none"}, "/smtp/security"),
            ({"port": 22}, "/smtp/port"),
            ({"host": "127.1"}, "/smtp/host"),
            ({"password": "pass\r\nword"}, "/smtp/password"),
        ],
    )
    def test_refuses_what_no_server_should_be(
        self, api: Api, smtp: dict[str, Any], pointer: str
    ) -> None:
        body = {"email": "ada@acme.com", "kind": "smtp", "smtp": {**SMTP, **smtp}}

        answer = api.post("/v1/mailboxes", body)

        assert answer.status == 422
        assert answer.json["errors"][0]["pointer"] == pointer

    def test_another_server_needs_the_password_again(self, api: Api) -> None:
        path = f"/v1/mailboxes/{a_server(api)['id']}"

        refused = api.patch(path, {"smtp": {"host": "smtp.evil.example"}})
        changed = api.patch(path, {"smtp": {"host": "smtp.zoho.com", "password": "new"}})

        assert refused.status == 422
        assert changed.json["smtp"]["host"] == "smtp.zoho.com"

    def test_sends_a_campaigns_mails(self, api: Api, cloud: Cloud) -> None:
        with local_server(cloud) as (server, smtp):
            campaign = launched(api, 2, steps=(STEP_ONE,), mailbox={"kind": "smtp", "smtp": smtp})
            cloud.run(hours=1)

        assert sorted(mail.recipients[0] for mail in server.received) == [
            "ada0@example.com",
            "ada1@example.com",
        ]
        assert cloud.mails() == []
        sent = {each["rfc_message_id"] for each in api.get("/v1/messages").json["data"]}
        assert {str(mail.message["Message-ID"]).strip("<>") for mail in server.received} == sent
        assert status(api, campaign.campaign_id)["sent"] == 2

    def test_that_goes_away_after_the_dot_gets_no_mail_twice(self, api: Api, cloud: Cloud) -> None:
        with local_server(cloud) as (server, smtp):
            server.answers = {"END": CUT}
            campaign = launched(api, steps=(STEP_ONE,), mailbox={"kind": "smtp", "smtp": smtp})
            cloud.run(hours=6)

        (message,) = api.get("/v1/messages?status=unknown").json["data"]
        assert (message["contact_id"], len(server.received)) == (campaign.contact_ids[0], 1)
        # Its Message-ID was ours to give, so an answer to it is understood.
        (mail,) = server.received
        answer = f"From: boss@else.example\r\nIn-Reply-To: {mail.message['Message-ID']}\r\n\r\nStop"
        assert take(cloud, answer.encode())["message_id"] == message["id"]
        (suppression,) = api.get("/v1/suppressions").json["data"]
        assert suppression["address"] == "ada0@example.com"

    def test_that_goes_away_before_the_dot_gets_the_mail_later(
        self, api: Api, cloud: Cloud
    ) -> None:
        with local_server(cloud) as (server, smtp):
            server.answers = {"DATA": CUT}
            launched(api, steps=(STEP_ONE,), mailbox={"kind": "smtp", "smtp": smtp})
            cloud.drain()
            server.answers = {}
            cloud.run(hours=1)

        assert len(server.received) == 1

    def test_that_refuses_the_login_stops_the_mailbox_and_loses_no_mail(
        self, api: Api, cloud: Cloud
    ) -> None:
        with local_server(cloud) as (server, smtp):
            wrong = {"kind": "smtp", "smtp": {**smtp, "password": "wrong"}}
            campaign = launched(api, 2, steps=(STEP_ONE,), mailbox=wrong)
            cloud.run(hours=2)
            (mailbox,) = api.get("/v1/mailboxes").json["data"]
            path = f"/v1/mailboxes/{mailbox['id']}"
            tried = len(server.logins)
            cloud.run(hours=4)
            probes = len(server.logins) - tried
            api.patch(path, {"smtp": {"password": PASSWORD}})
            mended = api.get(path).json
            cloud.run(hours=24)

        assert (mailbox["health"], mailbox["health_reasons"]) == ("failing", ["login_refused"])
        assert mailbox["used_today"] == 0
        assert probes <= 3
        assert mended["health"] == "healthy"
        assert len(server.received) == 2
        assert status(api, campaign.campaign_id)["sent"] == 2
        assert [each["health"] for each in events(cloud, api)] == ["failing", "healthy"]


class TestCheck:
    def test_of_ses_names_the_records_to_publish(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api, email="ada@mail.acme.com")
        cloud.verify_identity("acme.com", dkim="PENDING")
        zone: Zone = {
            ("mail.acme.com", "MX"): ["10 mx.acme.com."],
            ("_dmarc.acme.com", "TXT"): ['"v=DMARC1; p=none"'],
        }

        with nameserver(zone) as server, cloud.environment(DNS_SERVER=server):
            answer = api.post(f"/v1/mailboxes/{mailbox['id']}/check")

        findings = {each["subject"]: each for each in answer.json["last_check"]["findings"]}
        assert {name: each["result"] for name, each in findings.items()} == {
            "identity": "pass",
            "account": "pass",
            "spf": "warn",
            "dkim": "warn",
            "dmarc": "pass",
            "mx": "pass",
        }
        assert findings["dkim"]["records"][0] == {
            "type": "CNAME",
            "name": "one._domainkey.acme.com",
            "value": "one.dkim.amazonses.com",
        }
        assert answer.json["health"] == "healthy"
        assert api.get(f"/v1/mailboxes/{mailbox['id']}").json == answer.json

    def test_logs_in_without_sending(self, api: Api, cloud: Cloud) -> None:
        with local_server(cloud) as (server, smtp):
            mailbox = a_mailbox(api, kind="smtp", smtp={**smtp, "password": "wrong"})
            path = f"/v1/mailboxes/{mailbox['id']}"
            refused = api.post(f"{path}/check").json
            api.patch(path, {"smtp": {"password": PASSWORD}})
            taken = api.post(f"{path}/check").json

        assert (refused["health"], refused["health_reasons"]) == ("failing", ["login_refused"])
        assert (taken["health"], taken["last_check"]["findings"][0]["result"]) == (
            "healthy",
            "pass",
        )
        assert server.received == []

    def test_in_the_sandbox_asks_nobody(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api, mode="test", email="ada@acme.com", kind="smtp", smtp=SMTP)

        answer = api.post(f"/v1/mailboxes/{mailbox['id']}/check", mode="test")

        assert {each["result"] for each in answer.json["last_check"]["findings"]} == {"unknown"}
