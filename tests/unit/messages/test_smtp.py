"""A real SMTP server takes our mails, refuses them, hangs and goes away."""

import ssl
import time
from contextlib import AbstractContextManager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from outrider.kit.aws.kms import Cipher, CipherFailed, Safe
from outrider.mailboxes.models import Mailbox, Security, SmtpServer
from outrider.mailboxes.smtp import SmtpSessions
from outrider.messages.models import Message
from outrider.messages.transports import SendOutcome
from outrider.messages.transports.smtp import SmtpTransport
from tests.authorities import Authority
from tests.mailservers import CUT, PASSWORD, USER, Command, MailServer, mail_server
from tests.receivers import Peer, receiver

AT = "2026-03-02T09:00:00.000Z"
HOST = "smtp.example.com"
MESSAGE = Message(
    id="msg_1",
    contact_id="con_1",
    campaign_id="cam_1",
    sequence_id="seq_1",
    enrollment_id="enr_1",
    step_id="stp_1",
    mailbox_id="mbx_1",
    state="unknown",
    recipient="ada@customer.example",
    created_at=AT,
)


class Opened(Safe):
    """A safe whose passwords were never locked."""

    def open(self, resource_id: str, locked: bytes) -> bytes:
        return locked


class Shut(Safe):
    def open(self, resource_id: str, locked: bytes) -> bytes:
        raise CipherFailed


SAFE = Opened(Cipher(""), "wsp_1", "mailbox")


def a_mailbox(port: int, security: Security = "none", password: str = PASSWORD) -> Mailbox:
    return Mailbox(
        id="mbx_1",
        email="eve@outrider.test",
        kind="smtp",
        smtp=SmtpServer(
            host=HOST,
            port=port,
            security=security,
            username=USER,
            locked_password=password.encode(),
        ),
        daily_cap=1,
        min_gap_seconds=0,
        warmed=True,
        created_at=AT,
        updated_at=AT,
    )


def a_mail(text: str = "Hi") -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "eve@outrider.test"
    mail["To"] = "ada@customer.example"
    mail["Subject"] = "Hello"
    mail["Message-ID"] = "<msg_1@outrider.test>"
    mail["List-Unsubscribe"] = "<https://api.example/t/u/1>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text)
    return mail.as_bytes()


def sessions(**options: Any) -> SmtpSessions:
    defaults = {"safe": SAFE, "loopback": True, "resolve": lambda host, port: ["127.0.0.1"]}
    return SmtpSessions(**{**defaults, **options})


def send(server: MailServer, text: str = "Hi", **options: Any) -> SendOutcome:
    return SmtpTransport(sessions(**options)).send(MESSAGE, a_mailbox(server.port), a_mail(text))


def encrypting(security: Security, context: ssl.SSLContext) -> AbstractContextManager[MailServer]:
    return mail_server(tls=context) if security == "ssl" else mail_server(starttls=context)


class TestAccepted:
    def test_hands_the_mail_over_as_it_is(self) -> None:
        with mail_server() as server:
            outcome = send(server, ".\r\n..two dots\r\nGrüße\r\n.end")

        (received,) = server.received
        assert (outcome.kind, outcome.provider_id) == ("accepted", "msg_1")
        assert outcome.rfc_message_id == "msg_1@outrider.test"
        assert (received.sender, received.recipients) == (USER, ["ada@customer.example"])
        mail = received.message
        assert mail["Message-ID"] == "<msg_1@outrider.test>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail.get_content().splitlines() == [".", "..two dots", "Grüße", ".end"]

    def test_waits_for_a_slow_server(self) -> None:
        with mail_server(delays={"MAIL": 0.1, "END": 0.3}) as server:
            outcome = send(server, command_within=0.2)

        assert outcome.kind == "accepted"

    def test_a_farewell_that_fails_changes_nothing(self) -> None:
        def talk(peer: Peer) -> None:
            for answer in (b"250-hi\r\n250 AUTH PLAIN", b"235 ok", b"250 ok", b"250 ok", b"354 go"):
                read_line(peer)
                peer.send(answer + b"\r\n")
            while read_line(peer) != b".\r\n":
                pass
            peer.send(b"250 ok\r\n")

        with receiver(greeting(talk), reads=False) as peer:
            assert send(MailServer(peer.port)).kind == "accepted"


class TestRefused:
    @pytest.mark.parametrize("command", ["RCPT", "DATA", "END"])
    def test_an_address_that_does_not_exist_is_final(self, command: Command) -> None:
        with mail_server(answers={command: "550 5.1.1 <Ada@customer.example> unknown"}) as server:
            outcome = send(server)

        assert (outcome.kind, outcome.scope) == ("refused", "recipient")
        assert outcome.detail == "550 5.1.1 <(recipient)> unknown"

    @pytest.mark.parametrize(
        ("answers", "scope"),
        [
            ({"MAIL": "553 5.7.1 Sender address rejected: not owned by user eve"}, "sender"),
            ({"RCPT": "554 5.7.1 Relay access denied"}, "account"),
            ({"END": "550 5.4.5 Daily user sending limit exceeded"}, "account"),
            ({"END": "454 Throttling failure: Maximum sending rate exceeded."}, "rate"),
            ({"EHLO": "554 5.7.1 Client host blocked using zen.spamhaus.org"}, "account"),
        ],
    )
    def test_a_refusal_of_the_sender_ends_nothing(
        self, answers: dict[Command, Any], scope: str
    ) -> None:
        with mail_server(answers=answers) as server:
            outcome = send(server)

        assert (outcome.kind, outcome.scope) == ("not_accepted", scope)

    @pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA", "END"])
    def test_what_is_refused_for_now_may_be_tried_again(self, command: Command) -> None:
        with mail_server(answers={command: "451 4.7.1 try later"}) as server:
            outcome = send(server)

        assert outcome.kind == "not_accepted"
        assert outcome.scope in ("later", "connection")

    def test_a_refused_login_is_the_mailboxs_fault(self) -> None:
        with mail_server() as server:
            mailbox = a_mailbox(server.port, password="wrong")
            outcome = SmtpTransport(sessions()).send(MESSAGE, mailbox, a_mail())

        assert (outcome.kind, outcome.scope) == ("not_accepted", "login")
        assert "wrong" not in outcome.detail
        assert server.received == []

    def test_a_server_that_wants_a_login_first_blames_no_mail(self) -> None:
        with mail_server(answers={"MAIL": "530 5.7.0 Authentication required"}) as server:
            outcome = send(server)

        assert (outcome.kind, outcome.scope) == ("not_accepted", "login")


class TestDisconnected:
    @pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
    def test_before_the_dot_nothing_went_out(self, command: Command) -> None:
        with mail_server(answers={command: CUT}) as server:
            outcome = send(server)

        assert (outcome.kind, server.received) == ("not_accepted", [])

    def test_after_the_dot_nobody_knows(self) -> None:
        with mail_server(answers={"END": CUT}) as server:
            outcome = send(server)

        assert (outcome.kind, len(server.received)) == ("unknown", 1)

    def test_in_the_middle_of_the_mail_nothing_went_out(self) -> None:
        def talk(peer: Peer) -> None:
            for answer in (b"250-hi\r\n250 AUTH PLAIN", b"235 ok", b"250 ok", b"250 ok", b"354 go"):
                read_line(peer)
                peer.send(answer + b"\r\n")
            read_line(peer)

        with receiver(greeting(talk), reads=False) as peer:
            outcome = send(MailServer(peer.port), ("x" * 500 + "\r\n") * 20_000)

        assert outcome.kind == "not_accepted"

    @pytest.mark.parametrize("answer", [b"250 ok", b"2", b"ok\r\n", b"250-more\r\n"])
    def test_a_part_of_an_answer_says_nothing(self, answer: bytes) -> None:
        def talk(peer: Peer) -> None:
            for each in (b"250-hi\r\n250 AUTH PLAIN", b"235 ok", b"250 ok", b"250 ok", b"354 go"):
                read_line(peer)
                peer.send(each + b"\r\n")
            while read_line(peer) != b".\r\n":
                pass
            peer.send(answer)

        with receiver(greeting(talk), reads=False) as peer:
            assert send(MailServer(peer.port)).kind == "unknown"


class TestTime:
    @pytest.mark.parametrize(
        ("command", "kind"),
        [("RCPT", "not_accepted"), ("DATA", "not_accepted"), ("END", "unknown")],
    )
    def test_a_silent_server_is_left_at_the_deadline(self, command: Command, kind: str) -> None:
        with mail_server(delays={command: 60}) as server:
            started = time.monotonic()
            outcome = send(server, end_within=0.5)
            took = time.monotonic() - started

        assert outcome.kind == kind
        assert "timeout" in outcome.detail
        assert took < 9  # without the deadline a command has 10 seconds, and its answer 60

    def test_a_trickling_server_is_left_at_the_deadline(self) -> None:
        with receiver(lambda peer: peer.trickle(b"220-x" * 500, 0.02), reads=False) as peer:
            started = time.monotonic()
            outcome = send(MailServer(peer.port), end_within=0.4)

        assert (outcome.kind, time.monotonic() - started < 5) == ("not_accepted", True)

    def test_an_endless_answer_is_not_read_to_its_end(self) -> None:
        with receiver(lambda peer: peer.send(b"220-x\r\n" * 100_000), reads=False) as peer:
            assert send(MailServer(peer.port)).kind == "not_accepted"


class TestConnection:
    def test_nobody_listens(self) -> None:
        with mail_server() as server:
            pass

        outcome = send(server)

        assert (outcome.kind, outcome.scope) == ("not_accepted", "connection")

    @pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "127.0.0.1"])
    def test_goes_to_public_addresses_only(self, address: str) -> None:
        with mail_server() as server:
            mailbox = a_mailbox(server.port, "starttls")
            guarded = sessions(loopback=False, resolve=lambda host, port: [address])
            outcome = SmtpTransport(guarded).send(MESSAGE, mailbox, a_mail())

        assert outcome.detail.startswith("blocked_address")
        assert (outcome.kind, server.logins) == ("not_accepted", [])

    def test_never_says_a_password_in_the_clear_to_others(self) -> None:
        mailbox = a_mailbox(587, "none")
        guarded = sessions(resolve=lambda host, port: ["93.184.216.34"])

        outcome = SmtpTransport(guarded).send(MESSAGE, mailbox, a_mail())

        assert outcome.detail.startswith("blocked_address")

    def test_a_password_that_cannot_be_decrypted_loses_no_mail(self) -> None:
        outcome = send(MailServer(), safe=Shut(Cipher(""), "wsp_1", "mailbox"))

        assert (outcome.kind, outcome.scope) == ("not_accepted", "later")


class TestTls:
    @pytest.mark.parametrize("security", ["ssl", "starttls"])
    def test_logs_in_encrypted_to_the_name_of_the_certificate(
        self, security: Security, tmp_path: Path
    ) -> None:
        authority = Authority(tmp_path)
        with encrypting(security, authority.server(HOST)) as server:
            outcome = SmtpTransport(sessions(tls=authority.trusted())).send(
                MESSAGE, a_mailbox(server.port, security), a_mail()
            )

        assert (outcome.kind, server.encrypted) == ("accepted", [True])

    @pytest.mark.parametrize("security", ["ssl", "starttls"])
    def test_a_certificate_for_another_name_gets_no_password(
        self, security: Security, tmp_path: Path
    ) -> None:
        authority = Authority(tmp_path)
        with encrypting(security, authority.server("other.example.com")) as server:
            outcome = SmtpTransport(sessions(tls=authority.trusted())).send(
                MESSAGE, a_mailbox(server.port, security), a_mail()
            )

        assert outcome.detail.startswith("tls")
        assert (outcome.kind, server.logins) == ("not_accepted", [])

    def test_a_server_without_starttls_gets_no_password(self) -> None:
        with mail_server() as server:
            outcome = SmtpTransport(sessions()).send(
                MESSAGE, a_mailbox(server.port, "starttls"), a_mail()
            )

        assert (outcome.kind, outcome.scope, server.logins) == ("not_accepted", "login", [])


def greeting(talk: Any) -> Any:
    def script(peer: Peer) -> None:
        peer.send(b"220 hi\r\n")
        talk(peer)

    return script


def read_line(peer: Peer) -> bytes:
    """Byte by byte, so that what follows stays."""
    line = b""
    while not line.endswith(b"\n"):
        received = peer.socket.recv(1)
        if not received:
            raise ConnectionError
        line += received
    return line
