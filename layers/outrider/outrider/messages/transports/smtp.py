"""The SMTP server of a mailbox.

Everything up to the dot that ends a mail can be repeated without harm: a server must not take a
mail whose end it has not seen (RFC 5321, section 4.1.1.4). So the dot is written by itself, and
only what goes wrong from there on leaves us without knowing.
"""

import re
from dataclasses import dataclass

from outrider.kit.addresses import domain_of
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.smtp import Reply, Session, SmtpFailed, SmtpSessions
from outrider.messages.models import Message
from outrider.messages.transports import Outcome

_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """`mime` carries the Message-ID that `rfc_message_id` gives."""

    sessions: SmtpSessions

    def send(self, message: Message, mailbox: Mailbox, mime: bytes) -> Outcome:
        recipient = message.recipient or ""
        outcome = None
        try:
            with self.sessions.open(mailbox) as session:
                refusal = _prepare(session, mailbox.email, recipient, mime)
                outcome = refusal or _end(session)
        except SmtpFailed as failure:
            if outcome is None:
                outcome = Outcome(
                    "not_accepted",
                    f"{failure.reason}: {failure}",
                    locked_out=failure.is_about_login,
                )
        return _named(outcome, message, mailbox)


def rfc_message_id(message_id: str, mailbox: Mailbox) -> str:
    """The Message-ID of a mail sent through an SMTP server, without <>."""
    return f"{message_id}@{domain_of(mailbox.email)}"


def _prepare(session: Session, sender: str, recipient: str, mime: bytes) -> Outcome | None:
    """Everything before the dot that ends the mail. Gives the outcome if it ends here."""
    eight_bits = not mime.isascii() and session.takes("8bitmime")
    commands = (
        f"MAIL FROM:<{sender}>" + (" BODY=8BITMIME" if eight_bits else ""),
        f"RCPT TO:<{recipient}>",
    )
    for command in commands:
        reply = session.command(command)
        if not 200 <= reply.code < 300:
            return _refusal(reply)
    reply = session.command("DATA")
    if reply.code != 354:
        return _refusal(reply)
    lines = b"\r\n".join(mime.splitlines())
    session.write(_LEADING_DOT.sub(b"..", lines) + b"\r\n")
    return None


def _end(session: Session) -> Outcome:
    try:
        reply = session.finish(b".\r\n")
    except SmtpFailed as failure:
        return Outcome("unknown", f"{failure.reason}: {failure}")
    if 200 <= reply.code < 300:
        return Outcome("accepted", str(reply))
    if 400 <= reply.code < 600:
        return _refusal(reply)
    return Outcome("unknown", str(reply))


def _refusal(reply: Reply) -> Outcome:
    """5xx is about this mail and final; anything else may pass."""
    if reply.says_login_refused:
        return Outcome("not_accepted", str(reply), locked_out=True)
    return Outcome("refused" if reply.code >= 500 else "not_accepted", str(reply))


def _named(outcome: Outcome, message: Message, mailbox: Mailbox) -> Outcome:
    """With its ids, and without the recipient's address: what a server says is kept and logged."""
    detail = outcome.detail
    if message.recipient:
        detail = re.sub(re.escape(message.recipient), "(recipient)", detail, flags=re.IGNORECASE)
    if outcome.kind != "accepted":
        return Outcome(outcome.kind, detail, locked_out=outcome.locked_out)
    return Outcome("accepted", detail, message.id, rfc_message_id(message.id, mailbox))
