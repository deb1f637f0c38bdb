"""Bulk upserts of contacts, matched by email address."""

from dataclasses import dataclass

from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.entities.bulk import Bulk


@dataclass(frozen=True, slots=True)
class ContactBulk(ContactRepository, Bulk[Contact]):
    pass
