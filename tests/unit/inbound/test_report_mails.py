"""Delivery reports in every form are read: whose mail failed, why, and which mail it was."""

import base64

import pytest

from outrider.inbound.mail.message import IncomingMail
from tests.unit.inbound.report_mails import BACK, DAEMON, FORWARDS, TEXTS, ReportMail

STATUS = """\
Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; bob@example.com
Action: delivered
Status: 2.0.0

Final-Recipient: rfc822; grace@example.com
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 550 5.1.1 User unknown
"""


def part(kind: str, text: str, *headers: str) -> str:
    head = "\n".join([f"Content-Type: {kind}", *headers])
    return f"{head}\n\n{text}"


def several(*parts: str, kind: str = "mixed", boundary: str = "b") -> str:
    inner = "".join(f"--{boundary}\n{each}\n" for each in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{inner}--{boundary}--\n'


def mail(content: str, sender: str = DAEMON, subject: str = "Undelivered") -> IncomingMail:
    head = f"From: {sender}\nTo: ada@acme.example\nSubject: {subject}\nMIME-Version: 1.0\n"
    return IncomingMail.parse(f"{head}{content}".encode())


def of_text(report: ReportMail) -> IncomingMail:
    text = report.text.replace("{back}", BACK)
    content = part("text/plain; charset=utf-8", text)
    if text == report.text:
        content = several(content, part("message/rfc822", BACK))
    return mail(content, report.sender, report.subject)


class TestInWords:
    @pytest.mark.parametrize("report", TEXTS, ids=lambda report: report.server)
    def test_tells_what_became_of_the_mail(self, report: ReportMail) -> None:
        found = of_text(report)

        delivery, reason = report.expected.split()
        assert found.kind == "report"
        told = [(each.recipient, each.delivery, each.reason) for each in found.reports]
        assert told == [("grace@example.com", delivery, reason)]
        assert found.answers[0] == "ours-1@outrider.test"

    def test_of_several_recipients_tells_each(self) -> None:
        text = (
            "Failed:\n\n<grace@example.com>:\n550 5.1.1 no such user\n\n"
            f"<bob@example.com>:\n552 5.2.2 mailbox full\n\n{BACK}"
        ).replace("To: Grace <grace@example.com>", "To: grace@example.com, bob@example.com")

        found = mail(part("text/plain", text))

        assert [(each.recipient, each.reason) for each in found.reports] == [
            ("grace@example.com", "no_such_address"),
            ("bob@example.com", "mailbox_full"),
        ]

    @pytest.mark.parametrize(
        ("sender", "subject", "text"),
        [
            ("Grace <grace@example.com>", "Re: A question", "550 is too much, try bob@example.com"),
            ("Grace <grace@example.com>", "Undelivered", "My mail to bob@example.com came back."),
            ("postmaster@example.com", "Out of office", "Write to bob@example.com please."),
        ],
    )
    def test_what_a_person_writes_is_none(self, sender: str, subject: str, text: str) -> None:
        assert mail(part("text/plain", text), sender, subject).kind != "report"


class TestPassedOn:
    @pytest.mark.parametrize("program", FORWARDS)
    @pytest.mark.parametrize("report", TEXTS, ids=lambda report: report.server)
    def test_in_the_text_of_another_mail_tells_the_same(
        self, report: ReportMail, program: str
    ) -> None:
        text = report.text.replace("{back}", BACK)
        if text == report.text:
            text += f"\n{BACK}"
        quoted = "".join(f"> {line}\n" for line in text.splitlines())
        twice = "".join(f"> {line}\n" for line in quoted.splitlines())
        content = FORWARDS[program].format_map(
            {**report._asdict(), "text": text, "quoted": quoted, "quoted twice": twice}
        )

        found = mail(
            part("text/plain; charset=utf-8", content),
            "Eve <eve@acme.example>",
            f"Fwd: {report.subject}",
        )

        delivery, reason = report.expected.split()
        assert found.kind == "report"
        told = [(each.recipient, each.delivery, each.reason) for each in found.reports]
        assert told == [("grace@example.com", delivery, reason)]
        assert found.answers[0] == "ours-1@outrider.test"

    def test_below_words_of_a_person_is_an_answer(self) -> None:
        content = FORWARDS["Gmail"].format_map({**TEXTS[0]._asdict(), "sender": DAEMON})

        found = mail(part("text/plain", f"Grace has left us.\n\n{content}"), "eve@example.com")

        assert found.kind == "person"


class TestInParts:
    report = several(
        part("text/plain", "It failed."),
        part("message/delivery-status", STATUS),
        part("message/rfc822", BACK),
        kind="report; report-type=delivery-status",
    )

    @pytest.mark.parametrize(
        "content",
        [
            report,
            report.replace("multipart/report; report-type=delivery-status", "multipart/mixed"),
            several(report, part("text/plain", "Scanned."), boundary="o"),
            several(part("message/rfc822", report), boundary="o"),
            several(
                part(
                    "message/delivery-status",
                    base64.encodebytes(STATUS.encode()).decode(),
                    "Content-Transfer-Encoding: base64",
                ),
                part("text/rfc822-headers", BACK),
                kind="report",
            ),
            several(
                part("message/global-delivery-status", STATUS),
                part("message/global-headers", BACK),
                kind="report; report-type=delivery-status",
            ),
        ],
        ids=["report", "mixed", "scanned", "forwarded", "in base64", "in UTF-8"],
    )
    def test_is_read_wherever_it_stands(self, content: str) -> None:
        found = mail(content)

        assert found.kind == "report"
        assert [(each.recipient, each.delivery) for each in found.reports] == [
            ("bob@example.com", "delivered"),
            ("grace@example.com", "hard"),
        ]
        assert found.answers[0] == "ours-1@outrider.test"

    def test_of_a_mail_of_ours_that_this_one_answers_names_it_last(self) -> None:
        back = BACK.replace("<ours-1@", "<theirs@").replace(
            "Subject:", "References: <ours-1@outrider.test>\nSubject:"
        )

        found = mail(self.report.replace(BACK, back))

        assert found.answers == ["theirs@outrider.test", "ours-1@outrider.test"]

    def test_that_a_person_attaches_to_their_words_is_an_answer(self) -> None:
        content = several(
            part("text/plain", "Your colleague's address fails, please stop."),
            part("message/rfc822", self.report),
            boundary="o",
        )

        assert mail(content, "Grace <grace@example.com>", "Re: A question").kind == "person"


class TestComplaint:
    @pytest.mark.parametrize(
        ("fields", "kind"),
        [
            ("Feedback-Type: abuse\nUser-Agent: Yahoo!-Mail-Feedback/2.0\nVersion: 0.1\n", True),
            ("Feedback-Type: abuse\nRemoved-Recipient: redacted\nVersion: 1\n", True),
            ("Feedback-Type: opt-out\nVersion: 1\n", True),
            ("Feedback-Type: not-spam\nVersion: 1\n", False),
            ("Feedback-Type: auth-failure\nVersion: 1\n", False),
        ],
    )
    def test_is_what_its_feedback_type_says(self, fields: str, *, kind: bool) -> None:
        back = BACK.replace("Grace <grace@example.com>", "redacted@example.invalid")
        content = several(
            part("text/plain", "An abuse report."),
            part("message/feedback-report", fields),
            part("message/rfc822", back),
            kind="report; report-type=feedback-report",
        )

        found = mail(content, "feedback@arf.example.net", "FW: A question")

        assert (found.kind == "complaint") is kind
        if kind:
            assert found.answers[0] == "ours-1@outrider.test"

    def test_of_outlook_gives_back_the_mail_with_its_recipient(self) -> None:
        back = f"X-HmXmrOriginalRecipient: grace@example.com\n{BACK}"

        found = mail(several(part("message/rfc822", back)), "staff@hotmail.com", "complaint")

        assert (found.kind, found.answers[0]) == ("complaint", "ours-1@outrider.test")
