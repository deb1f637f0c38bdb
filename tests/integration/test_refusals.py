"""What a provider refuses ends nothing but what it is about: breaker, probes, launch."""

from typing import Any

import pytest

from outrider.access.models import Caller
from outrider.mailboxes.wiring import health_reviews, mailbox_repository
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, a_mailbox, launched, status
from tests.integration.test_mailbox_servers import local_server
from tests.integration.test_mailboxes import events


def the_mailbox(api: Api) -> dict[str, Any]:
    (mailbox,) = api.get("/v1/mailboxes").json["data"]
    found: dict[str, Any] = mailbox
    return found


def tries(cloud: Cloud) -> int:
    return sum(str(call) == "sesv2 SendEmail" for call in cloud.wire.calls)


class TestSender:
    @pytest.mark.parametrize("sandbox", [False, True])
    def test_that_is_not_verified_ends_nothing_and_all_wait(
        self, api: Api, cloud: Cloud, sandbox: bool
    ) -> None:
        cloud.ses.strict, cloud.ses.sandbox = not sandbox, sandbox
        if sandbox:
            cloud.verify_identity("outrider.test")
        campaign = launched(api, 50, steps=(STEP_ONE,))

        cloud.run(hours=1)
        refused, mailbox, tried = status(api, campaign.campaign_id), the_mailbox(api), tries(cloud)
        enrollment = api.get(f"/v1/campaigns/{campaign.campaign_id}/enrollments").json["data"][0]
        explained = api.get(f"/v1/enrollments/{enrollment['id']}/explain").json
        (told,) = api.get("/v1/deliverability").json["mailboxes"]
        cloud.verify_identity("outrider.test")
        cloud.verify_identity("example.com")
        cloud.run(hours=3)

        assert (refused["status"], refused["audience"]["active"]) == ("active", 50)
        reason = "account_refused" if sandbox else "identity"
        assert (mailbox["health"], mailbox["health_reasons"]) == ("failing", [reason])
        assert tried < 25
        said = "Email address is not verified. The following identities failed the check in region"
        named = "US-EAST-1: (recipient)" if sandbox else "US-EAST-1: ada@outrider.test"
        assert f"{said} {named}" in mailbox["health_detail"]
        assert f"{said} {named}" in told["to_do"][0]
        assert f"{said} {named}" in explained["gates"][-1]["remedy"]
        assert status(api, campaign.campaign_id)["sent"] == 50
        assert [each["health"] for each in events(cloud, api)] == ["failing", "healthy"]

    def test_is_tried_with_one_mail_at_a_time(self, api: Api, cloud: Cloud) -> None:
        cloud.ses.strict = True
        launched(api, 50, steps=(STEP_ONE,))
        cloud.run(hours=1)
        tried = tries(cloud)

        cloud.run(hours=12)

        assert tries(cloud) - tried <= 12

    def test_asked_to_try_again_does(self, api: Api, cloud: Cloud) -> None:
        cloud.ses.strict = True
        launched(api, steps=(STEP_ONE,))
        cloud.run(hours=0.1)
        waiting = the_mailbox(api)

        asked = api.patch(f"/v1/mailboxes/{waiting['id']}", {"status": "active"}).json

        assert asked["retry_at"] == asked["updated_at"] < waiting["retry_at"]


class TestRecipient:
    def test_that_does_not_exist_is_a_hard_bounce(self, api: Api, cloud: Cloud) -> None:
        with local_server(cloud) as (server, smtp):
            server.answers = {"RCPT": "550 5.1.1 <ada0@example.com> User unknown"}
            campaign = launched(api, steps=(STEP_ONE,), mailbox={"kind": "smtp", "smtp": smtp})
            cloud.run(hours=1)

        found = status(api, campaign.campaign_id)
        contact = api.get(f"/v1/contacts/{campaign.contact_ids[0]}").json
        (suppression,) = api.get("/v1/suppressions").json["data"]
        (told,) = api.get("/v1/deliverability").json["mailboxes"]
        (message,) = api.get("/v1/messages").json["data"]
        assert found["audience"]["bounced"] == 1
        assert (contact["status"], suppression["address"]) == ("bounced", "ada0@example.com")
        assert (told["results"]["bounced"]["numerator"], told["health"]) == (1, "healthy")
        assert (message["status"], message["reason"]) == (
            "failed",
            "bounced: 550 5.1.1 <(recipient)> User unknown",
        )

    def test_is_kept_from_no_other_workspace(self, api: Api, cloud: Cloud) -> None:
        with local_server(cloud) as (server, smtp):
            server.answers = {"RCPT": "550 5.1.1 User unknown"}
            launched(api, steps=(STEP_ONE,), mailbox={"kind": "smtp", "smtp": smtp})
            cloud.run(hours=1)

        assert cloud.items("contacts", "bounce") == []

    def test_whose_mailbox_is_full_is_tried_again(self, api: Api, cloud: Cloud) -> None:
        with local_server(cloud) as (server, smtp):
            server.answers = {"RCPT": "552 5.2.2 mailbox full"}
            campaign = launched(api, steps=(STEP_ONE,), mailbox={"kind": "smtp", "smtp": smtp})
            cloud.run(hours=1)
            server.answers = {}
            cloud.run(hours=4)

        assert status(api, campaign.campaign_id)["sent"] == 1


class TestServer:
    def test_that_is_dead_opens_after_three_and_closes_by_itself(
        self, api: Api, cloud: Cloud
    ) -> None:
        with local_server(cloud) as (server, smtp):
            dead = {**smtp, "port": 9}
            campaign = launched(api, 12, steps=(STEP_ONE,), mailbox={"kind": "smtp", "smtp": dead})
            cloud.run(hours=0.2)
            failing = the_mailbox(api)
            api.patch(f"/v1/mailboxes/{failing['id']}", {"smtp": smtp})
            cloud.run(hours=2)

        assert (failing["health"], failing["health_reasons"]) == ("failing", ["unreachable"])
        assert len(server.received) == 12
        assert status(api, campaign.campaign_id)["sent"] == 12

    def test_that_is_dead_keeps_nobody_whom_another_mailbox_can_write_to(
        self, api: Api, cloud: Cloud
    ) -> None:
        with local_server(cloud) as (_, smtp):
            dead = {**smtp, "port": 9}
            a_mailbox(api, email="dead@outrider.test", kind="smtp", smtp=dead)
            campaign = launched(api, 12, steps=(STEP_ONE,))
            cloud.run(hours=0.2)

        assert status(api, campaign.campaign_id)["sent"] == 12

    def test_a_content_that_is_refused_in_a_row_stops_the_mailbox(
        self, api: Api, cloud: Cloud
    ) -> None:
        with local_server(cloud) as (server, smtp):
            server.answers = {"END": "554 5.7.1 Message rejected as spam"}
            campaign = launched(api, 10, steps=(STEP_ONE,), mailbox={"kind": "smtp", "smtp": smtp})
            cloud.run(hours=0.2)
            found, mailbox = status(api, campaign.campaign_id), the_mailbox(api)

        assert found["audience"]["failed"] == 3
        assert mailbox["health_reasons"] == ["content_refused"]


class TestCounting:
    def test_is_exact_under_ten_workers(self, api: Api, cloud: Cloud) -> None:
        """Whatever the order in which their reads and writes interleave."""
        created = a_mailbox(api)
        caller = Caller.engine(api.workspace().id)
        reviews, mailboxes = health_reviews(caller), mailbox_repository(caller.workspace)
        seen = mailboxes.get(created["id"])
        assert seen is not None

        def refuse_once_more() -> None:
            reviews.refused(seen, "unreachable", "timeout")

        with cloud.wire.once_after("BatchGetItem", refuse_once_more):
            reviews.refused(seen, "unreachable", "timeout")

        found = mailboxes.get(created["id"])
        assert found is not None
        assert found.breaker is not None
        assert found.breaker.failures == 2

    def test_a_mailbox_that_is_well_costs_nothing(self, api: Api, cloud: Cloud) -> None:
        created = a_mailbox(api)
        caller = Caller.engine(api.workspace().id)
        seen = mailbox_repository(caller.workspace).get(created["id"])
        assert seen is not None
        before = len(cloud.wire.calls)

        health_reviews(caller).accepted(seen)

        assert len(cloud.wire.calls) == before


class TestLaunch:
    def test_from_a_sender_that_a_check_found_refused(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api)
        checked = api.post(f"/v1/mailboxes/{mailbox['id']}/check").json
        sequence = api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json
        path = f"/v1/sequences/{sequence['id']}/launch"

        refused = api.post(path)
        cloud.verify_identity("outrider.test")
        mended = api.post(f"/v1/mailboxes/{mailbox['id']}/check").json
        taken = api.post(path)

        assert (checked["health"], checked["health_reasons"]) == ("failing", ["identity", "dkim"])
        assert (refused.status, refused.json["code"]) == (409, "MAILBOX_POOL_NOT_WARMED")
        assert "no verified identity for ada@outrider.test" in refused.json["detail"]
        assert (mended["health"], mended["retry_at"]) == ("healthy", None)
        assert taken.status == 200


class TestAccount:
    @pytest.mark.parametrize(
        ("answer", "expected", "words"),
        [
            (
                {"ProductionAccessEnabled": False},
                ("warn", "healthy"),
                "put-account-details --production-access-enabled",
            ),
            ({"SendingEnabled": False}, ("fail", "failing"), "Support Center"),
            ({"EnforcementStatus": "PROBATION"}, ("warn", "healthy"), "send less"),
            (
                {"SendQuota": {"Max24HourSend": 200.0, "SentLast24Hours": 200.0}},
                ("fail", "failing"),
                "higher quota",
            ),
        ],
    )
    def test_is_asked_for_what_it_may_send(
        self, api: Api, cloud: Cloud, answer: dict[str, Any], expected: tuple[str, str], words: str
    ) -> None:
        mailbox = a_mailbox(api)
        cloud.verify_identity("outrider.test")
        cloud.ses.account.update(answer)

        checked = api.post(f"/v1/mailboxes/{mailbox['id']}/check").json

        findings = {each["subject"]: each for each in checked["last_check"]["findings"]}
        assert (findings["account"]["result"], checked["health"]) == expected
        assert words in findings["account"]["remedy"]
