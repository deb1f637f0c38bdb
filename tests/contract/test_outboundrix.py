"""Outboundrix's API documentation, statement by statement, in the order of the document."""

import hashlib
import json
import re

import pytest

from tests.contract.autoreach import called_until_refused
from tests.contract.deployed import eventually
from tests.contract.statements import Document, NotApplicable, statement
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, a_mailbox, launched, some_contacts, status
from tests.integration.replying import a_reply, put_into_bucket

DOCUMENT: Document = "Outboundrix"
SEQUENCE = {
    "name": "Q2 Heads of Sales",
    "mailbox_pool": "pool_default",
    "steps": [
        {"channel": "email", "wait_days": 0},
        {"channel": "email", "wait_days": 3, "if": "no_reply"},
    ],
}
DANA = {
    "email": "dana@acme.example",
    "first_name": "Dana",
    "last_name": "Ruiz",
    "company": "Acme",
    "title": "Head of Sales",
    "fit_score": 0.82,
}


SECTIONS = (
    "API documentation",
    "API keys",
    "One stable REST surface",
    "GET /v1/contacts",
    "POST /v1/sequences",
    "POST /v1/sequences/:id/launch",
    "DELETE /v1/api-keys/:id",
    "HMAC-signed event delivery",
    "Operate the platform from any model",
    "Your key, your model, your cost",
    "Build on the same system your team uses",
)
"""The sections of the document, in its order."""


def found(answer: Answer) -> list[str]:
    return [contact["email"] for contact in answer.json["data"]]


class TestApiKeys:
    @statement(
        DOCUMENT,
        "API keys",
        "Create a key in Settings → Integrations. Keys are shown once and stored hashed",
        settled="keys are made with `POST /v1/api-keys`",
    )
    def test_a_key_is_shown_once_and_stored_hashed(self, api: Api, cloud: Cloud) -> None:
        body = {"name": "CRM", "scopes": ["contacts:read"]}
        key = api.post("/v1/api-keys", body).json["key"]

        stored = json.dumps(cloud.items("keys"), default=str)

        assert key not in api.get("/v1/api-keys").text
        assert (key in stored, hashlib.sha256(key.encode()).hexdigest() in stored) == (False, True)

    @statement(
        DOCUMENT,
        "API keys",
        "Scoped to the same RBAC permissions as the dashboard",
        settled="the roles are owner, admin, member and viewer: named sets of scopes",
    )
    def test_a_key_may_do_what_its_role_may(self, api: Api) -> None:
        viewer = api.post("/v1/api-keys", {"name": "Reports", "role": "viewer"}).json["key"]

        refused = api.post("/v1/contacts", DANA, key=viewer)

        assert api.get("/v1/contacts", key=viewer).status == 200
        assert (refused.status, refused.json["code"]) == (403, "SCOPE_DENIED")

    @statement(DOCUMENT, "API keys", "Per-key rate limits, separate from session APIs")
    def test_each_key_has_a_rate_limit_of_its_own(self, api: Api) -> None:
        workspace = api.workspace("busy", plan="starter")
        other = api.key("*", workspace="busy")

        spent = called_until_refused(api, "/v1/contacts", workspace.live_key)

        assert (spent.status, "Retry-After" in spent.headers) == (429, True)
        assert api.get("/v1/contacts", key=other).status == 200

    @statement(
        DOCUMENT,
        "API keys",
        'Send it as a bearer token on every request: `curl …/v1/contacts -H "Authorization: Bearer '
        'obx_live_sk_XXXXXXXX" -H "Content-Type: application/json"`',
        settled="our keys begin with `otr_live_sk_`",
    )
    def test_the_key_is_a_bearer_token(self, api: Api) -> None:
        answer = api.get("/v1/contacts", headers={"content-type": "application/json"})

        assert answer.status == 200


class TestBaseUrl:
    @statement(DOCUMENT, "One stable REST surface", "/v1: JSON over HTTPS")
    def test_bodies_are_json(self, api: Api) -> None:
        answer = api.post("/v1/contacts", DANA)

        assert (answer.status, answer.headers["Content-Type"]) == (201, "application/json")


class TestListContacts:
    @statement(DOCUMENT, "GET /v1/contacts", "List and filter contacts in the workspace")
    @statement(
        DOCUMENT,
        "GET /v1/contacts",
        '{"object": "list", "data": [{"id": "con_3kf9a2", "email": …, "full_name": "Dana Ruiz", '
        '"company": "Acme", "fit_score": 0.82, "verified": true}], "has_more": false}',
        settled="entries have more fields than these",
    )
    def test_the_documented_answer(self, api: Api) -> None:
        created = api.post("/v1/contacts", DANA).json["id"]
        api.post("/v1/contacts", DANA, workspace="globex")

        answer = api.get("/v1/contacts")

        assert (answer.json["object"], answer.json["has_more"]) == ("list", False)
        (contact,) = answer.json["data"]
        names = ("id", "email", "full_name", "company", "fit_score", "verified")
        assert {name: contact[name] for name in names} == {
            "id": created,
            "email": "dana@acme.example",
            "full_name": "Dana Ruiz",
            "company": "Acme",
            "fit_score": 0.82,
            "verified": False,
        }
        assert created.startswith("con_")

    @statement(
        DOCUMENT,
        "GET /v1/contacts",
        "Supports ICP filters",
        settled="`title`, `industry`, `country`, `company_size`, `tag`, `verified`, and more",
    )
    @pytest.mark.parametrize(
        "question",
        ["title=head+sales", "country=DE", "tag=icp", "industry=Software", "company_size=11-50"],
    )
    def test_icp_filters(self, api: Api, cloud: Cloud, question: str) -> None:
        company = {"domain": "acme.example", "industry": "Software", "size": "11-50"}
        linked = api.post("/v1/companies", company).json["id"]
        api.post("/v1/contacts", DANA | {"country": "DE", "tags": ["icp"], "company_id": linked})
        api.post("/v1/contacts", {"email": "kim@other.example", "title": "Gardener"})

        assert eventually(
            cloud, lambda: found(api.get(f"/v1/contacts?{question}")) == ["dana@acme.example"]
        )

    @statement(
        DOCUMENT,
        "GET /v1/contacts",
        "fit-score thresholds",
        settled="`fit_score_gte` and `fit_score_lte`, from 0 to 1",
    )
    def test_fit_score_thresholds(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/contacts", DANA)
        api.post("/v1/contacts", {"email": "kim@acme.example", "fit_score": 0.4})

        def both() -> list[str]:
            thresholds = ("fit_score_gte=0.8", "fit_score_lte=0.8")
            return [
                email for each in thresholds for email in found(api.get(f"/v1/contacts?{each}"))
            ]

        assert eventually(cloud, lambda: both() == ["dana@acme.example", "kim@acme.example"])

    @statement(
        DOCUMENT,
        "GET /v1/contacts",
        "cursor pagination",
        settled="`next_cursor` of a page is the `cursor` of the next one, `limit` is at most 200",
    )
    def test_cursor_pagination(self, api: Api) -> None:
        some_contacts(api, 3)

        first = api.get("/v1/contacts?limit=2").json
        second = api.get(f"/v1/contacts?limit=2&cursor={first['next_cursor']}").json

        assert [len(page["data"]) for page in (first, second)] == [2, 1]
        assert [page["has_more"] for page in (first, second)] == [True, False]


class TestUpdateContact:
    @statement(
        DOCUMENT,
        "One stable REST surface",
        "/v1: JSON over HTTPS, of a contact that is sent back",
        settled="PUT and PATCH change the given fields; read-only ones may be sent back, and are "
        "ignored",
    )
    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_a_contact_can_be_sent_back_with_a_change(self, api: Api, method: str) -> None:
        path = f"/v1/contacts/{api.post('/v1/contacts', DANA).json['id']}"

        answer = api.request(method, path, {**api.get(path).json, "title": "CRO"})

        assert (answer.status, answer.json["title"]) == (200, "CRO"), answer.text


class TestCreateSequence:
    @statement(
        DOCUMENT,
        "POST /v1/sequences",
        '{"id": "seq_a1b2c3", "name": "Q2 Heads of Sales", "status": "draft", "steps": 2, '
        '"created_at": "2026-05-17T09:20:00Z"}',
        settled="201; times have milliseconds; entries have more fields than these",
    )
    def test_the_documented_call(self, api: Api) -> None:
        answer = api.post("/v1/sequences", SEQUENCE)

        created = answer.json
        assert answer.status == 201
        assert created["id"].startswith("seq_")
        assert (created["name"], created["status"], created["steps"]) == (
            "Q2 Heads of Sales",
            "draft",
            2,
        )
        assert created["mailbox_pool"] == "pool_default"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", created["created_at"])

    @statement(
        DOCUMENT,
        "POST /v1/sequences",
        "Create a branching multichannel sequence",
        settled="channels are email, SMS, and tasks for a person, such as a call",
    )
    def test_steps_have_channels(self, api: Api) -> None:
        steps = [STEP_ONE, {"channel": "call", "wait_days": 1, "text": "Ask for Dana"}]

        created = api.post("/v1/sequences", {"name": "Two channels", "steps": steps}).json

        shown = api.get(f"/v1/sequences/{created['id']}/steps").json["steps"]
        assert [step["channel"] for step in shown] == ["email", "call"]

    @statement(DOCUMENT, "POST /v1/sequences", "Steps can wait and branch on reply signal")
    def test_a_step_waits_and_is_left_out_after_a_reply(self, api: Api, cloud: Cloud) -> None:
        later = {"channel": "email", "wait_days": 3, "if": "no_reply", "text": "Did you see it?"}
        campaign = launched(api, contacts=2, steps=(STEP_ONE, later)).campaign_id
        eventually(cloud, lambda: len(cloud.mails()) == 2)
        replied, silent = cloud.mails()
        put_into_bucket(cloud, a_reply(replied))
        assert eventually(cloud, lambda: status(api, campaign)["audience"]["completed"] == 1)
        before = len(cloud.mails())

        cloud.run(days=4)

        eventually(cloud, lambda: len(cloud.mails()) == 3)
        later_ones = [mail.recipients for mail in cloud.mails()[2:]]
        assert (before, later_ones) == (2, [silent.recipients])

    @statement(DOCUMENT, "POST /v1/sequences", "spam-lint runs server-side before launch")
    def test_lint_stops_a_launch(self, api: Api) -> None:
        a_mailbox(api)
        steps = [{**STEP_ONE, "subject": "Re: your order"}]
        path = f"/v1/sequences/{api.post('/v1/sequences', SEQUENCE | {'steps': steps}).json['id']}"

        answer = api.post(f"{path}/launch", {"contact_ids": some_contacts(api, 1)})

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/steps/0/subject")
        assert api.get(path).json["status"] == "draft"


class TestLaunch:
    @statement(
        DOCUMENT,
        "POST /v1/sequences/:id/launch",
        "Launch a draft sequence from a warmup-safe rotated mailbox pool",
    )
    def test_mailboxes_of_the_pool_take_turns(self, api: Api, cloud: Cloud) -> None:
        second = a_mailbox(api, email=f"second@{api.domain}")
        launched(api, contacts=16)

        eventually(cloud, lambda: len(cloud.mails()) == 16)

        senders = {mail.sender for mail in cloud.mails()}
        assert senders == {f"ada@{api.domain}", second["email"]}

    @statement(DOCUMENT, "POST /v1/sequences/:id/launch", "Returns 409 if the pool is not warmed")
    def test_a_pool_that_is_not_warmed_is_a_conflict(self, api: Api) -> None:
        mailbox = a_mailbox(api)["id"]
        api.patch(f"/v1/mailboxes/{mailbox}", {"status": "paused"})
        sequence = api.post("/v1/sequences", SEQUENCE).json["id"]

        answer = api.post(f"/v1/sequences/{sequence}/launch")

        assert (answer.status, answer.json["code"]) == (409, "MAILBOX_POOL_NOT_WARMED")


class TestRevokeKey:
    @statement(
        DOCUMENT,
        "DELETE /v1/api-keys/:id",
        "Revoke an API key immediately. In-flight requests using it fail with 401 on the next call",
    )
    def test_the_next_call_is_refused(self, api: Api) -> None:
        key = api.create_key("*")
        before = api.get("/v1/contacts", key=key["key"]).status

        answer = api.delete(f"/v1/api-keys/{key['id']}")

        assert (before, answer.status, answer.json["revoked"]) == (200, 200, True)
        assert api.get("/v1/contacts", key=key["key"]).status == 401


NOT_APPLICABLE = (
    NotApplicable(
        DOCUMENT,
        "API documentation",
        "Everything the dashboard does, the API does",
        "There is no dashboard: everything is in the API.",
    ),
    NotApplicable(
        DOCUMENT,
        "One stable REST surface",
        "Public REST surface, separate from the session-cookie dashboard APIs",
        "There are no sessions: every call has an API key.",
    ),
    NotApplicable(
        DOCUMENT,
        "Build on the same system your team uses",
        "Start free in minutes. No credit card",
        "`make run` starts everything on this machine, `sam deploy` in your own account.",
    ),
)
"""What the document says about something else than the API."""
