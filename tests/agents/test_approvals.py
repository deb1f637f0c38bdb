"""Approvals: a person decides on exactly what is shown, and it happens once."""

import pytest

from outrider.agents.approvals.errors import NotProposable
from outrider.agents.approvals.models import hash_of
from outrider.agents.approvals.wiring import proposals
from outrider.kit import ids
from outrider.kit.errors import ResourceNotFound
from outrider.mcp.tools import tools
from tests.agents.proposing import CLAIM, as_agent, decide, enrolled, propose, run_calls, shown
from tests.harness.api import Answer, Api
from tests.harness.clock import Clock
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, STEP_TWO, launched, some_contacts
from tests.integration.test_retries import ended


class TestShown:
    def test_names_who_gets_what(self, api: Api, launch: str) -> None:
        approval = shown(api, launch)

        content = approval["shown"]
        assert [each["address"] for each in content["recipients"]["named"]] == [
            "ada0@example.com",
            "ada1@example.com",
        ]
        assert (content["recipients"]["count"], approval["recipient_count"]) == (2, 2)
        messages = [each for each in content["texts"] if each["form"] == "message"]
        assert (messages[0]["recipient"], messages[0]["subject"]) == (
            "ada0@example.com",
            "A question, Ada0",
        )
        templates = [each["text"] for each in content["texts"] if each["form"] == "template"]
        assert templates == [STEP_ONE["text"], STEP_TWO["text"]]
        assert content["resources"][0]["name"] == "Heads of Sales"
        assert "It reaches 2 people." in content["summary"]
        assert content["irreversible"] == "Messages that were sent cannot be taken back"
        assert approval["status"] == "pending"

    def test_of_a_retry_names_who_failed(self, api: Api, cloud: Cloud) -> None:
        """Not who replied or opted out: their enrollments have an exit reason too."""
        running = launched(api, 3)
        failed, refused, replied = running.contact_ids
        ended(api, failed, "failed", "no_mailbox: the pool is empty")
        ended(api, refused, "failed", "refused: 550")
        ended(api, replied, "replied", "interested")

        of_all = propose(api, "retry_campaign", {"campaign_id": running.campaign_id})
        one = {"campaign_id": running.campaign_id, "reasons": ["refused"]}
        of_one = propose(api, "retry_campaign", one)

        assert set(of_all.arguments["contact_ids"]) == {failed, refused}
        assert of_all.shown.recipients.count == 2
        assert [each.contact_id for each in of_one.shown.recipients.named] == [refused]

    def test_names_leads_of_a_list(self, api: Api) -> None:
        leads = [
            api.post("/v1/leads", {"email": f"{name}@example.com"}).json["id"]
            for name in ("ada", "bob")
        ]

        approval = propose(api, "reject_leads", {"ids": leads})

        named = [(each.kind, each.id, each.name) for each in approval.shown.resources]
        assert named == [
            ("lead", leads[0], "ada@example.com"),
            ("lead", leads[1], "bob@example.com"),
        ]
        with pytest.raises(NotProposable, match="1 to 20"):
            propose(api, "reject_leads", {"ids": [*leads * 11]})
        with pytest.raises(NotProposable, match="message_ids"):
            propose(api, "settle_messages", {"outcome": "sent"})

    def test_is_what_the_hash_is_over(self, api: Api, cloud: Cloud, sequence: str) -> None:
        arguments = {"sequence_id": sequence, "contact_ids": some_contacts(api, 1)}
        approval = propose(api, "launch_sequence", arguments)

        again = propose(api, "launch_sequence", arguments)

        assert approval.hash == hash_of(approval.tool, approval.arguments, approval.shown)
        assert (again.hash, again.shown) == (approval.hash, approval.shown)

    def test_of_a_filter_holds_the_contacts_of_now(
        self, api: Api, cloud: Cloud, sequence: str
    ) -> None:
        found = some_contacts(api, 90)
        arguments = {"sequence_id": sequence, "filter": {"status": "new"}}
        approval = propose(api, "launch_sequence", arguments)

        some_contacts(api, 1, name="adam")

        assert sorted(approval.arguments["contact_ids"]) == sorted(found)
        assert approval.shown.recipients.count == 90
        assert decide(api, approval.id).json["status"] == "executed"
        assert enrolled(api, sequence) == 50  # a page; the rest is behind it

    def test_names_a_hundred_and_binds_all(self, api: Api, cloud: Cloud, sequence: str) -> None:
        found = some_contacts(api, 120)
        arguments = {"sequence_id": sequence, "contact_ids": found}
        approval = propose(api, "launch_sequence", arguments)

        api.patch(f"/v1/contacts/{found[-1]}", {"first_name": "Mallory"})
        answer = decide(api, approval.id)

        assert (approval.shown.recipients.count, len(approval.shown.recipients.named)) == (120, 100)
        assert (answer.status, answer.json["code"]) == (409, "APPROVAL_CHANGED")

    def test_of_a_deletion_names_what_is_lost(self, api: Api, cloud: Cloud, sequence: str) -> None:
        approval = propose(api, "delete_sequence", {"sequence_id": sequence})

        assert approval.arguments["if_match"] == 1
        assert approval.shown.resources[0].name == "Heads of Sales"
        assert approval.shown.irreversible == "What is deleted cannot be restored"

    def test_of_a_change_says_from_what_to_what(self, api: Api, cloud: Cloud) -> None:
        (contact,) = some_contacts(api, 1)
        arguments = {"contact_id": contact, "first_name": "Grace"}
        approval = propose(api, "update_contact", arguments)

        (change,) = approval.shown.changes
        assert (change.field, change.before, change.after) == ("first_name", "Ada0", "Grace")
        assert decide(api, approval.id).json["result"]["content"]["first_name"] == "Grace"

    def test_of_a_campaign_has_the_steps_that_it_sends(
        self, api: Api, cloud: Cloud, sequence: str
    ) -> None:
        """Its sequence has others by now."""
        campaign = api.post("/v1/campaigns", {"name": "Own", "sequence_id": sequence}).json["id"]
        api.post(f"/v1/campaigns/{campaign}/launch", {"contact_ids": some_contacts(api, 1)})
        api.put(f"/v1/sequences/{sequence}/steps", {"steps": [{**STEP_ONE, "text": "Buy!"}]})

        (eve,) = some_contacts(api, 1, name="eve")
        approval = propose(api, "trigger_campaign", {"campaign_id": campaign, "contact_id": eve})

        assert [each.text for each in approval.shown.texts] == [STEP_ONE["text"], STEP_TWO["text"]]

    def test_needs_something_that_exists(self, api: Api, cloud: Cloud) -> None:
        with pytest.raises(ResourceNotFound):
            propose(api, "delete_sequence", {"sequence_id": "seq_0"})

    def test_is_bounded(self, api: Api, cloud: Cloud, sequence: str) -> None:
        arguments = {"sequence_id": sequence, "contact_ids": some_contacts(api, 2)}
        steps = [{**STEP_ONE, "text": "x" * 40_000}, {**STEP_TWO, "text": "y" * 40_000}]
        api.put(f"/v1/sequences/{sequence}/steps", {"steps": steps})

        with pytest.raises(NotProposable):
            propose(api, "launch_sequence", arguments)

    def test_is_stored_once(self, api: Api, sequence: str) -> None:
        run_id, approval_id = ids.new("agr"), ids.new("apr")
        caller, calls = run_calls(api, run_id)
        tool, arguments = tools()["delete_sequence"], {"sequence_id": sequence}
        first, again = (
            proposals(caller, calls).propose(approval_id, run_id, tool, arguments) for _ in range(2)
        )

        assert again == first


class TestApprove:
    def test_makes_the_call_once_as_the_approver(
        self, api: Api, cloud: Cloud, sequence: str, launch: str
    ) -> None:
        first, second = decide(api, launch, hash=shown(api, launch)["hash"]), decide(api, launch)

        assert (first.status, first.json["status"]) == (200, "executed")
        assert second.json == first.json
        assert first.json["result"]["content"]["counts"] == {"added": 2, "skipped": 0}
        assert enrolled(api, sequence) == 2
        cloud.drain()
        events = api.get("/v1/events?type=sequence.launched").json["data"]
        decided = api.get("/v1/events?type=agent.approval_decided").json["data"]
        assert [each["actor"] for each in (*events, *decided)] == [first.json["decided_by"]] * 2
        requested = api.get("/v1/events?type=agent.approval_requested").json["data"]
        assert [each["actor"] for each in requested] == [f"agent:{first.json['run_id']}"]

    @pytest.mark.parametrize(
        ("change", "what"),
        [
            ({"first_name": "Grace"}, "a recipient"),
            ({"email": "mallory@example.com"}, "a recipient"),
        ],
    )
    def test_is_refused_if_a_recipient_changed(
        self, api: Api, sequence: str, launch: str, change: dict[str, str], what: str
    ) -> None:
        contact = shown(api, launch)["shown"]["recipients"]["named"][1]["contact_id"]
        api.patch(f"/v1/contacts/{contact}", change)

        answer = decide(api, launch)

        assert (answer.status, answer.json["code"]) == (409, "APPROVAL_CHANGED")
        assert what in answer.json["detail"]
        assert (enrolled(api, sequence), shown(api, launch)["status"]) == (0, "pending")

    def test_is_refused_if_a_text_changed(self, api: Api, sequence: str, launch: str) -> None:
        api.put(f"/v1/sequences/{sequence}/steps", {"steps": [{**STEP_ONE, "text": "Buy!"}]})

        answer = decide(api, launch)

        assert (answer.json["code"], enrolled(api, sequence)) == ("APPROVAL_CHANGED", 0)

    def test_is_refused_if_something_was_deleted(
        self, api: Api, sequence: str, launch: str
    ) -> None:
        api.delete(f"/v1/sequences/{sequence}")

        assert "deleted" in decide(api, launch).json["detail"]

    def test_is_refused_with_another_hash(self, api: Api, sequence: str, launch: str) -> None:
        answer = decide(api, launch, hash="0" * 64)

        assert (answer.json["code"], enrolled(api, sequence)) == ("APPROVAL_CHANGED", 0)

    def test_is_refused_after_fifteen_minutes(
        self, api: Api, clock: Clock, sequence: str, launch: str
    ) -> None:
        clock.advance(minutes=15)

        answer = decide(api, launch)

        assert (answer.status, answer.json["code"]) == (409, "APPROVAL_EXPIRED")
        assert (enrolled(api, sequence), shown(api, launch)["status"]) == (0, "expired")

    def test_needs_the_scopes_of_the_call(self, api: Api, sequence: str, launch: str) -> None:
        key = api.key("agent", "sequences:write")

        answer = decide(api, launch, key=key)
        unseen = api.get(f"/v1/agent/approvals/{launch}", key=key)

        assert (answer.status, answer.json["code"], unseen.status) == (403, "SCOPE_DENIED", 403)
        assert "contacts:read" in answer.json["detail"]
        assert (enrolled(api, sequence), shown(api, launch)["status"]) == (0, "pending")

    def test_says_what_the_api_refused(self, api: Api, cloud: Cloud, sequence: str) -> None:
        campaign = api.post("/v1/campaigns", {"name": "Draft", "sequence_id": sequence}).json["id"]
        arguments = {"campaign_id": campaign, "contact_id": some_contacts(api, 1)[0]}
        approval = propose(api, "trigger_campaign", arguments)

        answer = decide(api, approval.id)

        assert (answer.status, answer.json["status"]) == (200, "failed")
        assert answer.json["result"]["content"]["code"] == "CAMPAIGN_NOT_ACTIVE"
        assert decide(api, approval.id).json == answer.json

    def test_is_open_while_the_answer_of_the_call_is_not_known(
        self, api: Api, cloud: Cloud, sequence: str, launch: str
    ) -> None:
        with cloud.wire.refuse("dynamodb", "TransactWriteItems", "InternalServerError"):
            lost = decide(api, launch)
        again = decide(api, launch)

        assert (lost.status, "retry-after" in lost.headers) == (503, True)
        assert again.json["status"] == "executed"
        assert enrolled(api, sequence) == 2

    def test_is_taken_over_by_nobody_else(self, api: Api, cloud: Cloud, launch: str) -> None:
        with cloud.wire.refuse("dynamodb", "TransactWriteItems", "InternalServerError"):
            decide(api, launch)

        other = decide(api, launch, key=api.key("*"))

        assert (other.status, shown(api, launch)["status"]) == (409, "executing")


class TestReject:
    def test_makes_sure_that_nothing_happens(self, api: Api, sequence: str, launch: str) -> None:
        first, second = decide(api, launch, "reject"), decide(api, launch, "reject")

        assert (first.status, first.json["status"]) == (200, "rejected")
        assert second.json == first.json
        assert decide(api, launch).status == 409
        assert enrolled(api, sequence) == 0

    def test_comes_too_late_after_an_approval(self, api: Api, launch: str) -> None:
        decide(api, launch)

        answer = decide(api, launch, "reject")

        assert (answer.status, shown(api, launch)["status"]) == (409, "executed")


class TestAgent:
    @pytest.mark.parametrize("decision", ["approve", "reject"])
    def test_can_never_decide(
        self, api: Api, cloud: Cloud, sequence: str, launch: str, decision: str
    ) -> None:
        """Even with every scope."""
        path = f"/v1/agent/approvals/{launch}"
        answer = as_agent(api, cloud, path, {"decision": decision})

        assert answer["statusCode"] == 403
        assert (enrolled(api, sequence), shown(api, launch)["status"]) == (0, "pending")


class TestList:
    def test_has_no_personal_data(self, api: Api, launch: str) -> None:
        answer = api.get("/v1/agent/approvals")

        assert [each["id"] for each in answer.json["data"]] == [launch]
        assert "ada0" not in answer.text

    def test_is_of_one_status(self, api: Api, cloud: Cloud, clock: Clock, launch: str) -> None:
        (contact,) = some_contacts(api, 1, name="eve")
        deletion = propose(api, "delete_contact", {"contact_id": contact}).id
        decide(api, deletion, "reject")

        def ids(status: str) -> list[str]:
            rows = api.get(f"/v1/agent/approvals?status={status}").json["data"]
            return [each["id"] for each in rows]

        assert (ids("pending"), ids("rejected"), ids("expired")) == ([launch], [deletion], [])
        clock.advance(minutes=20)
        assert (ids("pending"), ids("expired")) == ([], [launch])


class TestCrash:
    """After each AWS call from the claim on; what is before it only reads."""

    LAST = 35

    @pytest.mark.parametrize("number", range(CLAIM - 1, LAST))
    def test_leaves_one_launch(
        self, api: Api, cloud: Cloud, sequence: str, launch: str, number: int
    ) -> None:
        with cloud.wire.crash_at(number, "after") as crashed:
            decide(api, launch)
        cloud.clock.advance(seconds=40)

        answer = decide(api, launch)

        assert crashed()
        assert (answer.status, answer.json["status"]) == (200, "executed")
        assert_launched_once(api, cloud, sequence)

    def test_can_be_repeated_only_after_the_lease(
        self, api: Api, cloud: Cloud, sequence: str, launch: str
    ) -> None:
        with cloud.wire.crash_at(CLAIM + 1, "after"):
            decide(api, launch)

        answer = decide(api, launch)

        assert (answer.status, int(answer.headers["retry-after"]) <= 35) == (409, True)
        assert enrolled(api, sequence) == 0


class TestRace:
    @pytest.mark.parametrize("is_same_key", [True, False])
    def test_of_two_approvals_launches_once(
        self, api: Api, cloud: Cloud, sequence: str, launch: str, is_same_key: bool
    ) -> None:
        other = api.workspace().live_key if is_same_key else api.key("*")
        answers: list[Answer] = []
        with cloud.wire.once_after(
            "GetItem", lambda: answers.append(decide(api, launch, key=other))
        ):
            late = decide(api, launch)

        assert [each.status for each in answers] == [200]
        assert late.status == (200 if is_same_key else 409)
        assert_launched_once(api, cloud, sequence)

    def test_of_an_approval_and_a_rejection_has_one_winner(
        self, api: Api, cloud: Cloud, sequence: str, launch: str
    ) -> None:
        with cloud.wire.once_after("GetItem", lambda: decide(api, launch, "reject")):
            late = decide(api, launch)

        assert (late.status, enrolled(api, sequence)) == (409, 0)


def assert_launched_once(api: Api, cloud: Cloud, sequence: str) -> None:
    assert enrolled(api, sequence) == 2
    cloud.drain()
    for name in ("agent.approval_decided", "sequence.launched"):
        assert len(api.get(f"/v1/events?type={name}").json["data"]) == 1
