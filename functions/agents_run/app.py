"""Worker that carries on runs of agents."""

from functools import partial
from typing import Any

from outrider.agents.runs.wiring import agent_runner
from outrider.events.models import subject
from outrider.kit.aws.sqs import handle_records, time_left
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs

_LONGEST_STEP_MS = 120_000
"""More than an answer of the model, or a tool call that is repeated, may take."""


@needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.agents_table,
    Environment.contacts_table,
    Environment.credits_table,
    Environment.stack_name,
    Environment.secrets_key_id,
    Environment.agent_runs_queue_url,
)
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    enough_time = time_left(context, _LONGEST_STEP_MS)
    return handle_records(event, partial(_run, enough_time=enough_time))


def _run(message: dict[str, Any], enough_time: Any) -> None:
    workspace, run_id = subject(message, "run_id")
    outcome = agent_runner(workspace).run(run_id, enough_time)
    logger().info("agent run", agent_run_id=run_id, outcome=outcome)
