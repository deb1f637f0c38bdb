"""MIME bytes of an email: RFC 5322, each header once, lines within the length limit."""

from base64 import b64encode
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
    """Email policy that protects against header injection and keeps addresses and ids readable.

    EmailMessage decodes encoded-words (RFC 2047) in addresses, which would allow header injection;
    it also encodes long addresses and Message-IDs, which mail clients do not decode. The headers in
    `_WHOLE` are therefore stored verbatim and folded only at spaces. A subject that it would fold
    such that programs read another one is encoded as a whole.
    """

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
        if name.lower() in _WHOLE:
            return self.fold(name, value).encode("ascii")
        folded = bytes(super().fold_binary(name, value))
        if name.lower() != "subject" or self._read(folded) == value:
            return folded
        return f"Subject: {_encoded(value)}{self.linesep}".encode("ascii")

    def _read(self, folded: bytes) -> str:
        """Return the value of a folded header as programs read it."""
        value = folded.decode("ascii").partition(":")[2].replace(self.linesep, "")
        return str(self.header_factory("Subject", value.strip()))


_POLICY = _Policy(linesep="\r\n", max_line_length=78)
_WORD = 39
"""Bytes of text per encoded-word, so that a line with one has at most 76 characters (RFC 2047,
2)."""
_SAFE = "quoted-printable"
"""Transfer encoding with short ASCII lines: no relay has to re-encode the body, which would break
the DKIM signature."""


def own_message_id(mailbox: Mailbox, message_id: str) -> str | None:
    """Return the Message-ID that we set, without <>; None for SES, which sets its own."""
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
    """Return the MIME bytes of the email. `html` is the HTML of the content with tracking links and
    open pixel. A follow-up has the headers of a reply to the earlier emails of its thread.

    Raises ValueError if a header value is not allowed. One-click unsubscribe: RFC 8058.
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
    """Return the text with encoded-words (RFC 2047) broken. Otherwise the library would decode
    them, and a contact's name could inject headers and a body."""
    return text.replace("=?", "= ?")


def _encoded(text: str) -> str:
    """Return the text as encoded-words (RFC 2047), one a line, divided between characters."""
    words, word = [], b""
    for character in text:
        data = character.encode()
        if len(word) + len(data) > _WORD:
            words.append(word)
            word = b""
        word += data
    return "\r\n ".join(f"=?utf-8?b?{b64encode(each).decode()}?=" for each in [*words, word])
