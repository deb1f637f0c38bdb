"""Telling people from machines."""

import pytest

from outrider.inbound.mail import IncomingMail


def a_mail(*headers: str) -> bytes:
    return "\r\n".join([*headers, "", "text"]).encode()


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
        assert mail.message_id == "me@x.example"

    @pytest.mark.parametrize(
        "header",
        [
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-generated; why=vacation",
            "X-Autoreply: yes",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        ],
    )
    def test_knows_a_machine(self, header: str) -> None:
        assert IncomingMail.parse(a_mail(header)).automatic

    @pytest.mark.parametrize("header", ["Auto-Submitted: no", "Subject: Re: hello"])
    def test_knows_a_person(self, header: str) -> None:
        assert not IncomingMail.parse(a_mail(header)).automatic

    def test_takes_anything_for_a_mail(self) -> None:
        assert IncomingMail.parse(b"\xff\x00 nonsense").answers == []
