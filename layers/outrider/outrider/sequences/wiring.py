"""Builds the objects of `sequences`."""

from outrider.access.models import Caller
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.mailboxes.pools.repository import PoolRepository
from outrider.sequences.repository import SequenceRepository
from outrider.sequences.service import SequenceService


def sequences(caller: Caller) -> SequenceService:
    table = Table(settings().campaigns_table)
    return SequenceService(
        caller,
        SequenceRepository(table, caller.workspace),
        PoolRepository(table, caller.workspace),
    )
