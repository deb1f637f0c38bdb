"""The files in events/: each gives its function a true event, and what comes of it.

The ids in the files are invented, the same ones in all of them. A test puts those of a workspace of
its own in their place.
"""

import base64
import json
from typing import Any

import pytest

from outrider.access.models import Caller
from outrider.credits.wiring import credits
from outrider.events.models import RecordedEvent
from outrider.webhooks.deliveries.repository import delivery_id
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.example_data import a_draft
from tests.integration.modeled import provider
from tests.integration.outreach import launched, status
from tests.integration.samples import (
    AGENT_RUN,
    BOUNCE,
    CALLS,
    CAMPAIGN_LAUNCHED,
    CAMPAIGNS_CHECK,
    CHANGE_PLAN,
    COMPANY_LINKS,
    CONTACT_CREATED,
    CONTACT_DELETED,
    CREATE_KEY,
    CREATE_OWNER_KEY,
    CREATE_WORKSPACE,
    CREDITS_SWEEP,
    ENROLLING,
    EXPORT,
    EXPORTS_CREATE,
    FOLDER,
    GRANT_ADDRESS,
    IMPORT_UPLOADED,
    IMPORTS_CREATE,
    INVENTED,
    LEAD_REPLIED,
    LIST_WORKSPACES,
    MAIL,
    MIGRATIONS,
    RENAME_WORKSPACE,
    REPLY,
    REPLY_UNCLASSIFIED,
    REPLY_WRITING,
    RESCORING,
    RESUME_WORKSPACE,
    ROUND,
    SAMPLES,
    SHOW_WORKSPACE,
    STEP,
    SUSPEND_WORKSPACE,
    WEBHOOK_DELIVERY,
    WEBHOOK_FANOUT,
    WEBHOOK_FANOUT_PACKED,
    WEBHOOK_REPLAY,
    WEBHOOKS_SWEEP,
    Sample,
    put_in,
    sent_job,
)
from tests.integration.webhooks import NOBODY
from tests.receivers import answering, receiver
from tools import templates


class TestSamples:
    def test_are_all_tried_here(self) -> None:
        assert {path.stem for path in FOLDER.iterdir()} == {sample.name for sample in SAMPLES}

    def test_leave_no_function_out(self) -> None:
        functions = {function.name for function in templates.functions()}

        assert functions == {sample.function for sample in SAMPLES}


class TestAdmin:
    def test_create_workspace(self, api: Api, cloud: Cloud) -> None:
        created = CREATE_WORKSPACE.invoke(cloud)

        assert sorted(created) == ["live_key", "test_key", "workspace_id"]
        assert api.get("/v1/contacts", key=created["live_key"]).status == 200

    def test_create_key(self, api: Api, cloud: Cloud) -> None:
        created = CREATE_KEY.invoke(cloud, workspace=api.workspace().id)

        assert api.get("/v1/contacts", key=created["key"]).status == 200
        assert api.post("/v1/contacts", {"email": "a@b.example"}, key=created["key"]).status == 403

    def test_preview_migrations(self, cloud: Cloud) -> None:
        assert MIGRATIONS.invoke(cloud).keys() == {"done", "migrations"}

    @pytest.mark.parametrize(
        ("sample", "field", "value"),
        [
            (SHOW_WORKSPACE, "status", "active"),
            (RENAME_WORKSPACE, "name", "Acme Europe"),
            (CHANGE_PLAN, "plan", "scale"),
            (SUSPEND_WORKSPACE, "status", "suspended"),
            (RESUME_WORKSPACE, "status", "active"),
            (CREATE_OWNER_KEY, "scopes", ["*"]),
            (GRANT_ADDRESS, "owns", "acme.example"),
        ],
        ids=lambda each: each.name if isinstance(each, Sample) else "",
    )
    def test_workspace(
        self, api: Api, cloud: Cloud, sample: Sample, field: str, value: object
    ) -> None:
        answer = sample.invoke(cloud, workspace=api.workspace().id)

        assert (answer["workspace_id"], answer[field]) == (api.workspace().id, value)

    def test_list_workspaces(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace().id

        assert [each["workspace_id"] for each in LIST_WORKSPACES.invoke(cloud)["data"]] == [
            workspace
        ]


class TestStream:
    def test_contact_created_reaches_the_feed_and_the_bus(self, api: Api, cloud: Cloud) -> None:
        CONTACT_CREATED.invoke(cloud, workspace=api.workspace().id)

        (event,) = api.get("/v1/events").json["data"]
        assert (event["event"], event["sequence"]) == ("contact.created", 1)
        assert event["data"] == {"contact_id": INVENTED["contact"]}
        assert [each["detail"]["id"] for each in cloud.bus.published] == [event["id"]]

    def test_contact_deleted_is_buried(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace().id
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json["id"]
        api.delete(f"/v1/contacts/{contact}")

        CONTACT_DELETED.invoke(cloud, workspace=workspace, contact=contact)

        assert {item["pk"] for item in cloud.items("contacts", workspace)} == {f"{workspace}#count"}


class TestUsage:
    def test_calls_are_counted_once(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace().id

        for _ in range(2):
            CALLS.invoke(cloud, workspace=workspace)

        used = api.get("/v1/account/usage?since=2026-03-02&until=2026-03-03").json
        assert used["calls_by_family"] == {"contacts": 7}


class TestCredits:
    def test_sweep_gives_back_what_expired(self, api: Api, cloud: Cloud) -> None:
        caller = Caller.engine(api.workspace().id)
        credits(caller).hold("run_1", "research", 1)
        cloud.clock.advance(minutes=15)

        answer = CREDITS_SWEEP.invoke(cloud)

        assert answer["swept"] >= 1
        assert api.get("/v1/credits").json["held"] == 0


class TestCampaigns:
    def test_launched_starts_the_clock(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)

        CAMPAIGN_LAUNCHED.invoke(
            cloud,
            workspace=api.workspace().id,
            campaign=campaign.campaign_id,
            sequence=campaign.sequence_id,
        )

        (execution,) = cloud.executions.running()
        assert execution.name == f"{campaign.campaign_id}-1"

    def test_check_starts_a_clock_that_stands_still(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        cloud.clock.advance(hours=1)

        answer = CAMPAIGNS_CHECK.invoke(cloud)

        assert answer["started"] >= 1
        assert f"{campaign.campaign_id}-2" in cloud.executions.all

    def test_round_queues_what_is_due(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)

        answer = ROUND.invoke(cloud, workspace=api.workspace().id, campaign=campaign.campaign_id)

        assert (answer["next"], answer["round"]) == ("wait", 1)
        (queued,) = cloud.queue("StepsQueue").messages
        assert queued.json["contact_id"] == campaign.contact_ids[0]


class TestSteps:
    def test_step_is_sent_once(self, api: Api, cloud: Cloud) -> None:
        job = sent_job(api, cloud)

        answers = [STEP.invoke(cloud, **job), STEP.invoke(cloud, **job)]

        assert answers == [{"batchItemFailures": []}] * 2
        assert [mail.recipients for mail in cloud.mails()] == [["ada0@example.com"]]
        cloud.drain()
        assert status(api, job["campaign"])["sent"] == 1

    def test_bounce_is_noted_once(self, api: Api, cloud: Cloud) -> None:
        job = sent_job(api, cloud)
        STEP.invoke(cloud, **job)
        (mail,) = cloud.mails()

        for _ in range(2):
            BOUNCE.invoke(cloud, mail=mail.message_id)

        assert api.get(f"/v1/contacts/{job['contact']}").json["status"] == "bounced"
        assert status(api, job["campaign"])["audience"]["bounced"] == 1

    def test_reply_is_matched_to_the_mail_it_answers(self, api: Api, cloud: Cloud) -> None:
        job = sent_job(api, cloud)
        STEP.invoke(cloud, **job)
        (mail,) = cloud.mails()
        raw = base64.b64decode(REPLY.event()["raw_base64"]).decode()
        answering_it = put_in(raw, {"mail": mail.message_id}).encode()

        answer = cloud.invoke(
            REPLY.function, {"raw_base64": base64.b64encode(answering_it).decode()}
        )

        assert answer["kind"] == "reply"
        assert api.get(f"/v1/contacts/{job['contact']}").json["status"] == "interested"

    def test_reply_that_rules_cannot_classify_is_given_to_a_model(
        self, api: Api, cloud: Cloud
    ) -> None:
        workspace = api.workspace().id
        with provider(api, lambda _: {"kind": "objection", "confidence": 0.8}) as model:
            answer = REPLY_WRITING.invoke(cloud, workspace=workspace)
            REPLY_UNCLASSIFIED.invoke(cloud, workspace=workspace)

        assert (answer["fault"], answer["written"]["label"]) == (None, "objection")
        assert len(model.told) == 1, "there is no such reply"

    def test_mail_that_has_expired_is_passed_over(self, cloud: Cloud) -> None:
        assert MAIL.invoke(cloud) == {"batchItemFailures": []}

    def test_reply_to_nothing_of_ours_is_unmatched(self, cloud: Cloud) -> None:
        assert REPLY.invoke(cloud)["kind"] == "unmatched"


class TestImports:
    def test_create_and_upload_bring_contacts_in(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace()
        created = json.loads(IMPORTS_CREATE.invoke(cloud, key=workspace.live_key)["body"])
        cloud.upload(created["upload"]["url"], b"email\nada@example.com\n")

        answer = IMPORT_UPLOADED.invoke(cloud, workspace=workspace.id, imported=created["id"])

        assert answer == {"batchItemFailures": []}
        (contact,) = api.get("/v1/contacts").json["data"]
        assert (contact["email"], contact["tags"]) == ("ada@example.com", ["fair-2026"])


class TestExports:
    def test_create_and_run_make_a_file(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace()
        created = json.loads(EXPORTS_CREATE.invoke(cloud, key=workspace.live_key)["body"])

        answer = EXPORT.invoke(cloud, workspace=workspace.id, exported=created["id"])

        assert answer == {"batchItemFailures": []}
        assert "download" in api.get(f"/v1/exports/{created['id']}").json


class TestAgentRuns:
    def test_reach_their_goal(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace()
        goal = {"goal": "How many credits are left?"}
        created = api.post("/v1/agent/runs", goal, mode="test").json

        answer = AGENT_RUN.invoke(cloud, workspace=f"{workspace.id}~test", run=created["id"])

        assert answer == {"batchItemFailures": []}
        run = api.get(f"/v1/agent/runs/{created['id']}", mode="test").json
        assert run["status"] == "completed"


class TestEnrolling:
    def test_enrolls_the_audience_of_a_launch(self, api: Api, cloud: Cloud) -> None:
        campaign_id = a_draft(api)
        api.post("/v1/contacts", {"email": "ada@example.com"})
        api.post(f"/v1/campaigns/{campaign_id}/launch", {"filter": {}})

        answer = ENROLLING.invoke(cloud, workspace=api.workspace().id, campaign=campaign_id)

        assert answer == {"batchItemFailures": []}
        assert status(api, campaign_id)["audience"]["total"] == 1


class TestLeads:
    def test_that_replied_shows_it(self, api: Api, cloud: Cloud) -> None:
        lead_id = api.post("/v1/leads", {"email": "ada@example.com"}).json["id"]

        LEAD_REPLIED.invoke(cloud, workspace=api.workspace().id, lead=lead_id)

        assert api.get(f"/v1/leads/{lead_id}").json["status"] == "replied"


class TestWebhooks:
    @pytest.fixture(autouse=True)
    def _on_this_machine(self, cloud: Cloud) -> Any:
        """Loopback takes webhooks only in the stage `local`."""
        with cloud.environment(STAGE="local"):
            yield

    def test_event_is_delivered_to_the_endpoint_that_wants_it(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace().id
        with receiver(answering()) as endpoint:
            body = {"url": endpoint.url, "events": ["contact.*"]}
            webhook = api.post("/v1/webhooks", body).json["id"]
            WEBHOOK_FANOUT.invoke(cloud, workspace=workspace)
            (order,) = cloud.queue("WebhookDeliveriesQueue").messages

            answer = WEBHOOK_DELIVERY.invoke(
                cloud, workspace=workspace, webhook=webhook, delivery=order.json["delivery_id"]
            )

        _, delivered = endpoint.requests
        assert answer == {"batchItemFailures": []}
        assert f"webhook-id: {INVENTED['event']}".encode() in delivered

    def test_packed_events_are_a_delivery_each(self, api: Api, cloud: Cloud) -> None:
        with receiver(answering()) as endpoint:
            api.post("/v1/webhooks", {"url": endpoint.url, "events": ["*"]})
            WEBHOOK_FANOUT_PACKED.invoke(cloud, workspace=api.workspace().id)

        assert len(cloud.queue("WebhookDeliveriesQueue").messages) == 2

    def test_sweep_finds_what_nothing_brings(self, api: Api, cloud: Cloud) -> None:
        with receiver(answering()) as endpoint:
            api.post("/v1/webhooks", {"url": endpoint.url, "events": ["contact.*"]})
            WEBHOOK_FANOUT.invoke(cloud, workspace=api.workspace().id)
            cloud.queue("WebhookDeliveriesQueue").messages.clear()
            cloud.clock.advance(minutes=2)

            answer = WEBHOOKS_SWEEP.invoke(cloud)
            cloud.run(hours=0.1)

        assert answer == {"swept": 1}
        assert len(endpoint.requests) == 2

    def test_replay_sets_waiting_what_it_asks_for(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace().id
        api.post("/v1/contacts", {"email": "ada@example.com"})
        cloud.drain()
        webhook = api.post("/v1/webhooks", {"url": NOBODY, "events": ["contact.*"]}).json["id"]
        body = {"since": "2026-03-01T00:00:00Z"}
        replay = api.post(f"/v1/webhooks/{webhook}/replay", body).json["id"]

        answer = WEBHOOK_REPLAY.invoke(cloud, workspace=workspace, webhook=webhook, replay=replay)

        assert answer == {"batchItemFailures": []}
        (waiting,) = api.get(f"/v1/webhooks/{webhook}/deliveries").json["data"]
        assert (waiting["event"], waiting["replay_id"]) == ("contact.created", replay)

    def test_company_links(self, api: Api, cloud: Cloud) -> None:
        contact_id = api.post("/v1/contacts", {"email": "ada@acme.example"}).json["id"]
        company_id = api.post("/v1/companies", {"domain": "acme.example"}).json["id"]

        answer = COMPANY_LINKS.invoke(cloud, workspace=api.workspace().id, company=company_id)

        assert answer == {"batchItemFailures": []}
        assert api.get(f"/v1/contacts/{contact_id}").json["company_id"] == company_id

    def test_rescoring(self, api: Api, cloud: Cloud) -> None:
        lead_id = api.post("/v1/leads", {"email": "ada@example.com"}).json["id"]
        api.post(f"/v1/leads/{lead_id}/qualify")
        api.put("/v1/profile", {"titles": ["sales"]})

        answer = RESCORING.invoke(cloud, workspace=api.workspace().id)

        assert answer == {"batchItemFailures": []}
        assert api.get(f"/v1/leads/{lead_id}").json["score"] == 0

    def test_delivery_is_the_one_that_the_event_makes(self) -> None:
        order = json.loads(WEBHOOK_DELIVERY.event()["Records"][0]["body"])

        event = WEBHOOK_FANOUT.event()["Records"][0]["body"]
        happened = RecordedEvent.model_validate(json.loads(event)["detail"])
        made = delivery_id(happened, INVENTED["webhook"])
        assert order["delivery_id"] == made == INVENTED["delivery"]
