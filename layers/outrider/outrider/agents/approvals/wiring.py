"""Construction of the services of approvals."""

from collections.abc import Collection, Mapping

from outrider.access import scopes
from outrider.access.errors import ScopeDenied
from outrider.access.idempotency import progress_of
from outrider.access.models import Caller, WorkspaceId
from outrider.agents.approvals.deciding import Decisions
from outrider.agents.approvals.proposals import ProposalService
from outrider.agents.approvals.reading import Reader
from outrider.agents.approvals.repository import ApprovalRepository
from outrider.agents.approvals.service import ApprovalService
from outrider.contacts.models import Contact
from outrider.contacts.wiring import contact_repository
from outrider.kit import ids
from outrider.kit.aws.dynamodb import Table
from outrider.kit.http.requests import Request
from outrider.kit.settings import settings
from outrider.mcp.calls import Calls
from outrider.mcp.invoking import invoke

_CONTACTS = "contacts:read"


def approvals(caller: Caller) -> ApprovalService:
    return ApprovalService(caller, _repository(caller.workspace))


def decisions(caller: Caller, request: Request) -> Decisions:
    """Return the decisions of the caller, whose calls have the API key of the request."""
    calls, keys = Calls(request, invoke), Table(settings().keys_table)
    return Decisions(
        caller,
        approvals(caller),
        calls,
        lambda: _reader(caller, calls),
        lambda key: progress_of(keys, caller.workspace, caller.actor, key),
    )


def proposals(caller: Caller, calls: Calls) -> ProposalService:
    """Return the proposals of an agent run, which reads with `calls`."""
    return ProposalService(caller, _repository(caller.workspace), _reader(caller, calls))


def _reader(caller: Caller, calls: Calls) -> Reader:
    def contacts_of(contact_ids: Collection[str]) -> Mapping[str, Contact]:
        if not scopes.covers(caller.scopes, _CONTACTS):
            raise ScopeDenied(f"To show the recipients, the scope {_CONTACTS} is needed")
        return contact_repository(caller.workspace).get_many(
            [each for each in contact_ids if ids.is_id("con", each)]
        )

    return Reader(calls, contacts_of)


def _repository(workspace: WorkspaceId) -> ApprovalRepository:
    return ApprovalRepository(Table(settings().agents_table), workspace)
