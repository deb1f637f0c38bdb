"""Builds the objects of `contacts`."""

from outrider.access.models import Caller
from outrider.contacts.repository import ContactRepository
from outrider.contacts.service import ContactService
from outrider.kit.dynamo import Table
from outrider.kit.settings import settings


def contacts(caller: Caller) -> ContactService:
    table = Table(settings().require("contacts_table"))
    return ContactService(caller, ContactRepository(table, caller.workspace))
