"""Drafts of the first message of a campaign for contacts that are not enrolled yet."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from outrider.access.models import Caller
from outrider.campaigns.enrollments.first_messages import ENCODED_WORD, FirstMessage
from outrider.campaigns.models import Campaign, Enrollment, StepJob, step_message_id
from outrider.campaigns.repository import CampaignRepository
from outrider.contacts.errors import ContactNotFound
from outrider.kit import clock
from outrider.kit.text import markup
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages.content import rendering
from outrider.messages.content.composer import enrollment_to_be
from outrider.messages.content.drafts import Draft, Mail
from outrider.messages.content.previews import problems
from outrider.messages.errors import NotDrafted
from outrider.messages.models import Content
from outrider.messages.sending.snapshot import Snapshot, SnapshotReader
from outrider.sequences.models import Step


@dataclass(frozen=True, slots=True)
class DraftingService:
    """Drafts of the first messages of the campaigns of one workspace."""

    caller: Caller
    campaigns: CampaignRepository
    mailboxes: MailboxRepository
    reader: Callable[[str], SnapshotReader]

    def draft(
        self,
        campaign_id: str,
        contact_id: str,
        words: Content | None = None,
        *,
        mailbox_id: str | None = None,
    ) -> FirstMessage:
        """Return the first message that the campaign would send to the contact, with footer, from
        the mailbox that sends it. With `words` these are the email instead of the step's templates;
        they are text, not templates, and get the footer if they lack it. The mailbox `mailbox_id`
        has precedence, as long as it is in the pool and can send.

        The links to unsubscribe have no effect; sending replaces them (`FirstMessage`), and adds
        the tracking links and the open pixel of the campaign's settings to the HTML.

        Raises CampaignNotFound, ContactNotFound, and NotDrafted if the message cannot be rendered.
        """
        seen, enrollment, step = self._seen(campaign_id, contact_id, mailbox_id)
        content = _content(seen, enrollment, step, words)
        try:
            return FirstMessage(
                step_id=step.id,
                mailbox_id=seen.mailbox.id if seen.mailbox else "",
                to=seen.contact.email if seen.mailbox and seen.contact else "",
                subject=content.subject.replace(ENCODED_WORD, "= ?"),
                text=content.text or "",
                html=content.html,
            )
        except ValidationError as error:
            raise NotDrafted("not_sendable", error.errors()[0]["msg"]) from error

    def template(self, campaign_id: str, contact_id: str, mailbox_id: str) -> Content:
        """Return the rendered templates of the email that `draft` returns, as plain text and
        without footer.

        Raises CampaignNotFound, ContactNotFound, and NotDrafted if the message cannot be rendered.
        """
        seen, enrollment, step = self._seen(campaign_id, contact_id, mailbox_id)
        try:
            draft = rendering.begin(seen, enrollment, step)
            subject, text = draft.part("subject"), draft.part("text")
            text = text or markup.to_text(draft.part("html") or "")
        except ValueError as error:
            raise NotDrafted("not_sendable", str(error)) from error
        return Content(subject=subject or "", text=text, html=None)

    def _seen(
        self, campaign_id: str, contact_id: str, mailbox_id: str | None
    ) -> tuple[Snapshot, Enrollment, Step]:
        """Return what the first step depends on, the enrollment as it would be, and the step.
        Raises CampaignNotFound, ContactNotFound, NotDrafted."""
        campaign = self.campaigns.require(campaign_id)
        enrollment = enrollment_to_be(campaign, contact_id)
        seen = self.reader(campaign.id).read(StepJob.of(self.caller.workspace, enrollment))
        if seen.contact is None:
            raise ContactNotFound
        if not seen.steps:
            raise NotDrafted("not_sendable", "The sequence of the campaign was deleted")
        step = seen.steps[0]
        seen = replace(
            seen,
            message_id=step_message_id(self.caller.workspace, enrollment, step.id),
            links=seen.links and seen.links.for_review(),
            mailbox=self._mailbox(campaign, enrollment, mailbox_id)
            if step.channel == "email"
            else None,
        )
        return seen, enrollment, step

    def _mailbox(
        self, campaign: Campaign, enrollment: Enrollment, preferred: str | None
    ) -> Mailbox:
        """Return the mailbox that sends to the contact: one of the pool, by a hash of the
        enrollment and in proportion to today's caps, if possible one that can send, and the
        `preferred` one if it is one of these. Raises NotDrafted."""
        pool = self.mailboxes.of_pool(campaign.mailbox_pool)
        able: Sequence[Mailbox] = [each for each in pool if each.can_send] or pool
        if not able:
            detail = f"There is no mailbox in {campaign.mailbox_pool}. Add one with "
            raise NotDrafted("no_mailbox", f"{detail}POST /v1/mailboxes")
        if chosen := next((each for each in able if each.id == preferred), None):
            return chosen
        today = clock.now().date()
        shares = [max(1, each.cap_on(today)) for each in able]
        place = int.from_bytes(hashlib.sha256(enrollment.id.encode()).digest()[:8]) % sum(shares)
        for mailbox, share in zip(able, shares, strict=True):
            if place < share:
                return mailbox
            place -= share
        return able[-1]


def _content(seen: Snapshot, enrollment: Enrollment, step: Step, words: Content | None) -> Content:
    """Return the content of the step, or of an email with these words. Raises NotDrafted."""
    phone = seen.contact.phone if seen.contact else None
    if step.channel == "sms" and not rendering.is_phone(phone):
        raise NotDrafted("no_phone", "The contact has no phone number in the form +14155552671")
    draft: Draft | None = None
    try:
        draft = rendering.begin(seen, enrollment, step)
        if words is None or step.channel != "email":
            written = rendering.write(seen, enrollment, step)
        else:
            written = draft.written(draft.with_footer(words.subject, words.text, words.html))
    except ValueError as error:
        for problem in problems(draft) if draft and words is None else ():
            raise NotDrafted(problem.rule, problem.message) from error
        raise NotDrafted("not_sendable", str(error)) from error
    return written.content if isinstance(written, Mail) else written
