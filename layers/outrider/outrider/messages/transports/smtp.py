"""Email transport through the SMTP server of a mailbox.

Everything before the final dot can be repeated safely: a server must not accept an email whose end
it has not seen (RFC 5321, section 4.1.1.4). The dot is therefore written separately, and only
failures after it have an unknown outcome.
"""

import re
from dataclasses import dataclass, replace

from outrider.kit.text.addresses import domain_of
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.smtp import Session, SmtpFailed, SmtpReply, SmtpSessions
from outrider.messages.models import Message
from outrider.messages.transports import SendOutcome, without_address
from outrider.messages.transports.smtp_replies import Stage, classify
from outrider.messages.transports.verdicts import CONNECTION, LATER, LOGIN, Verdict

_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """Transport through SMTP. The Message-ID in `mime` must be the one that `rfc_message_id`
    returns."""

    sessions: SmtpSessions

    def send(self, message: Message, mailbox: Mailbox, mime: bytes) -> SendOutcome:
        recipient = message.recipient or ""
        outcome = None
        try:
            with self.sessions.open(mailbox) as session:
                refusal = _prepare(session, mailbox.email, recipient, mime)
                outcome = refusal or _end(session)
        except SmtpFailed as failure:
            if outcome is None:
                found = _verdict_of(failure)
                outcome = SendOutcome(found.kind, f"{failure.reason}: {failure}", scope=found.scope)
        if outcome.kind == "accepted":
            rfc_id = rfc_message_id(message.id, mailbox)
            outcome = replace(outcome, provider_id=message.id, rfc_message_id=rfc_id)
        return without_address(outcome, recipient)


def rfc_message_id(message_id: str, mailbox: Mailbox) -> str:
    """Return the Message-ID header of an email sent through an SMTP server, without <>."""
    return f"{message_id}@{domain_of(mailbox.email)}"


def _prepare(session: Session, sender: str, recipient: str, mime: bytes) -> SendOutcome | None:
    """Send everything before the final dot. Return the outcome if the server refuses it."""
    eight_bits = not mime.isascii() and session.takes("8bitmime")
    commands: tuple[tuple[Stage, str], ...] = (
        ("MAIL", f"MAIL FROM:<{sender}>" + (" BODY=8BITMIME" if eight_bits else "")),
        ("RCPT", f"RCPT TO:<{recipient}>"),
    )
    for stage, command in commands:
        reply = session.command(command)
        if not 200 <= reply.code < 300:
            return _refusal(stage, reply)
    reply = session.command("DATA")
    if reply.code != 354:
        return _refusal("DATA", reply)
    lines = b"\r\n".join(mime.splitlines())
    session.write(_LEADING_DOT.sub(b"..", lines) + b"\r\n")
    return None


def _end(session: Session) -> SendOutcome:
    try:
        reply = session.finish(b".\r\n")
    except SmtpFailed as failure:
        return SendOutcome("unknown", f"{failure.reason}: {failure}")
    if 200 <= reply.code < 300:
        return SendOutcome("accepted", str(reply))
    return _refusal("END", reply)


def _refusal(stage: Stage, reply: SmtpReply) -> SendOutcome:
    found = classify(stage, reply.code, reply.text)
    return SendOutcome(found.kind, str(reply), scope=found.scope)


def _verdict_of(failure: SmtpFailed) -> Verdict:
    """Return the verdict on a session that failed before the final dot."""
    if failure.reply is not None:
        stage: Stage = "LOGIN" if failure.reason == "login" else "CONNECT"
        return classify(stage, failure.reply.code, failure.reply.text)
    if failure.reason == "secret":
        return LATER
    return LOGIN if failure.is_about_login else CONNECTION
