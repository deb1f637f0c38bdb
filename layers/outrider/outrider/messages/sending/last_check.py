"""Strongly consistent read of everything that can forbid a message, made after its step was
claimed.

It is the last check before the message is sent: every change committed before this read is
honoured. The time of the last contact is not read again, because its write is conditional.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from outrider.campaigns.enrollments.company_replies import CompanyReplies
from outrider.campaigns.models import Campaign, Enrollment
from outrider.campaigns.repository import CampaignRepository
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.contacts.suppressions.models import Suppression
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Key, batch_get
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages.sending.snapshot import SendRestrictions, Snapshot, contact_of

Found = Mapping[tuple[str, str, str], Item]


@dataclass(frozen=True, slots=True)
class RestrictionsReader:
    """Reader of send restrictions for the enrollments of one campaign."""

    campaigns: CampaignRepository
    contacts: ContactRepository
    suppressions: SuppressionRepository
    bounces: GlobalBounces
    companies: CompanyReplies
    mailboxes: MailboxRepository

    def read(self, seen: Snapshot, enrollment: Enrollment) -> Snapshot:
        """Return `seen` with contact, campaign and mailbox read again, and `standing` filled.

        If the contact or campaign does not exist, return `seen` unchanged. Raises StoreFailed if
        DynamoDB fails.
        """
        if seen.contact is None or seen.campaign is None:
            return seen
        email, others = seen.contact.email, seen.contact.other_emails
        contact, campaign = self.contacts.key(seen.contact.id), self.campaigns.key(seen.campaign.id)
        mailbox = self.mailboxes.key(seen.mailbox.id) if seen.mailbox else None
        bounce, reply = self.bounces.key(email), self._reply_key(seen, enrollment)
        optional = [key for key in (mailbox, reply) if key]
        suppressions = self.suppressions.keys([email, *others])
        found = batch_get([contact, campaign, bounce, *optional, *suppressions])
        contact_item, campaign_item = _at(found, contact), _at(found, campaign)
        mailbox_item = _at(found, mailbox)
        standing = {
            item["sk"]: Suppression.model_validate(item)
            for key in suppressions
            if (item := _at(found, key))
        }
        return replace(
            seen,
            contact=contact_of(contact_item, seen.touch),
            campaign=Campaign.model_validate(campaign_item) if campaign_item else None,
            mailbox=Mailbox.model_validate(mailbox_item) if mailbox_item else None,
            standing=SendRestrictions(
                suppressions=self.suppressions.blocking(standing, email, others),
                bounced_elsewhere=_at(found, bounce) is not None,
                company_replied=_at(found, reply) is not None,
            ),
        )

    def _reply_key(self, seen: Snapshot, enrollment: Enrollment) -> Key | None:
        """Return the key of the record of a reply from the contact's company, or None if such
        replies do not end the enrollment."""
        stops = seen.settings.stop_for_company and enrollment.company_key
        return self.companies.key(stops) if stops else None


def _at(found: Found, key: Key | None) -> dict[str, Any] | None:
    return dict(found[key[0].name, key[1], key[2]]) if key and _name(key) in found else None


def _name(key: Key) -> tuple[str, str, str]:
    return key[0].name, key[1], key[2]
