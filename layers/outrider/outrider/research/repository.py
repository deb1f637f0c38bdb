"""Keys and items of research.

Findings are stored with the contact, `<workspace>#research` / `con_…`, and deleted with it. For two
days they are also stored by site, `<workspace>#site` / `<SHA-256 of the site>`, for other contacts
of the same company.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, batch_get
from outrider.research.models import Findings

FRESH = timedelta(hours=24)
"""Time for which findings are reused for every contact of the company."""
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

    def of_site(self, site: str) -> Findings | None:
        """Return the findings about a site from the last 24 hours, made for any contact, or
        None."""
        item = self.contacts.table.get(*self._key_of(site), consistent=True)
        findings = Findings.model_validate(item) if item else None
        return findings if findings and is_fresh(findings) else None

    def keep_actions(self, contact_id: str, findings: Findings) -> Sequence[Action]:
        """Return the writes that store findings with a contact. Condition: the contact exists."""
        table, pk, sk = self.contacts.beside(contact_id)
        item = {**findings.model_dump(exclude_none=True), "pk": pk, "sk": sk}
        return [self.contacts.check_present_action(contact_id), table.put_action(item)]

    def share_action(self, findings: Findings, *, replacing: bool) -> Action:
        """Return the write that stores findings by site. Condition, unless `replacing`: there are
        none from the last 24 hours."""
        pk, sk = self._key_of(findings.site)
        item = {
            **findings.model_dump(exclude_none=True),
            "pk": pk,
            "sk": sk,
            "ttl": int((clock.now() + _KEPT).timestamp()),
        }
        if replacing:
            return self.contacts.table.put_action(item)
        return self.contacts.table.put_action(
            item,
            "attribute_not_exists(#researched_at) OR #researched_at <= :old",
            old=clock.to_text(clock.now() - FRESH),
        )

    def _key_of(self, site: str) -> tuple[str, str]:
        return f"{self.contacts.workspace}#site", hashlib.sha256(site.encode()).hexdigest()


def is_fresh(findings: Findings) -> bool:
    """Return whether the findings are from the last 24 hours."""
    return clock.now() - clock.from_text(findings.researched_at) < FRESH
