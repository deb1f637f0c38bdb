"""What DNS says of a mailbox's domain, and what to publish: asked of a name server on loopback."""

from collections.abc import Callable
from typing import Any

import pytest

from outrider.mailboxes.checks import records
from outrider.mailboxes.checks.dns import Dns, Unanswered, with_parents
from outrider.mailboxes.checks.models import Finding
from outrider.mailboxes.models import Mailbox, SmtpServer
from tests.nameserver import Zone, nameserver

AT = "2026-03-02T09:00:00.000Z"
SES = "v=spf1 include:amazonses.com"
KEY = '"v=DKIM1; k=rsa; p=MIGf"'


def a_mailbox(host: str = "", **fields: Any) -> Mailbox:
    server = SmtpServer(
        host=host or "smtp.provider.com",
        port=587,
        security="starttls",
        username="ada",
        locked_password=b"",
    )
    return Mailbox(
        id="mbx_1",
        email="ada@mail.acme.com",
        kind="smtp" if host else "ses",
        smtp=server if host else None,
        daily_cap=50,
        min_gap_seconds=60,
        warmed=True,
        created_at=AT,
        updated_at=AT,
        **fields,
    )


def asked(rule: Callable[[Dns, Mailbox], Finding], zone: Zone, mailbox: Mailbox) -> Finding:
    with nameserver(zone) as server:
        return rule(Dns.of(server), mailbox)


def spf_zone(*texts: str, **more: str) -> Zone:
    zone: dict[tuple[str, str], list[str] | str] = {
        ("mail.acme.com", "TXT"): [f'"{text}"' for text in texts]
    }
    return zone | {(name.replace("_", "."), "TXT"): [f'"{text}"'] for name, text in more.items()}


GMAIL = "smtp.gmail.com"
GOOGLE = "include:_spf.google.com"


class TestSpf:
    @pytest.mark.parametrize(
        ("host", "zone", "result"),
        [
            (GMAIL, {}, "fail"),
            (GMAIL, spf_zone("something else", f"v=spf1 {GOOGLE} -all"), "pass"),
            (GMAIL, spf_zone("v=spf1 include:amazonses.com ~all"), "warn"),
            (
                GMAIL,
                spf_zone("v=spf1 include:all.acme.com", all_acme_com=f"v=spf1 {GOOGLE}"),
                "pass",
            ),
            (
                GMAIL,
                spf_zone("v=spf1 redirect=all.acme.com", all_acme_com=f"v=spf1 {GOOGLE}"),
                "pass",
            ),
            (GMAIL, spf_zone("v=spf1 include:mail.acme.com ~all"), "warn"),
            (GMAIL, spf_zone(f"v=spf1 {GOOGLE} +all"), "fail"),
            (GMAIL, spf_zone(f"v=spf1 {GOOGLE}", "v=spf1 -all"), "fail"),
            (GMAIL, spf_zone(f"v=spf1 {GOOGLE} ~all"), "pass"),
            ("smtp.unknown.com", spf_zone("v=spf1 include:unknown.com ~all"), "pass"),
        ],
    )
    def test_says_who_may_send(self, host: str, zone: Zone, result: str) -> None:
        finding = asked(records.spf, zone, a_mailbox(host))

        assert finding.result == result
        assert (finding.remedy is None) == (result == "pass")

    def test_gives_the_record_with_what_is_missing(self) -> None:
        zone = spf_zone("v=spf1 ip4:192.0.2.1 include:amazonses.com -all")

        finding = asked(records.spf, zone, a_mailbox(GMAIL))

        (record,) = finding.records
        assert (record.type, record.name) == ("TXT", "mail.acme.com")
        assert record.value == f"v=spf1 {GOOGLE} ip4:192.0.2.1 include:amazonses.com -all"


class TestSpfOfSes:
    """What counts is the MAIL FROM domain: the record of the sender's own domain is never asked."""

    def of(self, mail_from: str | None, zone: Zone) -> Finding:
        with nameserver(zone) as server:
            return records.spf_of_ses(
                Dns.of(server), "acme.com", mail_from, "feedback-smtp.eu-west-1.amazonses.com"
            )

    @pytest.mark.parametrize(
        ("mail_from", "zone", "result"),
        [
            (None, spf_zone(SES), "warn"),
            ("mail.acme.com", {}, "warn"),
            ("mail.acme.com", spf_zone("v=spf1 -all"), "warn"),
            ("mail.acme.com", spf_zone(f"{SES} ~all"), "pass"),
        ],
    )
    def test_asks_the_mail_from_domain(
        self, mail_from: str | None, zone: Zone, result: str
    ) -> None:
        assert self.of(mail_from, zone).result == result

    def test_never_advises_the_root_to_include_ses(self) -> None:
        finding = self.of(None, {})

        assert [(each.type, each.name, each.value) for each in finding.records] == [
            ("MX", "mail.acme.com", "10 feedback-smtp.eu-west-1.amazonses.com"),
            ("TXT", "mail.acme.com", "v=spf1 include:amazonses.com ~all"),
        ]


class TestDkim:
    @pytest.mark.parametrize(
        ("selector", "zone", "result"),
        [
            ("news", {("news._domainkey.mail.acme.com", "TXT"): [KEY]}, "pass"),
            ("news", {("google._domainkey.mail.acme.com", "TXT"): [KEY]}, "fail"),
            ("news", {("news._domainkey.mail.acme.com", "TXT"): ['"v=DKIM1; p="']}, "fail"),
            (None, {("google._domainkey.mail.acme.com", "TXT"): [KEY]}, "pass"),
            (None, {}, "warn"),
        ],
    )
    def test_looks_for_a_key(self, selector: str | None, zone: Zone, result: str) -> None:
        finding = asked(records.dkim, zone, a_mailbox("smtp.provider.com", dkim_selector=selector))

        assert finding.result == result


class TestDmarc:
    @pytest.mark.parametrize(
        ("zone", "result"),
        [
            ({}, "warn"),
            ({("_dmarc.mail.acme.com", "TXT"): ['"v=DMARC1; p=none"']}, "pass"),
            ({("_dmarc.acme.com", "TXT"): ['"v=DMARC1;p=reject"']}, "pass"),
            ({("_dmarc.acme.com", "TXT"): ['"v=DMARC1; p=what"']}, "warn"),
            ({("_dmarc.acme.com", "TXT"): ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}, "fail"),
        ],
    )
    def test_looks_for_a_policy_here_and_above(self, zone: Zone, result: str) -> None:
        assert asked(records.dmarc, zone, a_mailbox()).result == result

    def test_gives_a_record_to_begin_with(self) -> None:
        finding = asked(records.dmarc, {}, a_mailbox())

        assert finding.records[0].name == "_dmarc.mail.acme.com"
        assert finding.records[0].value.startswith("v=DMARC1; p=none")


class TestMx:
    @pytest.mark.parametrize(
        ("zone", "result"),
        [
            ({("mail.acme.com", "MX"): ["10 mx.acme.com."]}, "pass"),
            ({("mail.acme.com", "MX"): ["0 ."]}, "fail"),
            ({}, "warn"),
        ],
    )
    def test_says_whether_replies_come_back(self, zone: Zone, result: str) -> None:
        assert asked(records.mx, zone, a_mailbox()).result == result


class TestDns:
    def test_tells_no_answer_from_no_record(self) -> None:
        with pytest.raises(Unanswered):
            asked(records.mx, {("mail.acme.com", "MX"): "SERVFAIL"}, a_mailbox())

    def test_goes_up_to_two_labels(self) -> None:
        assert with_parents("a.b.acme.com") == ["a.b.acme.com", "b.acme.com", "acme.com"]
        assert with_parents("acme.com") == ["acme.com"]
