"""Emails that say what research found about the recipient's company."""

from collections.abc import Iterator

import pytest

from outrider.sequences import kept
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.mail import Mail
from tests.integration.outreach import a_mailbox
from tests.websites import Website, page, website

HOME = page(
    '<title>Acme</title><script src="//cdn.shopify.com/x.js"></script><a href=/jobs>Jobs</a>'
)
TEXT = (
    "Hi {{ first_name }}, you use {{ research.technologies.first | default: 'nothing' }}"
    "{% if research.signals contains 'hiring' %} and hire{% endif %}."
)


@pytest.fixture
def site(cloud: Cloud) -> Iterator[Website]:
    with cloud.environment(STAGE="local"), website({"/": HOME}) as opened:
        yield opened


def _text(mail: Mail) -> str:
    body = mail.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


class TestMails:
    def test_say_what_was_found(self, api: Api, cloud: Cloud, site: Website) -> None:
        a_mailbox(api)
        company_id = api.post("/v1/companies", {"website": site.url, "name": "Acme"}).json["id"]
        contacts = {
            name: api.post(
                "/v1/contacts",
                {"email": f"{name}@acme.example", "first_name": name, "company_id": company_id},
            ).json["id"]
            for name in ("ada", "grace")
        }
        api.post(f"/v1/contacts/{contacts['ada']}/research")
        step = {"channel": "email", "subject": "A question", "text": TEXT}
        sequence = api.post("/v1/sequences", {"name": "Researched", "steps": [step]}).json
        step_id = api.get(f"/v1/sequences/{sequence['id']}/steps").json["steps"][0]["id"]
        shown = api.get(
            f"/v1/messages/preview?sequence_id={sequence['id']}&step_id={step_id}"
            f"&contact_id={contacts['ada']}"
        ).json

        api.post(f"/v1/sequences/{sequence['id']}/launch", {"contact_ids": list(contacts.values())})
        cloud.run(hours=1)

        mails = {mail.recipients[0]: _text(mail) for mail in cloud.mails()}
        assert mails["ada@acme.example"].startswith("Hi ada, you use Shopify and hire.")
        assert mails["grace@acme.example"].startswith("Hi grace, you use nothing.")
        assert shown["text"].startswith("Hi ada, you use Shopify and hire.")

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("Hi {{ research.industry }}", "missing_default"),
            ("Hi {{ research.salary }}", "unknown_variable"),
        ],
    )
    def test_are_linted(self, api: Api, text: str, rule: str) -> None:
        step = {"channel": "email", "subject": "A question", "text": text}
        sequence = api.post("/v1/sequences", {"name": "Researched", "steps": [step]}).json

        findings = api.post(f"/v1/sequences/{sequence['id']}/lint").json["findings"]

        assert rule in [finding["rule"] for finding in findings]


class TestExplanation:
    def test_reads_research_by_what_its_function_may_call(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        contact_id = api.post("/v1/contacts", {"email": "ada@acme.example"}).json["id"]
        step = {"channel": "email", "subject": "A question", "text": TEXT}
        sequence = api.post("/v1/sequences", {"name": "Researched", "steps": [step]}).json
        api.post(f"/v1/sequences/{sequence['id']}/launch", {"contact_ids": [contact_id]})
        cloud.run(hours=1)
        (enrollment,) = api.get(f"/v1/enrollments?contact_id={contact_id}").json["data"]
        kept.forget()

        answer = api.get(f"/v1/enrollments/{enrollment['id']}/explain")

        of_contacts = [call for call in answer.calls if "contacts" in str(call.params).lower()]
        assert answer.status == 200
        assert {call.operation for call in of_contacts} == {"BatchGetItem"}
