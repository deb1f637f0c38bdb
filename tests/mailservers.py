"""A real SMTP server on loopback, which behaves as a test says: aiosmtpd in a thread of its own."""

import asyncio
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Thread
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "eve@outrider.test", "correct horse"
Command = Literal["EHLO", "MAIL", "RCPT", "DATA", "END"]
"""`END` is the dot that ends the mail."""
CUT = "CUT"
"""Instead of an answer: the connection is cut."""


@dataclass(frozen=True, slots=True)
class Received:
    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


@dataclass(slots=True)
class MailServer:
    """`answers` are those to give instead of the usual ones, `delays` are seconds to wait before.
    A mail is in `received` as soon as its end was seen, whatever is answered."""

    port: int = 0
    user: str = USER
    answers: Mapping[Command, str] = field(default_factory=dict)
    delays: Mapping[Command, float] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)


class _Protocol(SMTP):
    def __init__(self, state: MailServer, **options: Any) -> None:
        super().__init__(
            _Hooks(state), authenticator=self._check_login, ident="mail.example", **options
        )
        self._state = state

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        instead = await _instead(self, self._state, "DATA")
        if instead is not None:
            await self.push(instead)
        else:
            await super().smtp_DATA(arg)

    def _check_login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self._state.logins.append(mechanism)
        self._state.encrypted.append(
            server.transport is not None
            and server.transport.get_extra_info("sslcontext") is not None
        )
        expected = (self._state.user.encode(), PASSWORD.encode())
        success = (data.login, data.password) == expected
        return AuthResult(success=success, handled=False)


class _Hooks:
    def __init__(self, state: MailServer) -> None:
        self._state = state

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        instead = await _instead(server, self._state, "EHLO")
        return [instead] if instead is not None else responses

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (instead := await _instead(server, self._state, "MAIL")) is not None:
            return instead
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (instead := await _instead(server, self._state, "RCPT")) is not None:
            return instead
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self._state.received.append(
            Received(envelope.mail_from or "", list(envelope.rcpt_tos), envelope.content)
        )
        return await _instead(server, self._state, "END") or "250 2.0.0 queued as 1"


async def _instead(server: SMTP, state: MailServer, command: Command) -> str | None:
    await asyncio.sleep(state.delays.get(command, 0))
    answer = state.answers.get(command)
    if answer == CUT:
        assert isinstance(server.transport, asyncio.Transport)
        server.transport.abort()
        raise ConnectionResetError
    return answer


@contextmanager
def mail_server(
    *,
    user: str = USER,
    answers: Mapping[Command, str] | None = None,
    delays: Mapping[Command, float] | None = None,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
) -> Iterator[MailServer]:
    """Speaks TLS from the start, after STARTTLS, or not at all; always offers a login."""
    loop, ready, stopping = asyncio.new_event_loop(), Event(), asyncio.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        state = MailServer(listener.getsockname()[1], user, answers or {}, delays or {})

        def protocol() -> _Protocol:
            return _Protocol(state, tls_context=starttls, auth_require_tls=False, loop=loop)

        async def serve() -> None:
            server = await loop.create_server(protocol, sock=listener, ssl=tls)
            ready.set()
            await stopping.wait()
            server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        thread = Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
        thread.start()
        ready.wait(5)
        try:
            yield state
        finally:
            loop.call_soon_threadsafe(stopping.set)
            thread.join(5)
            loop.close()
