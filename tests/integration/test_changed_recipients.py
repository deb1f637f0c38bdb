"""What is heard of an email whose contact was merged, or got another address, since it was sent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from outrider.messages.transports import SendOutcome
from outrider.messages.transports.ses import SesTransport
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.mail import Mail
from tests.integration.feedback import soft, tell
from tests.integration.modeled import provider
from tests.integration.outreach import STEP_ONE, STEP_TWO, a_mailbox, launched
from tests.integration.replying import a_dsn, a_reply, take
from tests.integration.test_audiences import a_campaign, launch
from tests.integration.test_feedback import events
from tests.integration.test_merging import created, merge, suppressed
from tests.integration.test_model_classes import saying
from tests.integration.test_replies import ALWAYS

LOSER, WINNER = "ada0@example.com", "grace@example.com"
REFUSED = SendOutcome("refused", "550 5.1.1 User unknown", scope="recipient")


def ends(api: Api) -> dict[str, str]:
    """How enrollments ended, by contact."""
    return {each["contact_id"]: each["status"] for each in events(api, "enrollment.finished")}


class TestReply:
    """Classified by rules as it arrives, by the model, or by a person."""

    @staticmethod
    def by_rules(api: Api, cloud: Cloud, mail: Mail, winner: str, loser: str) -> None:
        merge(api, winner, loser)
        take(cloud, a_reply(mail, "Sounds great, let's talk."))

    @staticmethod
    def by_model(api: Api, cloud: Cloud, mail: Mail, winner: str, loser: str) -> None:
        with provider(api, saying("interested")):
            take(cloud, a_reply(mail, "Hm."))
            merge(api, winner, loser)
            cloud.drain()

    @staticmethod
    def by_a_person(api: Api, cloud: Cloud, mail: Mail, winner: str, loser: str) -> None:
        reply_id = take(cloud, a_reply(mail, "Hm."))["reply_id"]
        merge(api, winner, loser)
        answer = api.patch(f"/v1/messages/{reply_id}/classification", {"value": "interested"})
        assert answer.status == 200, answer.text

    @pytest.mark.parametrize("classified", [by_rules, by_model, by_a_person])
    def test_tells_of_the_contact_that_is_left(
        self, api: Api, cloud: Cloud, classified: Callable[..., None]
    ) -> None:
        campaign = launched(api, steps=(STEP_ONE, ALWAYS))
        cloud.run(hours=1)
        (loser,), winner = campaign.contact_ids, created(api, "grace")

        classified(api, cloud, cloud.mails()[0], winner, loser)
        cloud.run(hours=4)

        left = api.get(f"/v1/contacts/{winner}").json
        assert (left["status"], left["last_replied_at"] is not None) == ("interested", True)
        assert ends(api) == {loser: "replied"}
        assert len(cloud.mails()) == 1


@contextmanager
def refusing(meanwhile: Callable[[], object]) -> Iterator[None]:
    """Have SES refuse the recipient, while something happens."""

    def send(*_: object) -> SendOutcome:
        meanwhile()
        return REFUSED

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SesTransport, "send", send)
        yield


class TestBounce:
    """Told by SES, by a mail server's report, or as the email is handed over."""

    @staticmethod
    def by_ses(api: Api, cloud: Cloud, meanwhile: Callable[[], object]) -> None:
        cloud.run(hours=1)
        meanwhile()
        tell(cloud, cloud.mails()[0], "Bounce")

    @staticmethod
    def by_report(api: Api, cloud: Cloud, meanwhile: Callable[[], object]) -> None:
        cloud.run(hours=1)
        meanwhile()
        take(cloud, a_dsn(cloud.mails()[0]))
        cloud.drain()

    @staticmethod
    def as_a_refusal(api: Api, cloud: Cloud, meanwhile: Callable[[], object]) -> None:
        with refusing(meanwhile):
            cloud.run(hours=1)

    @pytest.fixture
    def winner(self, api: Api) -> str:
        """A contact in a campaign of its own, with a step that is due in a day."""
        contact_id = created(api, "grace")
        a_mailbox(api, email=f"eve@{api.domain}")
        later = {**STEP_TWO, "subject": "Later", "wait_before": {"value": 1, "unit": "days"}}
        sequence = api.post("/v1/sequences", {"name": "Later", "steps": [later]}).json["id"]
        launch(api, a_campaign(api, sequence), contact_ids=[contact_id])
        return contact_id

    @pytest.mark.parametrize("told", [by_ses, by_report, as_a_refusal])
    def test_concerns_no_other_address(
        self, api: Api, cloud: Cloud, winner: str, told: Callable[..., None]
    ) -> None:
        """The contact that is left has one of its own, and stays in its campaigns."""
        campaign = launched(api)
        (loser,) = campaign.contact_ids

        told(api, cloud, lambda: merge(api, winner, loser))
        cloud.run(hours=30)

        assert ends(api)[loser] == "bounced"
        assert suppressed(api) == {LOSER: "bounced"}
        assert events(api, "contact.suppressed")[0]["contact_id"] == winner
        assert api.get(f"/v1/contacts/{winner}").json["status"] != "bounced"
        assert cloud.mails()[-1].recipients == [WINNER]

    @pytest.mark.parametrize("told", [by_ses, by_report, as_a_refusal])
    def test_concerns_who_took_the_address_over(
        self, api: Api, cloud: Cloud, winner: str, told: Callable[..., None]
    ) -> None:
        campaign = launched(api)
        (loser,) = campaign.contact_ids

        def merged_and_moved() -> None:
            merge(api, winner, loser)
            assert api.patch(f"/v1/contacts/{winner}", {"email": LOSER}).status == 200

        told(api, cloud, merged_and_moved)
        ended = ends(api)
        cloud.run(hours=30)

        assert ended == {loser: "bounced", winner: "bounced"}
        assert api.get(f"/v1/contacts/{winner}").json["status"] == "bounced"
        assert len(cloud.mails()) <= 1

    @pytest.mark.parametrize("part", [{}, soft()], ids=["hard", "soft"])
    def test_concerns_no_corrected_address(
        self, api: Api, cloud: Cloud, part: dict[str, str]
    ) -> None:
        """The next step goes to it when it is due."""
        (contact_id,) = launched(api).contact_ids
        cloud.run(hours=1)
        (mail,) = cloud.mails()
        api.patch(f"/v1/contacts/{contact_id}", {"email": WINNER})

        tell(cloud, mail, "Bounce", **part)
        cloud.run(hours=3)

        assert [each.recipients for each in cloud.mails()] == [[LOSER], [WINNER]]
