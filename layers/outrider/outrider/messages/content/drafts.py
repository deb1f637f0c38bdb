"""Rendering of a step's templates for one contact, with the footer and tracking of an email."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any, Literal

from outrider.campaigns.enrollments.first_messages import MAX_SUBJECT, UNREADABLE, FirstMessage
from outrider.campaigns.models import Enrollment, step_message_id
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
MAX_BYTES = 200_000
"""Maximum size of a message, which is one DynamoDB item (400 KB at most)."""
MAX_TEXT_BYTES = 150_000
"""Maximum size of a manual task, whose event contains it: EventBridge and SQS accept 256 KB."""

_TRACKABLE = re.compile(r"https?://[!-~]{1,4000}", re.IGNORECASE)
"""URLs that a redirect can return unchanged: printable ASCII without spaces."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered email. `content` is what the recipient reads. Links in `mime` may be tracking
    links; `links` are then their destinations, in the order of their numbers."""

    content: Content
    mime: bytes
    links: list[str]


@dataclass(frozen=True)
class Draft:
    """A step to be rendered for a contact. Without a mailbox, templates cannot use `sender`.

    Templates can use the contact's fields, `custom`, `research`, `sender.name`, `sender.email` and
    `unsubscribe_url`. All methods raise TemplateInvalid if a variable without a default has no
    value, or if the result is empty or too long.
    """

    variant: Variant
    enrollment: Enrollment
    contact: Contact
    settings: Settings
    mailbox: Mailbox | None
    message_id: str
    links: Links
    research: Mapping[str, Any] = field(default_factory=dict)
    """Values of the template variable `research`."""

    def mail(self) -> Mail:
        """Return the rendered email. Also raises ValueError if a header value is not allowed."""
        return self.written(self.content())

    def approved(self, first: FirstMessage) -> Mail:
        """Return the email with approved content: only its unsubscribe links are replaced by those
        of the recipient. Also raises ValueError if a header value is not allowed, and
        TemplateInvalid if the contact has another address now than the one that was approved."""
        if first.to != self.contact.email:
            raise TemplateInvalid("The contact's address was changed after the approval")
        shown_id = step_message_id(
            self.links.workspace,
            self.enrollment.model_copy(update={"generation": 1}),
            first.step_id,
        )
        shown_url = self.links.for_review().unsubscribe(shown_id)
        bodies = [
            body and body.replace(shown_url, self._unsubscribe_url)
            for body in (first.text, first.html)
        ]
        if any(body and self._unsubscribe_url not in body for body in bodies):
            raise TemplateInvalid("The approved email has no unsubscribe link")
        text, html = bodies
        return self.written(Content(subject=first.subject, text=text, html=html))

    def written(self, content: Content) -> Mail:
        """Return the email with this content, which has a footer. Also raises ValueError if a
        header value is not allowed."""
        assert self.mailbox is not None
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
        """Return the content of an SMS or a manual task: no footer or tracking is added."""
        text = (self._body(self.variant.text, "text") or "").strip()
        content = Content(subject=self._subject(), text=text, html=None)
        if not (content.subject or text):
            raise TemplateInvalid("The step has no text for this contact")
        if _size(content) > MAX_TEXT_BYTES:
            raise TemplateInvalid(f"The text is too long: {MAX_TEXT_BYTES:,} bytes at most")
        return content

    def content(self) -> Content:
        """Return the content of the email, with the footer."""
        thread = self.enrollment.thread
        subject = self._subject() or (f"Re: {thread.subject}" if thread else "")
        text = self._body(self.variant.text, "text")
        return self.with_footer(subject, text, self._body(self.variant.html, "html"))

    def with_footer(self, subject: str, text: str | None, html: str | None) -> Content:
        """Return the content of an email with these parts, and the footer where they lack it."""
        if not (subject and (text or html)):
            raise TemplateInvalid("The email has no subject or no text for this contact")
        if len(subject) > MAX_SUBJECT:
            raise TemplateInvalid(f"The subject is too long: {MAX_SUBJECT} characters at most")
        if html is not None:
            html = self._html_with_footer(markup.disarm(html))
        # Text converted from HTML already contains the footer.
        text = self._text_with_footer(text or markup.to_text(html or ""))
        return Content(subject=subject, text=text, html=html)

    def _subject(self) -> str:
        subject = self._filled(self.variant.subject, "text", f"{self.message_id}/subject")
        return " ".join((subject or "").split())

    def _body(self, source: str | None, kind: Kind) -> str | None:
        """Return the rendered body, or None if it is blank. Text and HTML use the same spintax
        seed, so equal choices match."""
        body = self._filled(source, kind, self.message_id)
        return body if body and not body.isspace() else None

    def _filled(self, source: str | None, kind: Kind, seed: str) -> str | None:
        if not source:
            return None
        # No stored field has an unreadable character, but a template filter may create one.
        return UNREADABLE.sub("", templates.render(spin(source, seed), self.values, kind))

    def part(self, name: Part) -> str | None:
        """Return one rendered part of the variant, without footer and tracking, or None if it is
        blank."""
        if name == "subject":
            return self._subject() or None
        return self._body(getattr(self.variant, name), name)

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """Values of the template variables, by name."""
        values = self.contact.model_dump(exclude_none=True)
        values["unsubscribe_url"] = self._unsubscribe_url
        values["research"] = self.research
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
        """Return the HTML with tracking links and open pixel, as the settings of the campaign
        demand, and the destinations of the links. Plain text is never tracked."""
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
    """Return the size in bytes, as JSON."""
    return len(content.model_dump_json().encode())


def _flat(text: str) -> str:
    return " ".join(text.split())
