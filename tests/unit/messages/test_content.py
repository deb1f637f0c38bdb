"""From templates to the mail's bytes."""

from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from outrider.campaigns.models import Thread
from outrider.contacts.models import Contact
from outrider.kit.templates import TemplateInvalid
from outrider.mailboxes.models import Mailbox
from outrider.messages import content as contents
from outrider.messages.models import Content
from outrider.sequences.models import Variant

AT = "2026-03-02T09:00:00.000Z"


def a_variant(**fields: Any) -> Variant:
    return Variant(id="a", **{"subject": "Hello", "text": "Hi", **fields})


def a_contact(**fields: Any) -> Contact:
    return Contact(id="con_1", email="ada@example.com", created_at=AT, updated_at=AT, **fields)


def a_mailbox() -> Mailbox:
    return Mailbox(
        id="mbx_1",
        email="eve@outrider.test",
        name="Eve, of Outrider",
        daily_cap=1,
        min_gap_seconds=0,
        warmed=True,
        created_at=AT,
        updated_at=AT,
    )


class TestRender:
    def test_escapes_values_in_html_only(self) -> None:
        variant = a_variant(text="{{ company }}", html="<p>{{ company }}</p>")

        content = contents.render(variant, a_contact(company="A<b>&Co"), None)

        assert (content.text, content.html) == ("A<b>&Co", "<p>A&lt;b&gt;&amp;Co</p>")

    def test_a_variable_without_value_needs_a_default(self) -> None:
        with pytest.raises(TemplateInvalid, match="title"):
            contents.render(a_variant(text="Dear {{ title }}"), a_contact(), None)

        filled = contents.render(
            a_variant(text="{{ title | default: 'friend' }}"), a_contact(), None
        )
        assert filled.text == "friend"

    def test_reads_custom_fields(self) -> None:
        contact = a_contact(custom={"plan": "gold"})

        assert contents.render(a_variant(text="{{ custom.plan }}"), contact, None).text == "gold"

    def test_reads_no_files(self) -> None:
        with pytest.raises(TemplateInvalid):
            contents.render(a_variant(text="{% include '/etc/passwd' %}"), a_contact(), None)

    def test_stops_work_without_bounds(self) -> None:
        bomb = "{% for a in (1..1000) %}{% for b in (1..1000) %}x{% endfor %}{% endfor %}"
        with pytest.raises(TemplateInvalid):
            contents.render(a_variant(text=bomb), a_contact(), None)

    def test_keeps_a_hostile_name_out_of_the_headers(self) -> None:
        variant = a_variant(subject="Hi {{ first_name }}")

        content = contents.render(variant, a_contact(first_name="A\r\nBcc: all@x.example"), None)

        assert content.subject == "Hi A Bcc: all@x.example"


class TestMime:
    def mail(self, content: Content, thread: Thread | None = None) -> Any:
        raw = contents.mime(content, a_mailbox(), "ada@example.com", thread)
        return message_from_bytes(raw, policy=default)

    def test_has_a_text_and_an_html_part(self) -> None:
        mail = self.mail(Content(subject="Grüße", text="Hällo", html="<p>Hällo</p>"))

        assert (mail["Subject"], mail["To"]) == ("Grüße", "ada@example.com")
        assert mail["From"].addresses[0].display_name == "Eve, of Outrider"
        assert [part.get_content_type() for part in mail.iter_parts()] == [
            "text/plain",
            "text/html",
        ]

    def test_answers_the_mails_before_it(self) -> None:
        thread = Thread(subject="Hello", message_ids=["1@a.example", "2@a.example"])

        mail = self.mail(Content(subject="Re: Hello", text="again", html=None), thread)

        assert mail["In-Reply-To"] == "<2@a.example>"
        assert mail["References"] == "<1@a.example> <2@a.example>"
