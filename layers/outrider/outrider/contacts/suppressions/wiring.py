"""Construction of the services of `contacts.suppressions`."""

from outrider.access.models import Caller
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.contacts.suppressions.service import SuppressionService
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings


def suppressions(caller: Caller) -> SuppressionService:
    table = Table(settings().contacts_table)
    return SuppressionService(caller, SuppressionRepository(table, caller.workspace))
