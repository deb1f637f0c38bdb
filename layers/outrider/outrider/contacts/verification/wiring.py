"""Construction of the services of `contacts.verification`."""

from outrider.access.models import Caller
from outrider.contacts.repository import ContactRepository
from outrider.contacts.verification.deliverability import look_up
from outrider.contacts.verification.service import VerificationService
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings


def verification(caller: Caller) -> VerificationService:
    table = Table(settings().contacts_table)
    return VerificationService(
        caller,
        ContactRepository(table, caller.workspace),
        lambda address: look_up(address, settings().dns_server),
    )
