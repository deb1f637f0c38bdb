"""Approved content goes out as it was approved, whatever it says, or cannot be approved."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from outrider.campaigns.enrollments.first_messages import FirstMessage
from outrider.campaigns.models import step_message_id
from outrider.kit.text.templates import TemplateInvalid
from outrider.messages.content.drafts import Draft, Mail
from outrider.messages.models import Content
from tests.unit.messages.writing import LINKS, a_draft

STEP = "stp_1"
FRAGMENTS = [
    *("{a|b}", "{{ first_name }}", "{% raw %}", "{{", "}}", "|", "{", "}", "\\", "$1", "=3D", ""),
    *("<b>", "&amp;", "<!--", "\u202e", "\u2028", "<a href='javascript:x'>x</a>", "ü" * 50),
    *("x" * 800, "From ada", "--=_", ".", "'", '"', "%0d%0a", "\u200b", "𝄞"),
]
BREAKS = ["\r\n", "\r", "\n", "\r\nBcc: eve@example.com", "\r\n.\r\n", " ", "\t", "\x85", "=?"]
UNREADABLE = ["\x00", "\x0b", "\x1b[2J", "\x7f", "\x9c", "\ud800"]
READABLE = st.characters(exclude_categories=("Cs", "Cc", "Z"))
WORDS = st.lists(st.sampled_from(FRAGMENTS) | st.text(READABLE, max_size=20), max_size=8)
ONE_LINE = WORDS.map(
    lambda words: " ".join("".join(["Hello", *words]).split()).replace("=?", "=")[:800].rstrip()
)
TEXT = st.lists(
    st.sampled_from(FRAGMENTS + BREAKS) | st.text(READABLE, max_size=20), max_size=8
).map(lambda parts: "".join(["Hi", *parts]))
ANYTHING = st.lists(st.sampled_from(FRAGMENTS + BREAKS + UNREADABLE), max_size=3).map("".join)


NUMBER = step_message_id(LINKS.workspace, a_draft().enrollment, STEP)
SAMPLE = LINKS.for_review()


def a_first_draft() -> Draft:
    """The draft of the first message, which approved content is sent with."""
    return replace(a_draft(settings={"postal_address": "1 Main Street"}), message_id=NUMBER)


def shown(words: Content) -> FirstMessage:
    """What is shown for approval, with links without effect. Raises ValueError if it cannot be."""
    draft = replace(a_first_draft(), links=SAMPLE)
    content = draft.with_footer(words.subject, words.text, words.html)
    to = draft.contact.email
    return FirstMessage(step_id=STEP, mailbox_id="mbx_1", to=to, **content.model_dump())


def lines(text: str | None) -> list[str]:
    """The lines of a text, whichever line breaks it has: those of an email are CRLF."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


def received(mail: Mail) -> tuple[str, list[str], list[str]]:
    """Subject, text and HTML as the recipient's program reads them."""
    message = message_from_bytes(mail.mime, policy=default)
    parts = [message.get_body((kind,)) for kind in ("plain", "html")]
    bodies = [lines(str(each.get_content()) if each else None) for each in parts]
    # A long first word begins on a line of its own, behind a space that programs do not show.
    return str(message["Subject"]).lstrip(), bodies[0], bodies[1]


@given(subject=ONE_LINE, text=TEXT, html=st.none() | TEXT)
def test_goes_out_literally(subject: str, text: str, html: str | None) -> None:
    first = shown(Content(subject=subject, text=text, html=html))

    mail = a_first_draft().approved(first)

    shown_url, real_url = SAMPLE.unsubscribe(NUMBER), LINKS.unsubscribe(NUMBER)
    assert mail.content.subject == first.subject == subject
    assert first.text.startswith(text.rstrip())
    assert mail.content.text == first.text.replace(shown_url, real_url)
    assert mail.content.html == (first.html and first.html.replace(shown_url, real_url))
    assert received(mail) == (subject, lines(mail.content.text), lines(mail.content.html))


@given(subject=ANYTHING, text=ANYTHING, html=st.none() | ANYTHING)
def test_is_refused_where_it_would_not_go_out_literally(
    subject: str, text: str, html: str | None
) -> None:
    try:
        first = shown(Content(subject=subject, text=text, html=html))
    except ValueError:
        return
    mail = a_first_draft().approved(first)
    assert received(mail) == (subject, lines(mail.content.text), lines(mail.content.html))


@pytest.mark.parametrize(
    "subject",
    [
        "Two\r\nBcc: eve@example.com",
        "Two\nlines",
        " Space",
        "Tab\there",
        "=?utf-8?q?a?=",
        "",
        "\x00",
    ],
)
def test_of_a_subject_that_would_be_changed_is_refused(subject: str) -> None:
    with pytest.raises(ValidationError):
        FirstMessage(step_id=STEP, mailbox_id="mbx_1", subject=subject, text="Hi")


def test_without_the_unsubscribe_link_is_not_sent() -> None:
    first = shown(Content(subject="Hello", text="Hi", html=None)).model_copy(update={"text": "Hi"})

    with pytest.raises(TemplateInvalid, match="no unsubscribe link"):
        a_first_draft().approved(first)


def test_has_a_hash_of_all_that_is_sent() -> None:
    first = shown(Content(subject="Hello", text="Hi", html="<p>Hi</p>"))

    changed = [
        first.model_copy(update={name: "other"})
        for name in ("step_id", "mailbox_id", "to", "subject", "text", "html")
    ]

    assert len({each.hash for each in (first, *changed)}) == 7
    assert FirstMessage.from_item(first.to_item()).hash == first.hash


def test_is_the_same_by_whichever_address_the_api_is_called() -> None:
    elsewhere = replace(LINKS, base_url="https://outreach.acme.example").for_review()
    draft = replace(a_first_draft(), links=elsewhere)
    content = draft.with_footer("Hello", "Hi", None)
    first = shown(content).model_copy(update=content.model_dump())

    mail = a_first_draft().approved(first)

    assert elsewhere == SAMPLE
    assert LINKS.unsubscribe(NUMBER) in str(mail.content.text)
