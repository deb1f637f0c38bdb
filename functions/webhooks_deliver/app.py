"""Worker of the deliveries queue: attempts, probes, and the drain of backlogs."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from outrider.access.models import WorkspaceId
from outrider.kit.aws.sqs import handle_records
from outrider.kit.models import HIDDEN
from outrider.kit.observability.invocations import observed
from outrider.kit.settings import Environment, needs
from outrider.webhooks.models import DeliveryJob, Job, ProbeJob, PumpJob
from outrider.webhooks.wiring import deliverer, pump

_JOB: TypeAdapter[Job] = TypeAdapter(Annotated[Job, Field(discriminator="kind")], config=HIDDEN)


@needs(
    Environment.webhooks_table, Environment.secrets_key_id, Environment.webhook_deliveries_queue_url
)
@observed
def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return handle_records(event, _carry_out)


def _carry_out(message: dict[str, Any]) -> None:
    job = _JOB.validate_python(message)
    workspace = WorkspaceId(job.workspace)
    match job:
        case DeliveryJob():
            deliverer(workspace).attempt(job)
        case ProbeJob():
            deliverer(workspace).probe(job)
        case PumpJob():
            pump(workspace).run(job)
