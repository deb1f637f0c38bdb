"""Leads whose first message a person approved: exactly that goes out, from its mailbox."""

from typing import Any

import pytest

from outrider.campaigns.enrollments.first_messages import FirstMessage
from outrider.campaigns.errors import ApprovedStepGone
from outrider.kit import ids
from outrider.messages.errors import NotDrafted
from outrider.messages.models import Content
from outrider.messages.transports import SendOutcome
from outrider.messages.transports.ses import SesTransport
from tests.engine.invariants import Books, wrong_at_rest
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.mail import Mail
from tests.integration.enrolled_leads import a_contact, draft, enroll
from tests.integration.outreach import HTML_STEP, STEP_ONE, STEP_TWO, a_mailbox, tracking_path

SPUN = {**HTML_STEP, "subject": "{Hi|Hello|Hey}, {{ first_name }}", "text": "{One|Two|Three}"}
LITERAL = Content(
    subject="{a|b} {{ first_name }}",
    text="{One|Two} {{ nobody }} {% raw %}\r\nBcc: eve@example.com",
    html="<p>{One|Two} {{ nobody }}</p>",
)


def a_campaign(api: Api, *steps: dict[str, Any], **settings: Any) -> tuple[str, str]:
    """A campaign that runs, without anybody, and its sequence."""
    body = {
        "name": "First",
        "steps": list(steps or (SPUN, STEP_TWO)),
        "settings": {"keep_running": True, "postal_address": "1 Main Street", **settings},
    }
    sequence = api.post("/v1/sequences", body).json
    answer = api.post(f"/v1/sequences/{sequence['id']}/launch")
    assert answer.status == 200, answer.text
    return answer.json["campaign_id"], sequence["id"]


def bodies(mail: Mail) -> tuple[str, str, str]:
    """Subject, text and HTML of a mail, with line breaks as they are shown."""
    parts = [mail.message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (plain(str(part.get_content())) if part else "" for part in parts)
    return str(mail.message["Subject"]), text, html


def plain(text: str) -> str:
    """The text with the line breaks that it is shown with."""
    return text.replace("\r\n", "\n").rstrip("\n")


def sendable(first: FirstMessage, mail: Mail) -> tuple[str, str, str]:
    """What is shown, with the recipient's link to unsubscribe in the place of that without
    effect."""
    real = mail.message["List-Unsubscribe"].strip("<>")
    link = first.text.rpartition("Unsubscribe: ")[2].strip()
    text, html = (plain(body.replace(link, real)) for body in (first.text, first.html or ""))
    return first.subject, text, html


def ended(cloud: Cloud) -> tuple[str, str | None]:
    (enrollment,) = Books(cloud, cloud.api.workspace().id).enrollments
    return enrollment.state, enrollment.exit_reason


class TestDraft:
    def test_is_what_the_first_step_sends(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        campaign, _ = a_campaign(api)
        contact_id = a_contact(api)

        first = draft(cloud, campaign, contact_id)
        enroll(cloud, campaign, contact_id)
        cloud.run(hours=0.1)

        (mail,) = cloud.mails()
        assert bodies(mail) == sendable(first, mail)
        assert "1 Main Street" in first.text

    def test_has_links_without_effect(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        campaign, _ = a_campaign(api)
        contact_id = a_contact(api)

        link = draft(cloud, campaign, contact_id).text.rpartition("https://api.outrider.test")[2]
        api.post(link.strip(), b"List-Unsubscribe=One-Click", key=None)

        assert api.get(f"/v1/contacts/{contact_id}").json["status"] == "new"

    def test_shares_the_contacts_among_the_mailboxes_by_their_caps(
        self, api: Api, cloud: Cloud
    ) -> None:
        big = a_mailbox(api, daily_cap=900)["id"]
        small = a_mailbox(api, email="eve@outrider.test", daily_cap=100)["id"]
        paused = a_mailbox(api, email="bob@outrider.test")["id"]
        api.patch(f"/v1/mailboxes/{paused}", {"status": "paused"})
        campaign, _ = a_campaign(api)

        chosen = [
            draft(cloud, campaign, a_contact(api, f"ada{number}@example.com")).mailbox_id
            for number in range(40)
        ]

        assert set(chosen) <= {big, small}
        assert chosen.count(big) > chosen.count(small) > 0

    def test_says_why_it_cannot_be_made(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api)["id"]
        campaign, _ = a_campaign(api, {**STEP_ONE, "text": "At {{ company }}, {{ title }}"})
        contact_id = a_contact(api)

        with pytest.raises(NotDrafted, match="no company") as missing:
            draft(cloud, campaign, contact_id)
        api.delete(f"/v1/mailboxes/{mailbox}")
        with pytest.raises(NotDrafted, match="no mailbox in pool_default") as nobody:
            draft(cloud, campaign, contact_id)

        assert [each.value.reason for each in (missing, nobody)] == ["missing_value", "no_mailbox"]

    def test_of_a_step_without_email_has_its_text(self, api: Api, cloud: Cloud) -> None:
        campaign, _ = a_campaign(
            api, {"channel": "call", "wait_days": 0, "text": "Call {{ email }}"}
        )

        first = draft(cloud, campaign, a_contact(api))

        assert (first.text, first.subject, first.mailbox_id) == ("Call ada@example.com", "", "")


class TestApproved:
    @pytest.mark.parametrize("words", [None, LITERAL], ids=["rendered", "written"])
    def test_goes_out_as_it_is_whatever_changes(
        self, api: Api, cloud: Cloud, words: Content | None
    ) -> None:
        mailbox = a_mailbox(api)["id"]
        campaign, sequence = a_campaign(api, track_clicks=True, track_opens=True)
        contact_id = a_contact(api)
        first = draft(cloud, campaign, contact_id, words)
        a_mailbox(api, email="eve@outrider.test", daily_cap=100_000)
        one, two = api.get(f"/v1/sequences/{sequence}/steps").json["steps"]
        steps = [{**one, "variants": [{"subject": "New", "text": "New"}]}, two]
        api.put(f"/v1/sequences/{sequence}/steps", {"steps": steps, "migrate": True})
        api.patch(f"/v1/contacts/{contact_id}", {"first_name": "Eve"})

        outcome = enroll(cloud, campaign, contact_id, approved=first)
        cloud.run(hours=0.1)

        (mail,) = cloud.mails()
        assert first.mailbox_id == mailbox
        assert mail.sender.endswith("<ada@outrider.test>") or mail.sender == "ada@outrider.test"
        subject, text, html = bodies(mail)
        assert (subject, text) == sendable(first, mail)[:2]
        assert html.count('width="1"') == 1
        (message,) = Books(cloud, api.workspace().id).outgoing
        kept = api.get(f"/v1/messages/{message.id}").json
        assert (kept["subject"], kept["mailbox_id"]) == (first.subject, mailbox)
        assert sendable(first, mail)[2] == (kept["html"] or "").rstrip("\n")
        assert outcome.enrollment is not None
        assert outcome.enrollment.approved_step_id == one["id"]

    def test_is_followed_by_the_templates_in_its_thread(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        campaign, _ = a_campaign(api)
        contact_id = a_contact(api)
        enroll(cloud, campaign, contact_id, approved=draft(cloud, campaign, contact_id, LITERAL))
        cloud.run(hours=3)

        first, second = cloud.mails()

        assert str(second.message["Subject"]) == f"Re: {LITERAL.subject}"
        assert first.message_id in second.message["In-Reply-To"]
        assert second.message.get_content().startswith("Did you see it, Ada?")
        assert "effective" not in tracking_path(first, "u")
        assert list(wrong_at_rest(Books(cloud, api.workspace().id))) == []

    def test_is_sent_as_approved_when_it_is_retried(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The new generation has a message of its own, and so another link to unsubscribe."""
        mailbox = a_mailbox(api)["id"]
        campaign, _ = a_campaign(api)
        contact_id = a_contact(api)
        first = draft(cloud, campaign, contact_id)
        refused = SendOutcome("refused", "554 5.7.1 rejected", scope="content")
        with monkeypatch.context() as patched:
            patched.setattr(SesTransport, "send", lambda *_: refused)
            enroll(cloud, campaign, contact_id, approved=first)
            cloud.run(hours=0.1)
        failed = ended(cloud)[0]
        a_mailbox(api, email="eve@outrider.test", daily_cap=100_000)

        api.post(f"/v1/campaigns/{campaign}/retry", {})
        cloud.run(hours=0.5)

        (mail,) = cloud.mails()
        assert failed == "failed"
        assert bodies(mail) == sendable(first, mail)
        assert {each.mailbox_id for each in Books(cloud, api.workspace().id).outgoing} == {mailbox}

    def test_of_a_step_that_is_gone_never_becomes_another_text(
        self, api: Api, cloud: Cloud
    ) -> None:
        a_mailbox(api)
        campaign, sequence = a_campaign(api)
        contact_id = a_contact(api)
        first = draft(cloud, campaign, contact_id)
        api.post(f"/v1/campaigns/{campaign}/pause")
        enroll(cloud, campaign, contact_id, approved=first)
        _, two = api.get(f"/v1/sequences/{sequence}/steps").json["steps"]
        path = f"/v1/sequences/{sequence}/steps"
        answer = api.put(path, {"steps": [{**two, "subject": "New"}], "migrate": True})
        api.post(f"/v1/campaigns/{campaign}/resume")
        cloud.run(hours=3)

        assert answer.status == 200, answer.text
        assert ended(cloud) == ("failed", "content: the approved step was removed")
        assert cloud.mails() == []
        with pytest.raises(ApprovedStepGone):
            enroll(cloud, campaign, a_contact(api, "eve@example.com"), ids.new("led"), first)

    def test_never_leaves_from_another_mailbox(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api)["id"]
        campaign, _ = a_campaign(api)
        contact_id = a_contact(api)
        first = draft(cloud, campaign, contact_id)
        a_mailbox(api, email="eve@outrider.test")
        api.delete(f"/v1/mailboxes/{mailbox}")

        enroll(cloud, campaign, contact_id, approved=first)
        cloud.run(hours=3)

        assert cloud.mails() == []
        assert ended(cloud)[0] == "failed"

    def test_never_goes_to_another_address(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        campaign, _ = a_campaign(api)
        contact_id = a_contact(api)
        first = draft(cloud, campaign, contact_id)
        api.patch(f"/v1/contacts/{contact_id}", {"email": "mallory@example.com"})

        enroll(cloud, campaign, contact_id, approved=first)
        cloud.run(hours=3)

        reason = "content: The contact's address was changed after the approval"
        assert (cloud.mails(), ended(cloud)) == ([], ("failed", reason))

    def test_waits_for_its_mailbox(self, api: Api, cloud: Cloud) -> None:
        mailbox = a_mailbox(api)["id"]
        campaign, _ = a_campaign(api)
        contact_id = a_contact(api)
        first = draft(cloud, campaign, contact_id)
        a_mailbox(api, email="eve@outrider.test")
        api.patch(f"/v1/mailboxes/{mailbox}", {"status": "paused"})
        enroll(cloud, campaign, contact_id, approved=first)
        cloud.run(hours=3)
        waiting = len(cloud.mails())

        api.patch(f"/v1/mailboxes/{mailbox}", {"status": "active"})
        cloud.run(hours=1)

        assert waiting == 0
        assert bodies(cloud.mails()[0]) == sendable(first, cloud.mails()[0])

    def test_is_erased_with_its_contact(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        campaign, _ = a_campaign(api)
        contact_id = a_contact(api)
        first = draft(cloud, campaign, contact_id)
        api.post(f"/v1/campaigns/{campaign}/pause")
        enroll(cloud, campaign, contact_id, approved=first)
        prefix = f"{api.workspace().id}#{campaign}"
        before = {item["sk"] for item in cloud.items("enrollments", prefix)}

        answer = api.post(f"/v1/contacts/{contact_id}/erase")

        after = cloud.items("enrollments", prefix)
        assert answer.json["status"] == "finished"
        assert before == {contact_id, f"approved#{contact_id}"}
        assert [item["sk"] for item in after] == [contact_id]
        assert "approved_step_id" not in after[0]
