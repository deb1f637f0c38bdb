"""Worker that writes the files of exports."""

from functools import partial
from typing import Any

from outrider.events.models import subject
from outrider.exports.wiring import runner
from outrider.kit.aws.sqs import handle_records, turn_left
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs

_LONGEST_PART_MS = 60_000


@needs(
    Environment.contacts_table,
    Environment.companies_table,
    Environment.files_bucket,
    Environment.exports_queue_url,
)
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_records(event, partial(_run, enough_time=turn_left(context, _LONGEST_PART_MS)))


def _run(message: dict[str, Any], enough_time: Any) -> None:
    workspace, export_id = subject(message, "export_id")
    outcome = runner(workspace, export_id).run(export_id, enough_time)
    logger().info("export", export_id=export_id, outcome=outcome)
