"""From templates to what is said, and what every mail says besides."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from outrider.kit.text.templates import TemplateInvalid
from tests.unit.messages.writing import (
    LINKS,
    MESSAGE,
    UNSUBSCRIBE,
    a_contact,
    a_draft,
    a_mailbox,
)

TRACKED = {"track_clicks": True, "track_opens": True}


def html_of(**draft: Any) -> str:
    """The HTML part as it is sent."""
    mail = message_from_bytes(a_draft(**draft).mail().mime, policy=default)
    part = mail.get_body(("html",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).strip()


class TestVariables:
    def test_are_escaped_in_html_only(self) -> None:
        content = (
            a_draft(
                contact=a_contact(company="A<b>&Co"),
                text="{{ company }}",
                html="<p>{{ company }}</p>",
            )
            .mail()
            .content
        )

        assert (content.text or "").startswith("A<b>&Co\n")
        assert (content.html or "").startswith("<p>A&lt;b&gt;&amp;Co</p>")

    def test_without_value_need_a_default(self) -> None:
        with pytest.raises(TemplateInvalid, match="title"):
            a_draft(text="Dear {{ title }}").mail()

        filled = a_draft(text="{{ title | default: 'friend' }}").text()
        assert filled.text == "friend"

    def test_name_custom_fields_and_the_sender(self) -> None:
        contact = a_contact(custom={"plan": "gold"})
        source = "{{ custom.plan }} {{ sender.name }} {{ sender.email }}"

        said = a_draft(contact=contact, text=source).text().text

        assert said == "gold Eve, of Outrider eve@outrider.test"

    def test_a_sender_without_name_needs_a_default(self) -> None:
        with pytest.raises(TemplateInvalid, match="name"):
            a_draft(mailbox=a_mailbox(name=None), text="{{ sender.name }}").mail()

    def test_read_no_files(self) -> None:
        with pytest.raises(TemplateInvalid):
            a_draft(text="{% include '/etc/passwd' %}").mail()

    def test_stop_work_without_bounds(self) -> None:
        bomb = "{% for a in (1..1000) %}{% for b in (1..1000) %}x{% endfor %}{% endfor %}"
        with pytest.raises(TemplateInvalid):
            a_draft(text=bomb).mail()


class TestSubject:
    def test_keeps_a_hostile_name_out_of_the_headers(self) -> None:
        contact = a_contact(first_name="A\r\nBcc: all@x.example\x00")

        content = a_draft(contact=contact, subject="Hi {{ first_name }}").mail().content

        assert content.subject == "Hi A Bcc: all@x.example"

    def test_may_not_be_longer_than_mail_carries(self) -> None:
        with pytest.raises(TemplateInvalid, match="subject"):
            a_draft(subject="x" * 901).mail()


class TestChoices:
    def test_are_the_same_in_text_and_html(self) -> None:
        choice = "{" + "|".join(f"way {number} " for number in range(50)) + "}"

        content = a_draft(text=choice, html=f"<p>{choice}</p>").mail().content

        said = re.findall(r"way \d+", f"{content.text} {content.html}")
        assert (len(said), len(set(said))) == (2, 1)


class TestFooter:
    def test_has_the_address_and_a_link_to_unsubscribe(self) -> None:
        address = "Acme & Sons\n1 High St, York"

        content = (
            a_draft(html="<body><p>Hi</p></body>", settings={"postal_address": address})
            .mail()
            .content
        )

        assert content.text == f"Hi\n\n{address}\nUnsubscribe: {UNSUBSCRIBE}\n"
        assert content.html == (
            "<body><p>Hi</p><p><small>Acme &amp; Sons<br>1 High St, York<br>"
            f'<a href="{UNSUBSCRIBE}">Unsubscribe</a></small></p></body>'
        )

    def test_is_left_to_a_template_that_has_one(self) -> None:
        content = (
            a_draft(
                text="Hi\nAcme, York\nStop: {{ unsubscribe_url }}",
                html="<p>Hi<br>Acme,\n York <a href='{{ unsubscribe_url }}'>stop</a></p>",
                settings={"postal_address": "Acme, York"},
            )
            .mail()
            .content
        )

        assert content.text == f"Hi\nAcme, York\nStop: {UNSUBSCRIBE}"
        assert content.html == f"<p>Hi<br>Acme,\n York <a href='{UNSUBSCRIBE}'>stop</a></p>"

    def test_does_not_take_a_hidden_link_for_a_visible_one(self) -> None:
        html = "<p>Hi</p><!-- {{ unsubscribe_url }} --><style>{{ unsubscribe_url }}</style>"

        content = a_draft(html=html).mail().content

        assert (content.html or "").endswith(
            f'<p><small><a href="{UNSUBSCRIBE}">Unsubscribe</a></small></p>'
        )


class TestTextOfHtml:
    @pytest.mark.parametrize("text", [None, " \n"])
    def test_is_made_when_there_is_no_text(self, text: str | None) -> None:
        html = '<p>Hi,</p><p>see <a href="https://a.example/x">this</a></p>'

        mail = a_draft(text=text, html=html).mail()

        said = f"Hi,\n\nsee this (https://a.example/x)\n\nUnsubscribe ({UNSUBSCRIBE})"
        assert mail.content.text == said
        assert b"multipart/alternative" in mail.mime


class TestTracking:
    def test_is_off_unless_asked_for(self) -> None:
        html = '<a href="https://a.example">a</a>'

        mail = a_draft(html=html).mail()

        assert mail.links == []
        assert html in html_of(html=html)
        assert "/t/o/" not in html_of(html=html)

    def test_leads_links_and_a_picture_by_way_of_ours(self) -> None:
        html = (
            '<a title="x href=y" HREF="https://a.example/?a=1&amp;b=2">a</a>'
            "<a href='https://a.example/?a=1&b=2'>the same</a><a href=http://b.example>b</a>"
        )

        mail = a_draft(html=html, settings=TRACKED).mail()

        sent = html_of(html=html, settings=TRACKED)
        ours = [LINKS.click(MESSAGE, number) for number in (0, 0, 1)]
        assert mail.links == ["https://a.example/?a=1&b=2", "http://b.example"]
        assert re.findall(r'"(https://go.example/t/c/[^"]+)"', sent) == ours
        assert f'<img src="{LINKS.opened(MESSAGE)}"' in sent

    def test_keeps_its_own_marks_out_of_what_is_shown_later(self) -> None:
        mail = a_draft(html='<a href="https://a.example">a</a>', settings=TRACKED).mail()

        assert '<a href="https://a.example">' in (mail.content.html or "")
        assert "/t/o/" not in (mail.content.html or "")

    @pytest.mark.parametrize(
        "target",
        [
            UNSUBSCRIBE,
            "mailto:eve@outrider.test",
            "#top",
            "/relative",
            "ftp://a.example",
            "https://a.example/with space",
            "https://a.example/\u00fc",
            "https://a.example/&#10;Set-Cookie:x",
        ],
    )
    def test_leaves_other_links_alone(self, target: str) -> None:
        html = f'<a href="{target}">a</a>'

        mail = a_draft(html=html, settings={"track_clicks": True}).mail()

        assert mail.links == []
        assert html in html_of(html=html, settings={"track_clicks": True})


class TestSize:
    """Items and events are bounded in bytes: most letters of the world take two or three."""

    def test_of_a_mail_is_that_of_an_item(self) -> None:
        assert a_draft(text="я" * 99_000).mail().content.text
        with pytest.raises(TemplateInvalid, match="200,000 bytes"):
            a_draft(text="я" * 100_000).mail()

    def test_of_what_a_person_is_to_do_is_that_of_an_event(self) -> None:
        lines = "{% for line in (1..1000) %}" + "я" * 50 + "{{ line }}{% endfor %}"

        assert a_draft(text=lines).text().text
        with pytest.raises(TemplateInvalid, match="150,000 bytes"):
            a_draft(text=lines.replace("я", "яя")).text()


class TestText:
    def test_adds_nothing(self) -> None:
        content = a_draft(subject=None, text=" Call {{ contact | default: 'Ada' }} ").text()

        assert (content.subject, content.text, content.html) == ("", "Call Ada", None)

    def test_must_say_something(self) -> None:
        with pytest.raises(TemplateInvalid, match="no text"):
            a_draft(subject=None, text="{{ title | default: '' }}").text()
