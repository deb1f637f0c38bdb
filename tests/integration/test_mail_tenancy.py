"""Two workspaces and one address: whoever has not proved that it is its own sends nothing from it,
and sees nothing of the mail that comes for it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.harness import stack
from tests.harness.api import Api, Mode
from tests.harness.cloud import Cloud
from tests.harness.mail import Mail
from tests.integration.outreach import STEP_ONE, a_mailbox
from tests.integration.replying import a_complaint, a_dsn, a_reply, take
from tests.integration.test_ownership import published, verify

ADDRESS, OTHER = "ada@acme.com", "bob@globex.com"
CUSTOMER = "carol@example.com"
SECRET = "the account is 12345"
OWNER, STRANGER = "acme", "globex"


@pytest.fixture(autouse=True)
def proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default of the template."""
    monkeypatch.setitem(stack.PARAMETERS, "MailboxOwnership", "proved")


def writing_to_customer(api: Api, workspace: str, mode: Mode, email: str) -> None:
    """Launch a sequence to the customer from an address that the workspace owns."""
    api.grant(workspace, address=email)
    a_mailbox(api, email=email, workspace=workspace, mode=mode)
    options: dict[str, Any] = {"workspace": workspace, "mode": mode}
    contact = api.post("/v1/contacts", {"email": CUSTOMER, "first_name": "Carol"}, **options).json[
        "id"
    ]
    steps = {"name": "First", "steps": [STEP_ONE]}
    sequence = api.post("/v1/sequences", steps, **options).json["id"]
    path = f"/v1/sequences/{sequence}/launch"
    assert api.post(path, {"contact_ids": [contact]}, **options).status == 200


def received(api: Api, workspace: str, mode: Mode) -> list[str]:
    """What a workspace sees of what came in: messages, and events of them."""
    options: dict[str, Any] = {"workspace": workspace, "mode": mode}
    messages = api.get("/v1/messages?direction=in", **options).json["data"]
    told = api.get("/v1/events?limit=100", **options).json["data"]
    families = ("reply.", "email.bounced", "email.complained", "contact.unsub", "suppression.")
    return [str(each) for each in messages] + [
        f"{each['event']}: {each['data']}" for each in told if each["event"].startswith(families)
    ]


WAYS_IN: dict[str, Callable[[Mail], bytes]] = {
    "reply": lambda mail: a_reply(mail, SECRET),
    "reply without a quote": lambda mail: a_reply(mail, SECRET, In_Reply_To=""),
    "bounce report": a_dsn,
    "complaint": a_complaint,
    "request to stop": lambda mail: a_reply(mail, "Please unsubscribe me", In_Reply_To=""),
    "unmatched": lambda mail: a_reply(mail, SECRET, From="dan@else.example", In_Reply_To=""),
}


class TestMailThatComesIn:
    @pytest.mark.parametrize("mode", ["live", "test"])
    @pytest.mark.parametrize("way", WAYS_IN)
    def test_goes_to_the_owner_whatever_others_claim(
        self, api: Api, cloud: Cloud, way: str, mode: Mode
    ) -> None:
        api.workspace(STRANGER)  # it is older
        a_mailbox(api, email=ADDRESS, workspace=STRANGER, mode=mode)
        writing_to_customer(api, STRANGER, mode, OTHER)
        writing_to_customer(api, OWNER, "live", ADDRESS)
        cloud.run(hours=1)
        before = received(api, STRANGER, mode)
        (mail,) = [each for each in cloud.mails() if each.sender == ADDRESS]

        take(cloud, WAYS_IN[way](mail))
        cloud.drain()

        assert received(api, STRANGER, mode) == before
        assert received(api, OWNER, "live")

    @pytest.mark.parametrize("way", ["reply without a quote", "unmatched"])
    def test_for_an_address_of_two_owners_is_counted_and_told_to_none(
        self, api: Api, cloud: Cloud, way: str
    ) -> None:
        for workspace in (STRANGER, OWNER):
            writing_to_customer(api, workspace, "live", ADDRESS)
        cloud.run(hours=1)

        taken = [take(cloud, WAYS_IN[way](cloud.mails()[0])) for _ in range(2)]
        cloud.drain()

        assert [each["kind"] for each in taken] == ["unmatched"] * 2
        for workspace in (STRANGER, OWNER):
            (told,) = received(api, workspace, "live")
            assert "ambiguous" in told
            assert not re.search("12345|Re:|example", told)

    def test_that_quotes_a_mail_goes_to_its_sender_of_two_owners(
        self, api: Api, cloud: Cloud
    ) -> None:
        for workspace in (STRANGER, OWNER):
            writing_to_customer(api, workspace, "live", ADDRESS)
        cloud.run(hours=1)
        first, second = cloud.mails()

        for mail, secret in ((first, "one"), (second, "two")):
            take(cloud, a_reply(mail, secret, Message_ID=f"<{secret}@example.com>"))
        cloud.drain()

        texts = [
            [each["text"] for each in api.get(_IN, workspace=workspace).json["data"]]
            for workspace in (STRANGER, OWNER)
        ]
        assert sorted(texts) == [["one"], ["two"]]


class TestMailThatGoesOut:
    @pytest.mark.parametrize("mode", ["live", "test"])
    def test_is_none_from_an_address_of_another(self, api: Api, cloud: Cloud, mode: Mode) -> None:
        writing_to_customer(api, OWNER, "live", ADDRESS)
        cloud.run(hours=1)
        before = len(cloud.mails())
        options: dict[str, Any] = {"workspace": STRANGER, "mode": mode}
        mailbox = a_mailbox(api, email=ADDRESS, **options)["id"]
        api.grant(STRANGER, address=OTHER)
        mine = a_mailbox(api, email=OTHER, mailbox_pool="pool_default", **options)["id"]
        contact = api.post(
            "/v1/contacts", {"email": CUSTOMER, "first_name": "Carol"}, **options
        ).json["id"]
        steps = {"name": "First", "steps": [STEP_ONE]}
        sequence = api.post("/v1/sequences", steps, **options).json["id"]
        step = api.get(f"/v1/sequences/{sequence}/steps", **options).json["steps"][0]["id"]

        test = {"step_id": step, "contact_id": contact, "mailbox_id": mailbox, "to": OTHER}
        from_it = api.post(f"/v1/sequences/{sequence}/test-send", test, **options)
        to_it = api.post(
            f"/v1/sequences/{sequence}/test-send",
            {**test, "mailbox_id": mine, "to": ADDRESS},
            **options,
        )
        api.post(f"/v1/sequences/{sequence}/launch", {"contact_ids": [contact]}, **options)
        cloud.run(hours=2)
        sent = api.get("/v1/messages?direction=out", **options).json["data"]

        assert (from_it.status, to_it.status) == (409, 422)
        assert [each["mailbox_id"] for each in sent] == [mine]
        assert [each.sender for each in cloud.mails()[before:]] == [OTHER] * (mode == "live")

    def test_stops_when_the_proof_is_gone_after_the_launch(self, api: Api, cloud: Cloud) -> None:
        """The gate, not the launch: also where the mailbox was planned already."""
        mailbox = a_mailbox(api, email=ADDRESS)
        with published(cloud, None):
            record = verify(api, mailbox).json["record"]
        with published(cloud, record):
            verify(api, mailbox)
        contact = api.post("/v1/contacts", {"email": CUSTOMER, "first_name": "Carol"}).json["id"]
        steps = {"name": "First", "steps": [STEP_ONE]}
        sequence = api.post("/v1/sequences", steps).json["id"]
        launch = api.post(f"/v1/sequences/{sequence}/launch", {"contact_ids": [contact]})
        with published(cloud, None):
            api.post(f"/v1/mailboxes/{mailbox['id']}/check")

        cloud.run(hours=2)

        explained = api.get(f"/v1/campaigns/{launch.json['campaign_id']}/explain").text
        assert cloud.mails() == []
        assert "mailbox_unverified" in explained


_IN = "/v1/messages?direction=in"
