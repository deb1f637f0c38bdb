"""Keys and items of research.

Findings are stored with the contact, `<workspace>#research` / `con_…`, and deleted with it: they
record what was found. When a research is paid, that is stored by site for two days,
`<workspace>#site` / `<SHA-256 of the site>`, with the findings for other contacts of the company,
unless the page forbids to store it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.kit import clock
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Action, batch_get
from outrider.research.models import Findings, SiteRecord

FRESH = timedelta(hours=24)
"""Time for which a research is paid, and the most for which its findings are reused."""
_KEPT = 2 * FRESH


@dataclass(frozen=True, slots=True)
class ResearchRepository:
    """Research of one workspace."""

    contacts: ContactRepository

    def get(self, contact_id: str) -> tuple[Contact | None, Findings | None]:
        """Return the contact and the findings stored with it, in one batch read."""
        table, pk, sk = self.contacts.beside(contact_id)
        found = batch_get([*self.contacts.keys(contact_id), (table, pk, sk)])
        kept = found.get((table.name, pk, sk))
        contact = self.contacts.whole(contact_id, found)
        return contact, Findings.model_validate(kept) if kept else None

    def get_many(self, contact_ids: Sequence[str]) -> dict[str, tuple[Contact, Findings | None]]:
        """Return the existing contacts of these ids, with the findings stored with them; some
        contacts per call."""
        beside = {contact_id: self.contacts.beside(contact_id) for contact_id in contact_ids}
        found = batch_get(
            key
            for contact_id in contact_ids
            for key in (*self.contacts.keys(contact_id), beside[contact_id])
        )
        known: dict[str, tuple[Contact, Findings | None]] = {}
        for contact_id, (table, pk, sk) in beside.items():
            if contact := self.contacts.whole(contact_id, found):
                kept = found.get((table.name, pk, sk))
                known[contact_id] = contact, Findings.model_validate(kept) if kept else None
        return known

    def of_site(self, site: str) -> SiteRecord | None:
        """Return what is stored about a site, or None."""
        item = self.contacts.table.get(*self._key_of(site), consistent=True)
        return SiteRecord.model_validate(item) if item else None

    def keep_actions(self, contact_id: str, findings: Findings) -> Sequence[Action]:
        """Return the writes that store findings with a contact. Condition: the contact exists."""
        table, pk, sk = self.contacts.beside(contact_id)
        item = {**findings.model_dump(exclude_none=True), "pk": pk, "sk": sk}
        return [self.contacts.check_present_action(contact_id), table.put_action(item)]

    def share_action(self, findings: Findings, *, replacing: bool) -> Action:
        """Return the write that stores paid findings by site. Condition, unless `replacing`: none
        were paid in the last 24 hours."""
        item = self._record(findings, paid_at=findings.researched_at)
        if replacing:
            return self.contacts.table.put_action(item)
        return self.contacts.table.put_action(
            item,
            "attribute_not_exists(#paid_at) OR #paid_at <= :old",
            old=clock.to_text(clock.now() - FRESH),
        )

    def share_anew_action(self, findings: Findings, paid_at: str) -> Action:
        """Return the write that replaces the findings about a site whose research was paid at
        `paid_at`. Condition: it was not paid again."""
        item = self._record(findings, paid_at)
        return self.contacts.table.put_action(item, "#paid_at = :paid_at", paid_at=paid_at)

    def _record(self, findings: Findings, paid_at: str) -> Item:
        pk, sk = self._key_of(findings.site)
        shared = findings if findings.caching.may_store else None
        record = SiteRecord(paid_at=paid_at, findings=shared)
        ttl = int((clock.now() + _KEPT).timestamp())
        return {**record.model_dump(exclude_none=True), "pk": pk, "sk": sk, "ttl": ttl}

    def _key_of(self, site: str) -> tuple[str, str]:
        return f"{self.contacts.workspace}#site", hashlib.sha256(site.encode()).hexdigest()


def is_fresh(findings: Findings) -> bool:
    """Return whether findings answer for their site without asking it again: for 24 hours at most,
    and no longer than the headers of the page allow."""
    lifetime = findings.caching.fresh_seconds
    within = FRESH if lifetime is None else min(FRESH, timedelta(seconds=lifetime))
    age = clock.now() - clock.from_text(findings.researched_at)
    return findings.caching.may_store and age < within


def is_paid(record: SiteRecord) -> bool:
    """Return whether a research of the site was paid in the last 24 hours."""
    return clock.now() - clock.from_text(record.paid_at) < FRESH
