"""Worker that runs and reverts imports; it continues by message when time runs short."""

from functools import partial
from typing import Any

from outrider.imports.jobs import ImportJob
from outrider.imports.wiring import reverter, runner
from outrider.kit.aws.sqs import handle_records, turn_left
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs

_LONGEST_CHUNK_MS = 90_000
"""Upper bound for one chunk, which usually takes seconds, including retries of DynamoDB."""


@needs(
    Environment.contacts_table,
    Environment.companies_table,
    Environment.events_table,
    Environment.files_bucket,
    Environment.imports_queue_url,
)
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_records(event, partial(_run, enough_time=turn_left(context, _LONGEST_CHUNK_MS)))


def _run(message: dict[str, Any], enough_time: Any) -> None:
    workspace, import_id = ImportJob.of(message).place
    for work in (runner, reverter):
        outcome = work(workspace, import_id).run(enough_time)
        logger().info("import", import_id=import_id, work=work.__name__, outcome=outcome)
