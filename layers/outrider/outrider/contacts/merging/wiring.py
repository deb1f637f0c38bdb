"""Construction of the services of `contacts.merging`."""

from outrider.access.models import Caller
from outrider.contacts.merging.service import MergeService
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings


def merging(caller: Caller) -> MergeService:
    table = Table(settings().contacts_table)
    return MergeService(
        caller,
        ContactRepository(table, caller.workspace),
        SuppressionRepository(table, caller.workspace),
    )
