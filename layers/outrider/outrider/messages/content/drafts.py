"""Filling a step's templates for one contact, and adding what every mail must have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any, Literal

from outrider.campaigns.models import Enrollment
from outrider.contacts.models import Contact
from outrider.kit import clock
from outrider.kit.text import markup, templates
from outrider.kit.text.spintax import spin
from outrider.kit.text.templates import Kind, TemplateInvalid
from outrider.mailboxes.models import Mailbox
from outrider.messages.content import mime
from outrider.messages.models import Content
from outrider.messages.tracking.links import MAX_LINKS, Links
from outrider.sequences.models import Settings, Variant

Part = Literal["subject", "text", "html"]
MAX_SUBJECT = 900
MAX_BYTES = 200_000
"""A message is one item of a table, and that holds 400 KB."""
MAX_TEXT_BYTES = 150_000
"""Of what a person is to do: its event tells it, and the bus and the queues take 256 KB."""

_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
"""Control characters, but for tabs and ends of lines. No field holds one; a filter may write it."""
_TRACKABLE = re.compile(r"https?://[!-~]{1,4000}", re.IGNORECASE)
"""What a redirect can name as it stands: printable ASCII without spaces."""


@dataclass(frozen=True, slots=True)
class Mail:
    """`content` is what the recipient reads. The links of `mime` may lead there by way of ours:
    then `links` are their destinations, in the order of their numbers."""

    content: Content
    mime: bytes
    links: list[str]


@dataclass(frozen=True)
class Draft:
    """What a step says to a contact. Without a mailbox its templates cannot name the `sender`.

    Templates know the contact's fields, `custom`, `sender.name`, `sender.email` and
    `unsubscribe_url`. All methods raise TemplateInvalid when a variable without a default has no
    value, when there is nothing to say or when it is too long.
    """

    variant: Variant
    enrollment: Enrollment
    contact: Contact
    settings: Settings
    mailbox: Mailbox | None
    message_id: str
    links: Links

    def mail(self) -> Mail:
        """Also raises ValueError for what no header may hold."""
        assert self.mailbox is not None
        content = self._content()
        html, links = self._tracked(content.html)
        if _size(content) + sum(map(len, links)) > MAX_BYTES:
            raise TemplateInvalid(f"The email is too long: {MAX_BYTES:,} bytes at most")
        written = mime.write(
            content,
            html=html,
            mailbox=self.mailbox,
            to=self.contact.email,
            message_id=self.message_id,
            unsubscribe_url=self._unsubscribe_url,
            thread=self.enrollment.thread,
            now=clock.now(),
        )
        return Mail(content, written, links)

    def text(self) -> Content:
        """Of a text message, or of what a person is to do: nothing is added to it."""
        text = (self._body(self.variant.text, "text") or "").strip()
        content = Content(subject=self._subject(), text=text, html=None)
        if not (content.subject or text):
            raise TemplateInvalid("The step has no text for this contact")
        if _size(content) > MAX_TEXT_BYTES:
            raise TemplateInvalid(f"The text is too long: {MAX_TEXT_BYTES:,} bytes at most")
        return content

    def _content(self) -> Content:
        thread = self.enrollment.thread
        subject = self._subject() or (f"Re: {thread.subject}" if thread else "")
        text = self._body(self.variant.text, "text")
        html = self._body(self.variant.html, "html")
        if not (subject and (text or html)):
            raise TemplateInvalid("The email has no subject or no text for this contact")
        if len(subject) > MAX_SUBJECT:
            raise TemplateInvalid(f"The subject is too long: {MAX_SUBJECT} characters at most")
        if html is not None:
            html = self._html_with_footer(markup.disarm(html))
        # What was made of HTML with its footer shows all of it already.
        text = self._text_with_footer(text or markup.to_text(html or ""))
        return Content(subject=subject, text=text, html=html)

    def _subject(self) -> str:
        said = self._filled(self.variant.subject, "text", f"{self.message_id}/subject")
        return " ".join((said or "").split())

    def _body(self, source: str | None, kind: Kind) -> str | None:
        """None also for what is blank. Text and HTML that offer the same choices say the same."""
        body = self._filled(source, kind, self.message_id)
        return body if body and not body.isspace() else None

    def _filled(self, source: str | None, kind: Kind, seed: str) -> str | None:
        if not source:
            return None
        return _UNREADABLE.sub("", templates.render(spin(source, seed), self.values, kind))

    def part(self, name: Part) -> str | None:
        """One part of what the variant says, filled, without what is added to a mail."""
        if name == "subject":
            return self._subject() or None
        return self._body(getattr(self.variant, name), name)

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """What templates know, by name."""
        values = self.contact.model_dump(exclude_none=True)
        values["unsubscribe_url"] = self._unsubscribe_url
        if self.mailbox:
            sender = {"name": self.mailbox.name, "email": self.mailbox.email}
            values["sender"] = {name: value for name, value in sender.items() if value}
        return values

    @cached_property
    def _unsubscribe_url(self) -> str:
        return self.links.unsubscribe(self.message_id)

    @cached_property
    def _address(self) -> str:
        return (self.settings.postal_address or "").strip()

    def _text_with_footer(self, text: str) -> str:
        footer = []
        if self._address and _flat(self._address) not in _flat(text):
            footer.append(self._address)
        if self._unsubscribe_url not in text:
            footer.append(f"Unsubscribe: {self._unsubscribe_url}")
        return "\n\n".join([text.rstrip(), "\n".join(footer)]) + "\n" if footer else text

    def _html_with_footer(self, html: str) -> str:
        footer = []
        if self._address and _flat(self._address) not in _flat(markup.to_text(html)):
            footer += [escape(line.strip()) for line in self._address.splitlines()]
        if not markup.shows(html, self._unsubscribe_url):
            footer.append(f'<a href="{escape(self._unsubscribe_url)}">Unsubscribe</a>')
        if not footer:
            return html
        return markup.append(html, f"<p><small>{'<br>'.join(footer)}</small></p>")

    def _tracked(self, html: str | None) -> tuple[str | None, list[str]]:
        """The HTML that tells of its reading as far as the campaign wants that, and where its
        links lead. Plain text is sent as it was written."""
        if html is None:
            return None, []
        numbers: dict[str, int] = {}

        def tracked(target: str) -> str | None:
            known = target in numbers or len(numbers) <= MAX_LINKS
            if target == self._unsubscribe_url or not known or not _TRACKABLE.fullmatch(target):
                return None
            number = numbers.setdefault(target, len(numbers))
            return self.links.click(self.message_id, number)

        if self.settings.track_clicks:
            html = markup.rewrite_links(html, tracked)
        if self.settings.track_opens:
            picture = self.links.opened(self.message_id)
            html = markup.append(
                html, f'<img src="{escape(picture)}" width="1" height="1" alt="" style="border:0">'
            )
        return html, list(numbers)


def _size(content: Content) -> int:
    """In bytes, as JSON."""
    return len(content.model_dump_json().encode())


def _flat(text: str) -> str:
    return " ".join(text.split())
