"""Construction of the service that deletes a workspace."""

from outrider.access.operator.repository import WorkspaceKeys
from outrider.deletion.repository import DeletionRepository
from outrider.deletion.service import WorkspaceDeletion
from outrider.deletion.stores import FileStore, TableStore
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.s3 import Objects
from outrider.kit.settings import settings


def deletion(workspace_id: str) -> WorkspaceDeletion:
    known = settings()
    keys = Table(known.keys_table)
    tables = (
        known.enrollments_table,
        known.campaigns_table,
        known.messages_table,
        known.contacts_table,
        known.companies_table,
        known.leads_table,
        known.agents_table,
        known.webhooks_table,
        known.events_table,
        known.credits_table,
    )
    return WorkspaceDeletion(
        DeletionRepository(keys, workspace_id),
        (
            *(TableStore(Table(name)) for name in tables),
            FileStore(Objects(known.files_bucket)),
            TableStore(keys, of_keys=True),
        ),
        lambda id_: frozenset(key.id for _, key in WorkspaceKeys(keys, id_).all()),
    )
