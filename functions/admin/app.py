"""Commands of the operator of the deployment: workspaces, API keys, granted addresses, diagnosis.
The function has no route; IAM decides who may invoke it.

    {"action": "create_workspace", "name": "Acme", "plan": "professional", "sandbox": "examples"}
    {"action": "suspend_workspace", "workspace_id": "wsp_…"}
    {"action": "grant_address", "workspace_id": "wsp_…", "domain": "acme.com"}

docs/operations.md lists all of them.

Invalid input returns `{"error": {"code", "detail", "errors"}}`.
"""

from typing import Annotated, Any

from pydantic import Discriminator, TypeAdapter, ValidationError

from outrider.access.models import Caller, WorkspaceId
from outrider.access.operator.commands import command
from outrider.access.operator.schemas import OperatorRequest, WorkspaceCreated
from outrider.access.operator.wiring import operator
from outrider.diagnosis.models import Diagnose
from outrider.diagnosis.wiring import diagnosis
from outrider.kit.errors import Conflict, ServiceUnavailable, ValidationFailed
from outrider.kit.http.violations import violations_of
from outrider.kit.models import HIDDEN, Model
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.mailboxes.ownership.schemas import OwnershipGrant
from outrider.mailboxes.ownership.wiring import grants

_REQUEST: TypeAdapter[OperatorRequest | OwnershipGrant | Diagnose] = TypeAdapter(
    Annotated[OperatorRequest | OwnershipGrant | Diagnose, Discriminator("action")], config=HIDDEN
)


@needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.leads_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
    Environment.bus_name,
    Environment.files_bucket,
    Environment.secrets_key_id,
    Environment.stack_name,
    Environment.messaging_stack,
    Environment.relay_function,
)
@observed
@command
def handler(event: dict[str, Any], context: Any) -> Model:
    try:
        request = _REQUEST.validate_python(event)
    except ValidationError as error:
        raise ValidationFailed.of(violations_of(error, _REQUEST)) from error
    answer = _perform(request, context.aws_request_id)
    workspace_id = getattr(answer, "workspace_id", None)
    logger().info("done", action=request.action, workspace_id=workspace_id)
    return answer


def _perform(request: OperatorRequest | OwnershipGrant | Diagnose, request_id: str) -> Model:
    if isinstance(request, OwnershipGrant):
        return grants(request_id).grant(request)
    if isinstance(request, Diagnose):
        return diagnosis().diagnose()
    answer = operator(request_id).perform(request)
    if isinstance(answer, WorkspaceCreated) and getattr(request, "sandbox", "") == "examples":
        _fill_sandbox(answer.workspace_id, request_id)
    return answer


def _fill_sandbox(workspace_id: str, request_id: str) -> None:
    """Give a new workspace its example data. Its keys are shown only once, so a failure must not
    withhold them: `POST /v1/sandbox/reset` fills the sandbox then."""
    from outrider.sandbox.wiring import sandbox  # noqa: PLC0415 - other actions need none of it

    try:
        sandbox(Caller.engine(WorkspaceId.of(workspace_id, "test"), request_id)).fill()
    except (Conflict, ServiceUnavailable) as failure:
        logger().warning("sandbox not filled", workspace_id=workspace_id, detail=failure.detail)
