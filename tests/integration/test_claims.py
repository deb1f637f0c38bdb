"""The claim of a step: what two workers do at once, and what is committed behind the last look."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any

import pytest

from outrider.access.models import Caller, WorkspaceId
from outrider.campaigns.models import StepJob
from outrider.campaigns.wiring import company_replies
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.contacts.touches import Touches
from outrider.kit import clock
from outrider.kit.aws.dynamodb import StoreFailed, Table, transact
from outrider.kit.settings import settings as names
from outrider.messages.sending.steps import StepHeld
from outrider.messages.transports import SendOutcome
from outrider.messages.transports.ses import SesTransport
from outrider.messages.wiring import steps
from tests.engine.invariants import Books, wrong, wrong_at_rest
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When
from tests.harness.stack import environment
from tests.integration.outreach import STEP_ONE, Launched, launched, status
from tests.integration.test_steps import ruled

ADDRESS, OTHER = "ada0@example.com", "ada.old@example.com"


@pytest.fixture(autouse=True)
def environment_of_a_worker(cloud: Cloud) -> Iterator[None]:
    with environment(cloud.stack.environment("steps_run")):
        yield


def queued(api: Api, cloud: Cloud, campaign: Launched) -> StepJob:
    """The first step of the campaign's contact, as it lies in the queue."""
    round_ = {"campaign_id": campaign.campaign_id, "run": 1, "round": 0}
    cloud.invoke("campaigns_dispatch", {"workspace": api.workspace().id, **round_})
    (message,) = cloud.queue("StepsQueue").receive(10)
    return StepJob.model_validate_json(message.body)


def run(job: StepJob) -> str:
    """Carry the step out as a worker that no timeout ends: Lambda may freeze one."""
    return steps(Caller.engine(WorkspaceId(job.workspace)), job.campaign_id).run(job)


def books(api: Api, cloud: Cloud) -> Books:
    return Books(cloud, api.workspace().id)


def last_contacts(api: Api) -> Touches:
    return Touches(Table(names().contacts_table), WorkspaceId(api.workspace().id))


def suppress_address(api: Api, address: str = ADDRESS) -> None:
    api.post("/v1/suppressions", {"address": address, "reason": "manual"})


class TestTwoWorkers:
    @pytest.mark.parametrize("other", ["done", "sending"])
    def test_send_one_mail(self, api: Api, cloud: Cloud, other: str) -> None:
        """Both have read the step before one of them claims it. That the first one changes what is
        shown of the contact does not stop the second: it was written to before."""
        campaign = launched(api)
        job = queued(api, cloud, campaign)
        last_contacts(api).take(campaign.contact_ids[0], "cam_1", clock.now(), timedelta())

        def first() -> None:
            if other == "done":
                run(job)
            else:
                with cloud.wire.crash_at("SendEmail"):
                    run(job)

        with suppress(StepHeld), cloud.wire.once_after("BatchGetItem", first):
            run(job)

        assert len(cloud.mails()) == (other == "done")
        assert list(wrong(books(api, cloud))) == []

    def test_leave_a_person_waiting_who_stops_it_meanwhile(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        job = queued(api, cloud, campaign)
        enrollments = f"/v1/campaigns/{campaign.campaign_id}/enrollments"
        (enrollment,) = api.get(enrollments).json["data"]
        path = f"/v1/enrollments/{enrollment['id']}/stop"
        answers = []

        with cloud.wire.once_after("UpdateItem", lambda: answers.append(api.post(path))):
            outcome = run(job)

        assert ([answer.status for answer in answers], outcome) == ([409], "sent")

    def test_find_one_message_lost(self, api: Api, cloud: Cloud) -> None:
        job = queued(api, cloud, launched(api))
        with cloud.wire.crash_at("SendEmail", "after"):
            run(job)
        cloud.clock.advance(minutes=3)

        with cloud.wire.once_after("BatchGetItem", lambda: run(job)):
            run(job)
        cloud.drain()

        assert [each.state for each in books(api, cloud).outgoing] == ["unknown"]
        assert list(wrong_at_rest(books(api, cloud))) == []


class TestLostAnswer:
    def test_of_a_claim_is_asked_for_again(self, api: Api, cloud: Cloud) -> None:
        job = queued(api, cloud, launched(api))

        with cloud.wire.lose("UpdateItem"):
            outcome = run(job)

        assert (outcome, len(cloud.mails())) == ("sent", 1)

    @pytest.mark.parametrize("undone", ["released", "put_back", "deferred"])
    def test_of_undoing_a_claim_leaves_the_next_claim_alone(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, undone: str
    ) -> None:
        """Before the worker sends the lost call again, another one claims the step, hands its mail
        over, and dies."""
        campaign = launched(api)
        job = queued(api, cloud, campaign)
        path = f"/v1/campaigns/{campaign.campaign_id}"

        def other(_: float) -> None:
            monkeypatch.undo()
            if undone == "deferred":
                api.post(f"{path}/resume")
            with cloud.wire.crash_at("SendEmail", "after") as died:
                run(job.model_copy(update={"due_at": None}))  # as if of another round
            assert died()

        def lose(operation: str, skip: int = 0) -> None:
            monkeypatch.setattr("outrider.kit.aws.dynamodb_transport.time.sleep", other)
            watch.enter_context(cloud.wire.lose(operation, skip=skip))

        def change() -> None:
            if undone == "released":
                api.patch(f"/v1/contacts/{campaign.contact_ids[0]}", {"email": "a@new.example"})
            if undone == "deferred":
                api.post(f"{path}/pause")
            if undone != "put_back":
                lose("UpdateItem")

        def refuse(transport: SesTransport, *mail: Any) -> SendOutcome:
            monkeypatch.undo()
            lose("UpdateItem")
            return SendOutcome("not_accepted", "too fast", scope="connection")

        with ExitStack() as watch:
            if undone == "put_back":
                monkeypatch.setattr(SesTransport, "send", refuse)
            watch.enter_context(cloud.wire.once_after("UpdateItem", change))
            with suppress(StepHeld):
                run(job)
        cloud.clock.advance(minutes=3)
        run(job)
        cloud.drain()

        assert len(cloud.mails()) == 1
        (message,) = api.get("/v1/messages?status=unknown").json["data"]
        assert "Ada0" in api.get(f"/v1/messages/{message['id']}").json["text"]
        assert [each.state for each in books(api, cloud).outgoing] == ["unknown"]
        assert list(wrong_at_rest(books(api, cloud))) == []


class TestLook:
    @pytest.mark.parametrize(
        "what",
        [
            *("address", "domain", "other_address", "unsubscribed", "deleted", "bounce", "company"),
            *("campaign", "mailbox"),
        ],
    )
    def test_honours_what_was_committed_before_it(self, api: Api, cloud: Cloud, what: str) -> None:
        """The claim is made already; behind it comes the last look."""
        campaign = ruled(api, stop_for_company=True)
        (contact_id,) = campaign.contact_ids
        if what == "other_address":
            old = api.post("/v1/contacts", {"email": OTHER}).json["id"]
            api.post("/v1/contacts/merge", {"winner_id": contact_id, "loser_ids": [old]})
        job = queued(api, cloud, campaign)
        workspace = WorkspaceId(job.workspace)
        mailbox = f"/v1/mailboxes/{job.mailbox_id}"
        shut_out: dict[str, Callable[[], object]] = {
            "address": lambda: suppress_address(api),
            "domain": lambda: api.post(
                "/v1/suppressions", {"domain": "example.com", "reason": "manual"}
            ),
            "other_address": lambda: api.post(
                "/v1/suppressions", {"address": OTHER, "reason": "unsubscribed"}
            ),
            "unsubscribed": lambda: api.patch(
                f"/v1/contacts/{contact_id}", {"status": "unsubscribed"}
            ),
            "deleted": lambda: api.delete(f"/v1/contacts/{contact_id}"),
            "bounce": lambda: transact(
                GlobalBounces(Table(names().contacts_table), workspace).add_action(ADDRESS)
            ),
            "company": lambda: transact(
                company_replies(workspace, job.campaign_id).note_action(
                    "example.com", clock.timestamp()
                )
            ),
            "campaign": lambda: api.post(f"/v1/campaigns/{job.campaign_id}/pause"),
            "mailbox": lambda: api.patch(mailbox, {"status": "paused"}),
        }

        with cloud.wire.once_after("UpdateItem", shut_out[what]):
            run(job)

        assert cloud.mails() == []
        (enrollment,) = books(api, cloud).enrollments
        ends = {"bounce": "bounced", "company": "company_replied", "deleted": "stopped"}
        goes_on = what in ("campaign", "mailbox")
        assert enrollment.state == ("active" if goes_on else ends.get(what, "opted_out"))
        assert enrollment.sending is None
        assert list(wrong(books(api, cloud))) == []

    @pytest.mark.parametrize("unread", [False, True], ids=["", "unread"])
    def test_is_made_again_behind_a_wait_for_the_rate(
        self, api: Api, cloud: Cloud, *, unread: bool
    ) -> None:
        """The opt-out is answered while the worker waits for its turn at SES."""
        job = queued(api, cloud, launched(api))
        refused = cloud.wire.refuse("sesv2", "SendEmail", "TooManyRequestsException", times=1)

        with ExitStack() as watch, refused:

            def opt_out() -> None:
                suppress_address(api)
                if unread:
                    watch.enter_context(cloud.wire.throttle_at(1))

            watch.enter_context(cloud.wire.once_after("SendEmail", opt_out))
            run(job)
        cloud.run(hours=1)

        found = books(api, cloud)
        assert cloud.mails() == []
        assert [each.state for each in found.enrollments] == ["opted_out"]
        assert list(wrong_at_rest(found)) == []

    def test_keeps_the_interval(self, api: Api, cloud: Cloud) -> None:
        """Another campaign notes its contact behind the look."""
        campaign = launched(api, settings={"min_interval_hours": 12})
        job = queued(api, cloud, campaign)

        def touch() -> None:
            last_contacts(api).take(campaign.contact_ids[0], "cam_1", clock.now(), timedelta())

        def look() -> None:
            watch.enter_context(cloud.wire.once_after("BatchGetItem", touch))

        with ExitStack() as watch, cloud.wire.once_after("UpdateItem", look):
            outcome = run(job)

        assert (outcome, cloud.mails()) == ("deferred: recently_contacted", [])

    def test_is_consistent(self, api: Api, cloud: Cloud) -> None:
        job = queued(api, cloud, launched(api))

        with cloud.wire.recording() as calls:
            run(job)

        reads = [call.params["RequestItems"] for call in calls if call.operation == "BatchGetItem"]
        assert len(reads) == 2
        assert all(table["ConsistentRead"] for table in reads[1].values())

    def test_sends_to_the_address_that_the_contact_has_then(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        job = queued(api, cloud, campaign)
        change = {"email": "ada@new.example"}

        with cloud.wire.once_after(
            "UpdateItem", lambda: api.patch(f"/v1/contacts/{campaign.contact_ids[0]}", change)
        ):
            run(job)

        assert [mail.recipients for mail in cloud.mails()] == [["ada@new.example"]]


class TestSaid:
    """What a mail says is written behind the last look, right before it is sent."""

    @pytest.mark.parametrize(
        ("died_at", "when", "text"),
        [
            ("PutItem", "before", None),
            ("PutItem", "after", "Hi Ada0"),
            ("SendEmail", "before", "Hi Ada0"),
            ("SendEmail", "after", "Hi Ada0"),
        ],
    )
    def test_is_known_of_a_message_that_was_lost(
        self, api: Api, cloud: Cloud, died_at: str, when: When, text: str | None
    ) -> None:
        """As it was written, whatever has changed since. Nothing was sent of which nothing is."""
        campaign = launched(api)
        job = queued(api, cloud, campaign)
        with cloud.wire.crash_at(died_at, when):
            run(job)
        api.patch(f"/v1/contacts/{campaign.contact_ids[0]}", {"first_name": "Grace"})
        cloud.clock.advance(minutes=3)

        assert run(job) == "unknown"

        (message,) = api.get("/v1/messages?status=unknown").json["data"]
        said = (message["text"] or "").partition("\n")[0], message["subject"]
        assert said == ((text, "A question, Ada0") if text else ("", None))
        assert len(cloud.mails()) == (when == "after" and died_at == "SendEmail")
        assert message["recipient"] == ADDRESS

    def test_that_cannot_be_written_is_not_sent(self, api: Api, cloud: Cloud) -> None:
        """DynamoDB takes nothing at that moment: the claim is given back, and made again later."""
        campaign = launched(api)
        job = queued(api, cloud, campaign)
        before = cloud.snapshot()
        with cloud.wire.recording() as calls:
            run(job)
        place = [call.operation for call in calls].index("PutItem") + 1
        cloud.restore(before)

        with cloud.wire.throttle_at(place), pytest.raises(StoreFailed):
            run(job)

        (enrollment,) = books(api, cloud).enrollments
        assert (enrollment.state, enrollment.sending, cloud.mails()) == ("active", None, [])
        assert last_contacts(api).get(campaign.contact_ids[0]) is None
        assert run(job) == "sent"
        assert len(cloud.mails()) == 1

    def test_again_is_as_it_is_sent(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """SES took nothing at first, and the contact has changed since."""
        campaign = launched(api)
        job = queued(api, cloud, campaign)
        busy = SendOutcome("not_accepted", "SES is busy", scope="rate")
        with monkeypatch.context() as patched:
            patched.setattr(SesTransport, "send", lambda *_: busy)
            run(job)
        api.patch(f"/v1/contacts/{campaign.contact_ids[0]}", {"first_name": "Grace"})

        cloud.run(hours=1)

        (message,) = api.get(f"/v1/messages?contact_id={job.contact_id}").json["data"]
        assert (message["subject"], message["text"][:8]) == ("A question, Grace", "Hi Grace")


class TestRecord:
    def test_is_tried_until_the_lease_ends(self, api: Api, cloud: Cloud) -> None:
        """DynamoDB takes nothing for some seconds behind the mail."""
        job = queued(api, cloud, launched(api))

        with ExitStack() as stack:
            refuse = cloud.wire.throttle_at(1, attempts=9)
            with cloud.wire.once_after("SendEmail", lambda: stack.enter_context(refuse)):
                outcome = run(job)

        assert (outcome, len(cloud.mails())) == ("sent", 1)


class TestGateThatClosed:
    def test_keeps_nobody_once_it_is_open_again(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE,))
        job = queued(api, cloud, campaign)
        path = f"/v1/campaigns/{campaign.campaign_id}"

        with cloud.wire.once_after("UpdateItem", lambda: api.post(f"{path}/pause")):
            run(job)
        api.post(f"{path}/resume")
        cloud.run(hours=1)

        assert len(cloud.mails()) == 1
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 1
