"""SMTP client sessions for mailboxes: SSRF guard, TLS, login, and limits on time and reply size.

Sources: RFC 5321, RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 8314 (TLS from the start).
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from outrider.kit.aws.kms import CipherFailed, Safe
from outrider.kit.outbound.connections import (
    Allowed,
    Connector,
    Deadline,
    OutboundFailed,
    Reason,
    Resolve,
    cut_at,
    failure_of,
    look_up,
    public_or_loopback,
    system_tls,
)
from outrider.kit.outbound.networks import is_loopback, is_public
from outrider.kit.text.addresses import domain_of
from outrider.mailboxes.models import Mailbox, SmtpServer

_LONGEST_LINE = 2_048
_MOST_LINES = 100
_LONGEST_TEXT = 200
_GOODBYE = 1.0
"""Seconds to wait for the reply to QUIT."""

Failure = Literal["login", "refused", "no_starttls", "no_login", "secret"] | Reason
"""Reason of an SMTP failure. `refused`: the server does not accept our session now. `secret`: the
password could not be decrypted."""


class SmtpFailed(Exception):
    """The SMTP session could not be opened, or broke off."""

    def __init__(self, reason: Failure, reply: "SmtpReply | str") -> None:
        super().__init__(str(reply))
        self.reason = reason
        self.reply = reply if isinstance(reply, SmtpReply) else None
        """The server's reply, if it sent one."""

    @property
    def is_about_login(self) -> bool:
        """Return whether only a change of the mailbox's settings can resolve the failure."""
        return self.reason in ("login", "no_login", "no_starttls")


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """Reply of an SMTP server; the code is -1 if it is malformed."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()


@dataclass(frozen=True, slots=True)
class SmtpSessions:
    """Opens SMTP sessions for the mailboxes of one workspace. Times are in seconds. `loopback`
    (development) allows servers on this machine, also without TLS."""

    safe: Safe
    loopback: bool = False
    resolve: Resolve = look_up
    connect_within: float = 5
    command_within: float = 10
    end_within: float = 20
    """Total time from the first DNS lookup to the last reply: less than a worker has left for a
    step."""
    tls: ssl.SSLContext | None = None
    """TLS context for tests; by default certificates are checked against the system's roots."""

    @contextmanager
    def open(self, mailbox: Mailbox) -> Iterator["Session"]:
        """Open a session and log in; it is cut at the deadline. Raises SmtpFailed, as do the
        session's methods."""
        deadline = Deadline(self.end_within)
        server = mailbox.smtp
        if server is None:
            raise SmtpFailed("no_login", "The mailbox has no SMTP server")
        password = self._password(mailbox.id, server)
        connector = Connector(
            self._allowed(server), self.resolve, connect_within=self.connect_within
        )
        try:
            opened = connector.connect(server.host, server.port, deadline)
        except OutboundFailed as failure:
            raise SmtpFailed(failure.reason, str(failure)) from failure
        with closing(opened), cut_at(deadline, opened):
            talk = _Talk(opened, server.host, domain_of(mailbox.email))
            session = Session(talk, deadline, self.command_within)
            try:
                session.begin(server, password, self.tls or system_tls())
                yield session
            finally:
                session.end()

    def _allowed(self, server: SmtpServer) -> Allowed:
        if server.security == "none":
            return lambda address: self.loopback and is_loopback(address)
        return public_or_loopback if self.loopback else is_public

    def _password(self, mailbox_id: str, server: SmtpServer) -> str:
        try:
            return self.safe.open(mailbox_id, server.locked_password).decode()
        except CipherFailed as failure:
            raise SmtpFailed("secret", "The password could not be decrypted") from failure


class Session:
    """An SMTP session. Every method but `end` may raise SmtpFailed."""

    def __init__(self, talk: "_Talk", deadline: Deadline, command_within: float) -> None:
        self._talk = talk
        self._deadline = deadline
        self._command_within = command_within
        self._alive = True

    def begin(self, server: SmtpServer, password: str, tls: ssl.SSLContext) -> None:
        with self._answered():
            if server.security == "ssl":
                self._talk.encrypt(tls)
            greeting = SmtpReply(*_read(self._talk.getreply()))
            if greeting.code != 220:
                raise SmtpFailed("refused", greeting)
            self._greet()
            if server.security == "starttls":
                if not self._talk.has_extn("starttls"):
                    raise SmtpFailed("no_starttls", "The server offers no STARTTLS")
                self._talk.starttls(context=tls)
                self._greet()
            self._log_in(server.username, password)

    def command(self, text: str) -> SmtpReply:
        with self._answered():
            return SmtpReply(*_read(self._talk.docmd(text)))

    def takes(self, extension: str) -> bool:
        return self._talk.has_extn(extension)

    def write(self, data: bytes) -> None:
        with self._answered():
            self._talk.send(data)

    def finish(self, data: bytes) -> SmtpReply:
        """Write the last bytes and wait for the reply until the deadline."""
        self._command_within = self._deadline.left
        with self._answered():
            self._talk.send(data)
            return SmtpReply(*_read(self._talk.getreply()))

    def end(self) -> None:
        """Send QUIT if the connection still works, and close it. Never raises."""
        with suppress(OSError, smtplib.SMTPException, ValueError):
            if self._alive and self._talk.sock is not None:
                self._talk.sock.settimeout(_GOODBYE)
                self._talk.docmd("QUIT")
        self._talk.close()

    def _greet(self) -> None:
        """Send EHLO, never HELO: a server without ESMTP has no AUTH."""
        reply = SmtpReply(*_read(self._talk.ehlo()))
        if not 200 <= reply.code < 300:
            raise SmtpFailed("refused", reply)

    def _log_in(self, username: str, password: str) -> None:
        if not self._talk.has_extn("auth"):
            raise SmtpFailed("no_login", "The server offers no login on this connection")
        try:
            self._talk.login(username, password)
        except smtplib.SMTPAuthenticationError as error:
            reply = SmtpReply(*_read((error.smtp_code, error.smtp_error)))
            refused = 500 <= reply.code < 600
            raise SmtpFailed("login" if refused else "refused", reply) from error
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException):
            raise
        except smtplib.SMTPException as error:
            raise SmtpFailed(
                "no_login", "The server offers no method of login that Outrider knows"
            ) from error

    @contextmanager
    def _answered(self) -> Iterator[None]:
        if self._talk.sock is not None:
            patience = min(self._command_within, self._deadline.left)
            self._talk.sock.settimeout(max(patience, 0.001))
        try:
            yield
        except SmtpFailed:
            raise
        except smtplib.SMTPResponseException as error:
            reply = SmtpReply(*_read((error.smtp_code, error.smtp_error)))
            raise SmtpFailed("refused", reply) from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._alive = False
            cause = error.__context__ if isinstance(error, smtplib.SMTPException) else error
            failure = failure_of(cause if isinstance(cause, Exception) else error, self._deadline)
            raise SmtpFailed(failure.reason, str(failure)) from error


class _Talk(smtplib.SMTP):
    """smtplib client over a socket that is already connected, with replies of bounded length."""

    def __init__(self, opened: socket.socket, host: str, own_name: str) -> None:
        super().__init__(local_hostname=own_name)
        self._host = host
        self.sock: socket.socket | None = opened

    def encrypt(self, tls: ssl.SSLContext) -> None:
        assert self.sock is not None
        self.sock = tls.wrap_socket(self.sock, server_hostname=self._host)

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply. A truncated reply counts as a lost connection: the missing part may
        change its meaning."""
        if self.file is None:
            assert self.sock is not None
            self.file = self.sock.makefile("rb")
        texts: list[bytes] = []
        for _ in range(_MOST_LINES):
            line: bytes = self.file.readline(_LONGEST_LINE)
            if not line.endswith(b"\n"):
                break
            texts.append(line[4:].strip())
            if line[3:4] != b"-":
                code = int(line[:3]) if re.fullmatch(rb"[2-5][0-9]{2}", line[:3]) else -1
                return code, b"\n".join(texts)
        self.close()
        raise smtplib.SMTPServerDisconnected("the reply was incomplete")


def _read(answer: tuple[int, bytes | str]) -> tuple[int, str]:
    code, raw = answer
    text = raw.decode("ascii", "replace") if isinstance(raw, bytes) else raw
    words = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return code, words[:_LONGEST_TEXT]
