"""Keys and items of research.

What was found is kept beside the contact, `<workspace>#research` / `con_…`, and goes with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.kit.aws.dynamodb import Action, batch_get
from outrider.research.models import Findings


@dataclass(frozen=True, slots=True)
class ResearchRepository:
    """Research of one workspace."""

    contacts: ContactRepository

    def get(self, contact_id: str) -> tuple[Contact | None, Findings | None]:
        """The contact and what is kept about its company, in one read."""
        table, pk, sk = self.contacts.beside(contact_id)
        found = batch_get([*self.contacts.keys(contact_id), (table, pk, sk)])
        kept = found.get((table.name, pk, sk))
        contact = self.contacts.whole(contact_id, found)
        return contact, Findings.model_validate(kept) if kept else None

    def keep_actions(self, contact_id: str, findings: Findings) -> Sequence[Action]:
        """The writes that keep it, if the contact is there still, for a transaction."""
        table, pk, sk = self.contacts.beside(contact_id)
        item = {**findings.model_dump(exclude_none=True), "pk": pk, "sk": sk}
        return [self.contacts.check_present_action(contact_id), table.put_action(item)]
