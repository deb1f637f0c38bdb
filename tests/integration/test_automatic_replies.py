"""Replies that no person wrote."""

from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, STEP_TWO, Launched, a_mailbox, launched, status
from tests.integration.replying import a_complaint, a_dsn, a_reply, take
from tests.integration.test_feedback import counted, events
from tests.integration.test_replies import begun, contact


def enrollment(api: Api, cloud: Cloud, campaign: Launched) -> dict[str, Any]:
    partition = f"{api.workspace().id}#{campaign.campaign_id}"
    return cloud.items("enrollments", partition)[0]


class TestMachines:
    AWAY = "I am out of the office until 9 March 2026."

    def test_an_absence_defers_to_a_working_day_after_it(self, api: Api, cloud: Cloud) -> None:
        campaign, mail = begun(api, cloud)

        taken = [
            take(cloud, a_reply(mail, self.AWAY, Auto_Submitted="auto-replied")) for _ in range(2)
        ]

        found = enrollment(api, cloud, campaign)
        assert {each["kind"] for each in taken} == {"automatic"}
        assert (found["state"], found["blocked_reason"]) == ("active", "out_of_office")
        assert found["due_at"].startswith("2026-03-10T")
        assert counted(api, campaign)["replied_out_of_office"] == 1
        assert contact(api, campaign)["status"] == "active"
        cloud.run(days=9)
        assert len(cloud.mails()) == 2

    def test_an_absence_also_holds_what_lies_in_the_queue(self, api: Api, cloud: Cloud) -> None:
        soon = {**STEP_TWO, "wait_before": {"value": 10, "unit": "minutes"}}
        campaign = launched(api, steps=(STEP_ONE, soon))
        while not cloud.mails():
            cloud.run(hours=1 / 60)
        (mail,) = cloud.mails()
        api.patch(f"/v1/campaigns/{campaign.campaign_id}", {"name": "Looked at once more"})
        cloud.run(hours=1 / 60)
        assert cloud.queue("StepsQueue").messages

        take(cloud, a_reply(mail, self.AWAY, Auto_Submitted="auto-replied"))
        cloud.run(hours=2)

        assert len(cloud.mails()) == 1

    @pytest.mark.parametrize(
        "headers",
        [
            {"Auto_Submitted": "auto-generated"},
            {"Subject": "Autosvar: Hi"},
            {"Subject": "Ticket Received - 1234 - Hi"},
            {"From": "no-reply@acme.example"},
            {"X_Auto_Response_Suppress": "All"},
        ],
    )
    def test_an_automatic_answer_ends_nothing(
        self, api: Api, cloud: Cloud, headers: dict[str, str]
    ) -> None:
        campaign, mail = begun(api, cloud)

        take(cloud, a_reply(mail, "Ticket created.", **headers))
        cloud.run(hours=4)

        assert len(cloud.mails()) == 2
        assert contact(api, campaign)["last_replied_at"] is None

    def test_who_has_left_ends_it_and_names_somebody_else(self, api: Api, cloud: Cloud) -> None:
        _, mail = begun(api, cloud)
        text = f"I have left Acme ({mail.recipients[0]}). Please write to jane@acme.example."

        take(cloud, a_reply(mail, text, Auto_Submitted="auto-replied"))
        cloud.run(hours=4)

        (ended,) = events(api, "enrollment.finished")
        assert (ended["status"], ended["outcome"]) == ("replied", "wrong_person")
        (reply,) = api.get("/v1/messages?direction=in").json["data"]
        assert reply["refers_to"] == "jane@acme.example"
        assert len(cloud.mails()) == 1

    def test_a_request_to_stop_is_heard_through_a_list(self, api: Api, cloud: Cloud) -> None:
        campaign, mail = begun(api, cloud)

        taken = take(cloud, a_reply(mail, "Please remove me.", Precedence="list"))

        assert taken["kind"] == "reply"
        assert contact(api, campaign)["status"] == "unsubscribed"

    def test_an_accepted_invitation_is_a_yes(self, api: Api, cloud: Cloud) -> None:
        campaign, mail = begun(api, cloud)
        text = "METHOD:REPLY\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@acme.example"
        raw = a_reply(mail, text, In_Reply_To="", Auto_Submitted="auto-generated")

        taken = take(cloud, raw.replace(b"text/plain", b"text/calendar; method=REPLY"))

        assert (taken["kind"], taken["classification"]) == ("reply", "interested")
        assert contact(api, campaign)["status"] == "interested"

    def test_a_copy_of_our_own_is_nothing(self, api: Api, cloud: Cloud) -> None:
        _, mail = begun(api, cloud)

        assert take(cloud, a_reply(mail, From=mail.sender))["kind"] == "own_copy"
        assert api.get("/v1/messages?direction=in").json["data"] == []

    @pytest.mark.parametrize("quoting", [True, False])
    def test_a_contact_who_has_a_mailbox_here_answers_too(
        self, api: Api, cloud: Cloud, *, quoting: bool
    ) -> None:
        campaign, mail = begun(api, cloud)
        a_mailbox(api, email=mail.recipients[0])
        quoted = {} if quoting else {"In_Reply_To": ""}

        taken = take(cloud, a_reply(mail, "Please remove me", **quoted))
        cloud.run(hours=4)

        assert taken["kind"] == "reply"
        assert contact(api, campaign)["status"] == "unsubscribed"
        assert len(cloud.mails()) == 1

    def test_a_word_of_a_colleague_in_a_thread_is_no_answer(self, api: Api, cloud: Cloud) -> None:
        _, mail = begun(api, cloud)
        a_mailbox(api, email="colleague@outrider.test")

        taken = take(cloud, a_reply(mail, "Please remove me", From="colleague@outrider.test"))

        assert taken["kind"] == "own_copy"

    def test_a_complaint_suppresses_and_counts(self, api: Api, cloud: Cloud) -> None:
        campaign, mail = begun(api, cloud)

        taken = [take(cloud, a_complaint(mail)) for _ in range(2)]
        cloud.run(hours=4)

        assert [each["kind"] for each in taken] == ["complaint", "complaint"]
        assert contact(api, campaign)["status"] == "unsubscribed"
        (suppression,) = api.get("/v1/suppressions").json["data"]
        assert suppression["reason"] == "complained"
        assert counted(api, campaign)["complained"] == 1
        assert len(cloud.mails()) == 1

    def test_a_report_of_a_hard_bounce_ends_the_address(self, api: Api, cloud: Cloud) -> None:
        campaign, mail = begun(api, cloud)

        taken = [take(cloud, a_dsn(mail)) for _ in range(2)]
        cloud.run(hours=4)

        assert [each["kind"] for each in taken] == ["report", "report"]
        assert contact(api, campaign)["status"] == "bounced"
        assert status(api, campaign.campaign_id)["audience"]["bounced"] == 1
        assert (len(events(api, "email.bounced")), len(cloud.mails())) == (1, 1)
        # Anyone can write such a mail: other workspaces learn nothing from it.
        assert cloud.items("contacts", "global#bounced") == []

    def test_a_report_about_somebody_behind_the_address_ends_nothing(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign, mail = begun(api, cloud)
        about = f"Final-Recipient: rfc822; {mail.recipients[0]}".encode()

        take(cloud, a_dsn(mail).replace(about, b"Final-Recipient: rfc822; bob@list.example"))
        cloud.run(hours=4)

        assert [event["bounce"] for event in events(api, "email.bounced")] == ["soft"]
        assert status(api, campaign.campaign_id)["audience"]["bounced"] == 0

    def test_nobody_makes_answers_to_others_vanish(self, api: Api, cloud: Cloud) -> None:
        _, mail = begun(api, cloud)
        a_mailbox(api, email=mail.recipients[0], workspace="globex")

        assert take(cloud, a_reply(mail, In_Reply_To=""))["kind"] == "reply"
