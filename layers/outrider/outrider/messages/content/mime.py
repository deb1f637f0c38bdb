"""The bytes of a mail: RFC 5322, each header once, no line longer than mail may carry."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy

from outrider.campaigns.models import Thread
from outrider.kit.text.addresses import domain_of
from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Content

_WHOLE = frozenset(
    {
        *("to", "message-id", "in-reply-to", "references"),
        *("list-unsubscribe", "list-unsubscribe-post"),
    }
)


class _Policy(EmailPolicy):
    """The library encodes what is too long for a line as if it were words of a language, and no
    mail program reads an address or a Message-ID that is encoded so: these are only broken at
    their spaces. Nor does it read them: an address may look like an encoded word (RFC 2047), and
    what that says would stand in the mail, ends of lines and all."""

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        if name.lower() not in _WHOLE:
            return super().header_store_parse(name, value)
        if not value.isascii() or not value.isprintable():
            raise ValueError(f"{name} cannot have this value: it must be printable ASCII")
        return name, value

    def fold(self, name: str, value: str) -> str:
        if name.lower() not in _WHOLE:
            return str(super().fold(name, value))
        lines = f"{self.linesep} ".join(str(value).split())
        return f"{name}: {lines}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() not in _WHOLE:
            return bytes(super().fold_binary(name, value))
        return self.fold(name, value).encode("ascii")


_POLICY = _Policy(linesep="\r\n", max_line_length=78)
_SAFE = "quoted-printable"
"""No server on the way has to change a body of short ASCII lines, and break its signature."""


def own_message_id(mailbox: Mailbox, message_id: str) -> str | None:
    """The Message-ID that we give a mail, without <>; None where the provider gives its own."""
    return None if mailbox.kind == "ses" else f"{message_id}@{domain_of(mailbox.email)}"


def write(
    content: Content,
    *,
    html: str | None,
    mailbox: Mailbox,
    to: str,
    message_id: str,
    unsubscribe_url: str,
    thread: Thread | None,
    now: datetime,
    test: bool = False,
) -> bytes:
    """The mail; `html` is that of the content with what tells of its reading. A follow-up answers
    the mails before it. Raises ValueError for what no header may hold.

    One-click unsubscription: RFC 8058.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(_literal(mailbox.name or ""), addr_spec=_literal(mailbox.email))
    mail["To"] = to
    mail["Subject"] = _literal(content.subject)
    mail["Date"] = now
    if test:
        mail["X-Outrider-Test"] = "yes"
    if own := own_message_id(mailbox, message_id):
        mail["Message-ID"] = f"<{own}>"
    if thread and thread.message_ids:
        mail["In-Reply-To"] = f"<{thread.message_ids[-1]}>"
        mail["References"] = " ".join(f"<{each}>" for each in thread.message_ids)
    mail["List-Unsubscribe"] = f"<{unsubscribe_url}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(content.text or "", cte=_SAFE)
    if html is not None:
        mail.make_alternative(boundary=f"=_{message_id}")
        mail.add_alternative(html, subtype="html", cte=_SAFE)
    return mail.as_bytes()


def _literal(text: str) -> str:
    """Text in which the library finds no encoded word (RFC 2047): what one says it would take for
    ours, and a contact's name could end the header and write the rest of the mail."""
    return text.replace("=?", "= ?")
