"""A step's first read may show what stood there a moment ago: nothing is sent that is forbidden
now, and nobody is left out for what is over."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.mail import Mail
from tests.integration.feedback import notice
from tests.integration.outreach import STEP_ONE, Launched, launched, status
from tests.integration.test_claims import books, environment_of_a_worker, queued, run
from tests.integration.test_steps import CALL, again, ruled, ruled_anew

__all__ = ["environment_of_a_worker"]
BEHIND = 5
"""Seconds by which each replica is behind."""
CLOSED = {"windows": [{"days": ["sun"], "from": "03:00", "to": "03:01"}]}
OPEN: dict[str, Any] = {"windows": []}
ADDRESS = {"postal_address": "Harbour Street 5, Hamburg"}

Do = Callable[[], object]


def patched(api: Api, path: str, body: dict[str, Any]) -> Do:
    def patch() -> None:
        answer = api.patch(path, body)
        assert answer.status == 200, answer.text

    return patch


@pytest.fixture
def campaign(api: Api) -> Launched:
    return launched(api)


@pytest.fixture
def doing(api: Api, campaign: Launched) -> dict[str, Do]:
    """What may be done to a campaign, its contact and its mailbox, by name."""
    path = f"/v1/campaigns/{campaign.campaign_id}"
    contact = f"/v1/contacts/{campaign.contact_ids[0]}"
    (mailbox,) = api.get("/v1/mailboxes").json["data"]
    mailbox_path = f"/v1/mailboxes/{mailbox['id']}"
    (enrollment,) = api.get(f"{path}/enrollments").json["data"]
    steps = f"/v1/sequences/{campaign.sequence_id}/steps"
    (first, second) = api.get(steps).json["steps"]
    other = {"steps": [{**first, "text": "Hi again"}, second], "migrate": True}
    return {
        "pause the campaign": lambda: api.post(f"{path}/pause"),
        "resume the campaign": lambda: api.post(f"{path}/resume"),
        "close the window": patched(api, path, {"settings": CLOSED}),
        "open the window": patched(api, path, {"settings": OPEN}),
        "give an address": patched(api, path, {"settings": ADDRESS}),
        "opt out": patched(api, contact, {"status": "unsubscribed"}),
        "opt in": patched(api, contact, {"status": "new"}),
        "rename the contact": patched(api, contact, {"first_name": "Grace"}),
        "move the contact": patched(api, contact, {"email": "ada@new.example"}),
        "delete the contact": lambda: api.delete(contact),
        "pause the mailbox": patched(api, mailbox_path, {"status": "paused"}),
        "resume the mailbox": patched(api, mailbox_path, {"status": "active"}),
        "name the mailbox": patched(api, mailbox_path, {"name": "Ada Lovelace"}),
        "pause the enrollment": lambda: api.post(f"/v1/enrollments/{enrollment['id']}/pause"),
        "resume the enrollment": lambda: api.post(f"/v1/enrollments/{enrollment['id']}/resume"),
        "change the steps": lambda: api.put(steps, other),
    }


class TestWhatIsOver:
    @pytest.mark.parametrize(
        ("closing", "opening"),
        [
            ("pause the campaign", "resume the campaign"),
            ("close the window", "open the window"),
            ("opt out", "opt in"),
            ("pause the mailbox", "resume the mailbox"),
            ("pause the enrollment", "resume the enrollment"),
        ],
    )
    def test_keeps_nobody(
        self,
        api: Api,
        cloud: Cloud,
        campaign: Launched,
        doing: dict[str, Do],
        *,
        closing: str,
        opening: str,
    ) -> None:
        job = queued(api, cloud, campaign)
        doing[closing]()

        with cloud.replicas.behind(BEHIND):
            doing[opening]()
            outcome = run(job)

        assert (outcome, len(cloud.mails())) == ("sent", 1)

    def test_keeps_nobody_for_another_campaign(self, api: Api, cloud: Cloud) -> None:
        """It no longer gives way to the campaign that had the contact first."""
        first = ruled(api)
        cloud.clock.advance(seconds=10)
        second = again(api, first.contact_ids)
        ruled_anew(api, second, exclusive=True)
        job = queued(api, cloud, second)

        with cloud.replicas.behind(BEHIND):
            ruled_anew(api, second, exclusive=False)
            outcome = run(job)

        assert outcome == "sent"

    def test_is_no_reason_to_drop_who_just_came(self, api: Api, cloud: Cloud) -> None:
        """No replica knows the campaign yet."""
        with cloud.replicas.behind(BEHIND):
            outcome = run(queued(api, cloud, launched(api)))

        assert outcome == "sent"


class TestWhatHolds:
    @pytest.mark.parametrize(
        "what",
        [
            *("pause the campaign", "close the window", "opt out", "delete the contact"),
            *("pause the mailbox", "pause the enrollment"),
        ],
    )
    def test_forbids_the_mail(
        self, api: Api, cloud: Cloud, campaign: Launched, doing: dict[str, Do], what: str
    ) -> None:
        job = queued(api, cloud, campaign)

        with cloud.replicas.behind(BEHIND):
            doing[what]()
            run(job)

        assert cloud.mails() == []
        (enrollment,) = books(api, cloud).enrollments
        assert enrollment.sending is None

    @pytest.mark.parametrize(
        ("what", "says"),
        [
            ("give an address", lambda mail: ADDRESS["postal_address"] in _text(mail)),
            ("rename the contact", lambda mail: "Hi Grace" in _text(mail)),
            ("move the contact", lambda mail: mail.recipients == ["ada@new.example"]),
            ("name the mailbox", lambda mail: "Ada Lovelace" in mail.message["From"]),
            ("change the steps", lambda mail: "Hi again" in _text(mail)),
        ],
    )
    def test_is_what_the_mail_is_written_from(
        self,
        api: Api,
        cloud: Cloud,
        campaign: Launched,
        doing: dict[str, Do],
        *,
        what: str,
        says: Callable[[Mail], bool],
    ) -> None:
        job = queued(api, cloud, campaign)

        with cloud.replicas.behind(BEHIND):
            doing[what]()
            outcome = run(job)

        (mail,) = cloud.mails()
        assert (outcome, says(mail)) == ("sent", True)

    def test_is_what_a_task_is_written_from(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(CALL,))
        job = queued(api, cloud, campaign)

        with cloud.replicas.behind(BEHIND):
            patched(api, f"/v1/contacts/{campaign.contact_ids[0]}", {"first_name": "Grace"})()
            run(job)

        (task,) = api.get(f"/v1/messages?contact_id={campaign.contact_ids[0]}").json["data"]
        assert task["text"] == "Call Grace"

    def test_does_not_read_the_message_as_it_was(
        self, api: Api, cloud: Cloud, campaign: Launched
    ) -> None:
        """Replicas may know that an enrollment goes on and not yet that the step has its message,
        which no claim would notice."""
        job = queued(api, cloud, campaign)

        with cloud.wire.recording() as calls:
            run(job)

        first = next(call for call in calls if call.operation == "BatchGetItem")
        newest = {
            name.split("-")[2]: table["ConsistentRead"]
            for name, table in first.params["RequestItems"].items()
        }
        others = ("CampaignsTable", "ContactsTable", "EnrollmentsTable", "KeysTable")
        assert newest == {"MessagesTable": True, **dict.fromkeys(others, False)}

    def test_is_that_the_step_has_its_message(
        self, api: Api, cloud: Cloud, campaign: Launched
    ) -> None:
        """The job comes again right behind its mail."""
        job = queued(api, cloud, campaign)

        with cloud.replicas.behind(BEHIND):
            outcomes = [run(job), run(job)]

        assert (outcomes[0], len(cloud.mails())) == ("sent", 1)
        assert outcomes[1].startswith("dropped")


class TestSteps:
    def test_are_read_once_in_a_process(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 2)
        dispatch = {"workspace": api.workspace().id, "campaign_id": campaign.campaign_id}
        cloud.invoke("campaigns_dispatch", {**dispatch, "run": 1, "round": 0})
        jobs = cloud.take("StepsQueue")

        with cloud.wire.recording() as calls:
            cloud.invoke("steps_run", jobs)

        reads = [call.params["RequestItems"] for call in calls if call.operation == "BatchGetItem"]
        tables = [table for read in reads for table in read.values()]
        asked = [key["sk"]["S"] for table in tables for key in table["Keys"]]
        assert len(cloud.mails()) == 2
        assert [sk for sk in asked if sk.startswith("version#")] == ["version#00001"]


class TestNotices:
    def test_are_noted_on_a_message_that_replicas_do_not_have(self, api: Api, cloud: Cloud) -> None:
        with cloud.replicas.behind(BEHIND):
            launched(api, steps=(STEP_ONE,))
            cloud.run(hours=0.001)
            cloud.bus.carry(notice(cloud.mails()[0], "Delivery"))
            cloud.drain()

        (message,) = books(api, cloud).outgoing
        assert message.delivered_at is not None


class TestCompleting:
    def test_needs_no_replica_that_knows_of_the_last_end(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, 1)
        cloud.run(hours=1)
        (enrollment,) = api.get(f"/v1/campaigns/{campaign.campaign_id}/enrollments").json["data"]

        with cloud.replicas.behind(BEHIND):
            api.post(f"/v1/enrollments/{enrollment['id']}/stop")
            cloud.run(hours=0.005)

        assert status(api, campaign.campaign_id)["status"] == "completed"


def _text(mail: Mail) -> str:
    body = mail.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
