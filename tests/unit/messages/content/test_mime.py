"""The bytes of a mail: its headers, and what a server on its way may not have to change."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from outrider.campaigns.models import Thread
from outrider.kit import clock
from outrider.mailboxes.models import Mailbox
from outrider.messages.content import mime
from outrider.messages.models import Content
from tests.unit.messages.writing import AT, MESSAGE, UNSUBSCRIBE, a_draft, a_mailbox

GREEK = "Καλημέρα κόσμε " * 20


def raw(**draft: Any) -> bytes:
    with clock.frozen(clock.from_text(AT)):
        return a_draft(**draft).mail().mime


def parsed(**draft: Any) -> EmailMessage:
    mail = message_from_bytes(raw(**draft), policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def line_of(name: str, mail: bytes) -> str:
    head = mail.partition(b"\r\n\r\n")[0].decode("ascii")
    unfolded = head.replace("\r\n ", " ").split("\r\n")
    (line,) = [line for line in unfolded if line.lower().startswith(f"{name.lower()}:")]
    return line.partition(": ")[2]


class TestHeaders:
    def test_say_who_writes_to_whom_and_when(self) -> None:
        mail = parsed(subject="Grüße")

        assert (mail["Subject"], mail["To"]) == ("Grüße", "ada@example.com")
        assert mail["From"].addresses[0].display_name == "Eve, of Outrider"
        assert mail["Date"] == "Mon, 02 Mar 2026 09:00:00 +0000"

    def test_let_mail_programs_unsubscribe_with_one_click(self) -> None:
        mail = raw()

        assert line_of("List-Unsubscribe", mail) == f"<{UNSUBSCRIBE}>"
        assert line_of("List-Unsubscribe-Post", mail) == "List-Unsubscribe=One-Click"

    def test_answer_the_mails_before_it_whatever_their_ids(self) -> None:
        long = f"{'x' * 200}@a.example"
        thread = Thread(subject="Hello", message_ids=["1@a.example", long])

        mail = raw(subject=None, thread=thread)

        assert line_of("Subject", mail) == "Re: Hello"
        assert line_of("In-Reply-To", mail) == f"<{long}>"
        assert line_of("References", mail) == f"<1@a.example> <{long}>"

    def test_leave_the_message_id_to_ses(self) -> None:
        assert parsed()["Message-ID"] is None

    def test_give_a_message_id_of_ours_to_others(self) -> None:
        mailbox = Mailbox.model_construct(**{**a_mailbox().__dict__, "kind": "smtp"})

        assert line_of("Message-ID", raw(mailbox=mailbox)) == f"<{MESSAGE}@outrider.test>"

    def test_cannot_be_injected(self) -> None:
        mailbox = a_mailbox(name="Eve\r\nBcc: all@x.example")

        with pytest.raises(ValueError, match=r"CR|LF|line|header"):
            raw(mailbox=mailbox)

    @pytest.mark.parametrize(
        "subject",
        [GREEK, "x" * 900, "🙂" * 200, "a\u2028b\x85c " * 50, "x" * 70 + " ü y"],
    )
    def test_carry_any_subject(self, subject: str) -> None:
        mail = parsed(subject=subject)

        assert mail["Subject"] == " ".join(subject.split())


class TestEncodedWords:
    """A contact may be called anything: what looks like RFC 2047 is not to be read."""

    EVIL = "=?utf-8?q?=0D=0ABcc=3A_evil=40else.example=0D=0A=0D=0AHi?="

    @pytest.mark.parametrize("where", ["subject", "name", "to"])
    def test_write_no_header_and_no_body(self, where: str) -> None:
        evil = {where: f"{self.EVIL}@else.example" if where == "to" else self.EVIL}
        given = {"subject": "Hi", "name": "Ada", "to": "bob@else.example", **evil}

        mail = mime.write(
            Content(subject=given["subject"], text="Hi", html=None),
            html=None,
            mailbox=a_mailbox(name=given["name"]),
            to=given["to"],
            message_id=MESSAGE,
            unsubscribe_url=UNSUBSCRIBE,
            thread=None,
            now=clock.from_text(AT),
        )

        head = mail.partition(b"\r\n\r\n")[0]
        assert b"\r\nBcc" not in mail
        assert b"\r\nList-Unsubscribe-Post: " in head


class TestSigning:
    """What DKIM (RFC 6376) signs must arrive as it was sent."""

    DRAFTS: tuple[dict[str, Any], ...] = (
        {},
        {"subject": GREEK, "text": "ü" * 3_000, "html": f"<p>{'x' * 5_000}</p>"},
        {"text": "a\nb\r\nc\rd\n\n.\n..x\nFrom me", "html": None},
        {
            "subject": None,
            "thread": Thread(subject=GREEK, message_ids=[f"{n}@a.example" for n in range(100)]),
        },
    )

    @pytest.mark.parametrize("draft", DRAFTS)
    def test_each_header_is_there_once(self, draft: dict[str, Any]) -> None:
        names = [name.lower() for name in parsed(**draft)]

        assert len(names) == len(set(names))
        assert {"from", "to", "subject", "date", "mime-version", "content-type"} <= set(names)

    @pytest.mark.parametrize("draft", DRAFTS)
    def test_lines_are_short_ascii_and_end_as_they_must(self, draft: dict[str, Any]) -> None:
        mail = raw(**draft)

        lines = mail.split(b"\r\n")
        assert max(map(len, lines)) <= 998
        assert mail.isascii()
        assert not any(b"\r" in line or b"\n" in line for line in lines)

    def test_the_same_draft_gives_the_same_bytes(self) -> None:
        assert raw(html="<p>Hi</p>") == raw(html="<p>Hi</p>")


class TestParts:
    def test_are_text_and_html(self) -> None:
        mail = parsed(text="Hällo", html="<p>Hällo</p>")

        kinds = [part.get_content_type() for part in mail.iter_parts()]
        assert kinds == ["text/plain", "text/html"]
        assert [str(part.get_content()).split("<")[0][:5] for part in mail.iter_parts()] == [
            "Hällo",
            "",
        ]

    def test_plain_text_stays_plain(self) -> None:
        assert parsed().get_content_type() == "text/plain"
