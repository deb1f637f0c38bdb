"""Carries out the steps that lie in the queue."""

from typing import Any

from outrider.access.models import Caller
from outrider.campaigns.models import StepJob
from outrider.kit.logs import logger
from outrider.kit.queues import handle_records, time_left
from outrider.messages.wiring import steps

_LONGEST_STEP_MS = 80_000
"""A step waits up to 8 s for its turn at SES, 23 s for its answer, and 40 s until DynamoDB takes
what it says; cut short after its claim, it would be lost."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_records(event, _run, time_left(context, _LONGEST_STEP_MS))


def _run(body: dict[str, Any]) -> None:
    job = StepJob.model_validate(body)
    outcome = steps(Caller.engine(job.workspace), job.campaign_id).run(job)
    logger().info("step", message_id=job.message_id, step_id=job.step_id, outcome=outcome)
