"""Reading mails: what they answer, who wrote them, what they say."""

import pytest

from outrider.inbound.mail.message import IncomingMail

DSN = """\
From: MAILER-DAEMON@mx.acme.example
To: sales@outrider.test
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn-1@mx.acme.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example
Arrival-Date: Mon, 2 Mar 2026 09:00:00 +0000

Final-Recipient: rfc822; ada@acme.example
Original-Recipient: rfc822;ada@acme.example
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} User unknown

--b
Content-Type: {given_back}

From: sales@outrider.test
Message-ID: <ours-1@outrider.test>
Subject: A question

--b--
"""


def a_mail(*headers: str, body: str = "text") -> bytes:
    return "\r\n".join([*headers, "", body]).encode()


class TestParse:
    def test_the_direct_answer_comes_first(self) -> None:
        raw = a_mail(
            "Message-ID: <me@x.example>",
            "In-Reply-To: <c@a.example>",
            "References: <a@a.example> <b@a.example>",
            " <c@a.example>",
        )

        mail = IncomingMail.parse(raw)

        assert mail.answers == ["c@a.example", "b@a.example", "a@a.example"]
        assert (mail.message_id, mail.key) == ("me@x.example", "me@x.example")

    @pytest.mark.parametrize(
        "header",
        [
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-generated; why=vacation",
            "X-Autoreply: yes",
            "X-Autorespond: hello",
            "Precedence: auto_reply",
            "Precedence: junk",
            "Return-Path: <>",
            "Subject: Automatic reply: A question",
            "Subject: =?utf-8?q?R=C3=A9ponse_automatique_=3A_absence?=",
            "Subject: Abwesenheitsnotiz: Eine Frage",
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
        ],
    )
    def test_knows_a_machine(self, header: str) -> None:
        assert IncomingMail.parse(a_mail(header)).kind == "machine"

    @pytest.mark.parametrize(
        "headers",
        [
            ["Auto-Submitted: no"],
            ["Subject: Re: hello"],
            ["Precedence: bulk"],
            ["Precedence: list", "List-ID: <sales.acme.example>"],
            ["Auto-Submitted: auto-forwarded"],
            ["Auto-Submitted: auto-generated", "Resent-From: <ada@acme.example>"],
            ["Auto-Submitted: auto-generated", "X-Apple-Unsubscribe: true"],
        ],
    )
    def test_knows_a_person(self, headers: list[str]) -> None:
        assert IncomingMail.parse(a_mail(*headers)).kind == "person"

    def test_knows_who_calls_itself_a_machine(self) -> None:
        headers = ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "From: noreply@a.example"]

        signs = [IncomingMail.parse(a_mail(each)).sign for each in headers]
        assert signs == ["declared", "marked", "likely"]

    def test_finds_whom_it_was_meant_for(self) -> None:
        raw = a_mail(
            "Received: from mx.example by inbound-smtp.us-east-1.amazonaws.com with SMTP id x",
            " for Sales@Outrider.Test; Mon, 02 Mar 2026 09:00:00 +0000 (UTC)",
            'From: "Lovelace, Ada" <ada@ACME.example>',
            "To: Team <team@outrider.test>, nonsense",
            "Cc: bob@acme.example",
        )

        mail = IncomingMail.parse(raw)

        assert mail.sender == "ada@acme.example"
        assert mail.recipients == ["sales@outrider.test", "team@outrider.test", "bob@acme.example"]

    @pytest.mark.parametrize(
        "sender",
        [
            "ada@acme.example <ada@acme.example>",
            '"ada@acme.example" <ada@acme.example>',
            "bob@other.example <ada@acme.example>",
            "Lovelace, Ada <ada@acme.example>",
            "Ada (at home) <ada@acme.example>",
            "ada@acme.example (Ada)",
            "Ada@Acme.example",
            "<ada@acme.example>",
            "Ada [Acme]: sales <ada@acme.example>",
            "=?utf-8?q?Ad=C3=A0?= <ada@acme.example>",
            "Ada Lovelace < ada@acme.example >",
        ],
    )
    def test_finds_who_wrote_it(self, sender: str) -> None:
        """Pythons differ in what they read of headers that break the grammar."""
        mail = IncomingMail.parse(a_mail(f"From: {sender}", f"To: {sender}, bob@b.example"))

        assert mail.sender.lower() == "ada@acme.example"
        assert "bob@b.example" in mail.recipients

    @pytest.mark.parametrize(
        "header", ["X-Original-From: Grace <grace@acme.example>", "Reply-To: grace@acme.example"]
    )
    def test_finds_who_wrote_what_a_group_sends_on(self, header: str) -> None:
        """Its address may be a mailbox of ours; and anybody can write such headers."""
        carried = ["From: 'Grace' via Sales <sales@outrider.test>", header]

        mail = IncomingMail.parse(a_mail(*carried, "List-ID: <sales.outrider.test>"))

        assert (mail.sender, mail.vouched) == ("grace@acme.example", False)
        assert IncomingMail.parse(a_mail(*carried)).sender == "sales@outrider.test"

    @pytest.mark.parametrize("verdict", ["X-SES-Spam-Verdict: FAIL", "X-SES-Virus-Verdict: FAIL"])
    def test_does_not_vouch_for_what_failed(self, verdict: str) -> None:
        assert not IncomingMail.parse(a_mail(verdict)).vouched
        assert IncomingMail.parse(a_mail("X-SES-Spam-Verdict: PASS")).vouched


class TestText:
    def read(self, *headers: str, body: bytes) -> str:
        return IncomingMail.parse("\r\n".join([*headers, "", ""]).encode() + body).text

    @pytest.mark.parametrize(
        ("charset", "word"),
        [
            ("iso-8859-1", "Gr\u00fc\u00dfe"),
            ("utf-16", "\u010de\u0161tina"),
            ("koi8-r", "\u0434\u0430"),
            ("gb18030", "\u4f60"),
        ],
    )
    def test_in_any_charset(self, charset: str, word: str) -> None:
        header = f"Content-Type: text/plain; charset={charset}"

        assert self.read(header, body=word.encode(charset)) == word

    @pytest.mark.parametrize("charset", ["nonsense", "base64", "idna", "unicode_escape", "x" * 999])
    def test_in_a_charset_that_is_none(self, charset: str) -> None:
        header = f"Content-Type: text/plain; charset={charset}"

        assert self.read(header, body=b"Gr\xfc\\xFFe") == "Gr\u00fc\\xFFe"

    def test_of_html_without_what_it_quotes(self) -> None:
        body = (
            b"<html><head><style>p{}</style></head><body><p>Yes &amp; no</p><div>Ada</div>"
            b"<blockquote>our own words</blockquote></body></html>"
        )

        assert self.read("Content-Type: text/html", body=body) == "Yes & no\n\nAda"

    @pytest.mark.parametrize(
        ("html", "text"),
        [
            (b"<!DOCTYPE html><?xml version='1.0'?><p>Yes</p>", "Yes"),
            (b"<!-- <p>No</p> --><title>No</title><script>if (a<b) no()</script>Yes", "Yes"),
            (b"<p>I <3 it, 2 < 3 &lt; 4</p>", "I <3 it, 2 < 3 < 4"),
        ],
    )
    def test_of_html_as_it_is_shown(self, html: bytes, text: str) -> None:
        assert self.read("Content-Type: text/html", body=html) == text

    def test_of_the_first_plain_part(self) -> None:
        body = (
            b"--b\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--b\r\n"
            b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            b"caf=C3=A9\r\n--b--\r\n"
        )

        assert (
            self.read('Content-Type: multipart/alternative; boundary="b"', body=body) == "caf\u00e9"
        )

    @pytest.mark.parametrize(
        "quoted",
        [
            "On Mon, Mar 2, 2026 at 9:00 AM Ada <ada@outrider.test> wrote:\n> Hi\n> there",
            "On Mon, Mar 2, 2026 at 9:00 AM Ada Lovelace\n<ada@outrider.test> wrote:\n\n> Hi",
            "Am 02.03.2026 um 09:00 schrieb Ada <ada@outrider.test>:\n> Hallo",
            "Le lun. 2 mars 2026 \u00e0 09:00, Ada <ada@outrider.test> a \u00e9crit :\n> Bonjour",
            "El lun, 2 mar 2026 a las 9:00, Ada (<ada@outrider.test>) escribi\u00f3:\n> Hola",
            "Op ma 2 mrt 2026 om 09:00 schreef Ada <ada@outrider.test>:\n> Hoi",
            "-----Original Message-----\nFrom: Ada\nSent: Monday\nSubject: Hi\n\nHi",
            "From: Ada <ada@outrider.test>\nSent: Monday\nTo: Bob\nSubject: Hi\n\nHi",
            "________________________________\nVon: Ada",
            "On Mon, Mar 2, 2026 at 9:00 AM Ada Lovelace <ada@outrider.test>\nwrote:\n\nHi",
            "Ada Lovelace wrote:\nHi\nUnsubscribe: https://outrider.test/u/1",
            "2026-03-02 9:00 GMT+01:00 Ada <ada@outrider.test>:\n\nHi\nUnsubscribe",
            "\u043f\u043d, 2 \u043c\u0430\u0440. 2026, Ada <ada@outrider.test>:\n\nHi",
            "---- On Mon, 02 Mar 2026 09:00:00 +0100 Ada <ada@outrider.test> wrote ----\n\nHi",
            "----- Reply message -----\nFrom: Ada\nTo: Bob\nSubject: Hi\n\nUnsubscribe",
            "-- \nBob Baker\nHead of Things",
            "Sent from my iPhone",
        ],
    )
    def test_is_what_the_writer_wrote(self, quoted: str) -> None:
        assert self.read(body=f"Yes, please.\n\n{quoted}\n".encode()) == "Yes, please."

    def test_keeps_answers_below_what_they_quote(self) -> None:
        body = b"On Monday, Ada wrote:\n> Shall we talk?\n\nYes.\n\n> When?\n\nTuesday.\n"

        assert self.read(body=body) == "Yes.\n\nTuesday."


class TestReport:
    def read(self, status: str, given_back: str = "message/rfc822") -> IncomingMail:
        return IncomingMail.parse(DSN.format(status=status, given_back=given_back).encode())

    @pytest.mark.parametrize(
        ("status", "delivery"),
        [
            ("5.1.1", "hard"),
            ("5.0.0", "hard"),
            ("5.4.4", "hard"),
            ("4.4.7", "soft"),
            ("5.2.2", "soft"),
            ("5.7.1", "hard"),
        ],
    )
    def test_tells_hard_from_soft(self, status: str, delivery: str) -> None:
        mail = self.read(status)

        assert mail.kind == "report"
        assert [(report.recipient, report.delivery) for report in mail.reports] == [
            ("ada@acme.example", delivery)
        ]

    @pytest.mark.parametrize("given_back", ["message/rfc822", "text/rfc822-headers"])
    def test_knows_the_mail_it_is_about(self, given_back: str) -> None:
        assert self.read("5.1.1", given_back).answers == ["ours-1@outrider.test"]

    @pytest.mark.parametrize("outermost", ["multipart/mixed", "multipart/report"])
    def test_is_known_by_its_parts(self, outermost: str) -> None:
        raw = DSN.format(status="5.1.1", given_back="message/rfc822")
        named = "multipart/report; report-type=delivery-status"

        mail = IncomingMail.parse(raw.replace(named, outermost).encode())

        assert (mail.kind, mail.reports[0].delivery) == ("report", "hard")


class TestComplaint:
    @pytest.mark.parametrize(
        ("feedback", "kind"), [("abuse", "complaint"), ("not-spam", "machine")]
    )
    def test_names_the_mail_it_is_about(self, feedback: str, kind: str) -> None:
        raw = DSN.format(status="5.1.1", given_back="message/rfc822")
        raw = raw.replace("report-type=delivery-status", "report-type=feedback-report")
        fields = raw[raw.index("Reporting-MTA") : raw.index("User unknown") + len("User unknown")]
        raw = raw.replace(fields, f"Feedback-Type: {feedback}\nUser-Agent: FBL/1\nVersion: 1")
        raw = raw.replace("message/delivery-status", "message/feedback-report")

        mail = IncomingMail.parse(raw.encode())

        assert mail.kind == kind
        assert (mail.answers == ["ours-1@outrider.test"]) is (kind == "complaint")


class TestHostile:
    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\xff\x00 nonsense",
            b"\n\n\n",
            b"Content-Type: multipart/mixed\n\nno boundary",
            b"Content-Type: multipart/mixed; boundary=\n\n--\n",
            b"Content-Type: text/plain; charset*=utf-8''%ff%fe\n\nx",
            b"Content-Transfer-Encoding: base64\n\n====!!!",
            b"Content-Transfer-Encoding: uuencode\n\nbegin nonsense",
            b'From: =?utf-8?b?====?= <@>\nTo: ,,,;"\nSubject: =?x?q?=ZZ?=\n\nx',
            b"From: " + b"(" * 10_000 + b"\n\nx",
            b"Message-ID: " + b"<" * 100_000 + b"\n\nx",
            b"Content-Type: message/rfc822\n\n" * 3_000,
            b"References: " + b"<a@b> " * 500_000 + b"\n\nx",
            b"X-A: 1\n" * 500_000 + b"\nx",
            b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 500_000,
            b"Content-Type: text/html\n\n" + b"<" * 500_000,
            b"Content-Type: text/html\n\n" + b"<a <!-- " * 60_000,
            b"Content-Type: text/plain\n\n" + b" \n" * 250_000,
            b"Content-Type: text/plain\n\n" + b"On a b c\n" * 50_000,
            b"Content-Type: text/plain\n\n" + b"From: a\n" * 50_000,
        ],
        ids=range(20),
    )
    def test_takes_anything_for_a_mail(self, raw: bytes) -> None:
        assert IncomingMail.parse(raw).key

    def test_reads_the_headers_of_a_mail_that_is_too_deep(self) -> None:
        nested = b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2_000)
        )

        mail = IncomingMail.parse(b"Message-ID: <a@b.example>\n" + nested + b"text")

        assert (mail.message_id, mail.text) == ("a@b.example", "")
