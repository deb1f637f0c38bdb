"""Contacts by the hundred, found by their addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository, contact_from
from outrider.entities.bulk import Bulk
from outrider.kit.attributes import Item


@dataclass(frozen=True, slots=True)
class ContactBulk(ContactRepository, Bulk[Contact]):
    owner: ClassVar[str] = "contact_id"

    @property
    def claims(self) -> str:
        return f"{self.workspace}#email"

    def entity(self, item: Item | None) -> Contact | None:
        return contact_from(item)

    def holds(self, entity: Contact, value: str) -> bool:
        return entity.has_address(value)

    def index_keys(self, fields: Mapping[str, Any]) -> dict[str, str | None]:  # noqa: ARG002
        return {}
