"""Worker that carries out the steps in the queue."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from outrider.access.models import Caller
from outrider.campaigns.models import StepJob
from outrider.kit import json
from outrider.kit.aws.sqs import handle_records, time_left
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.messages.wiring import queue_step, steps

_LONGEST_STEP_MS = 80_000
"""Longest run of a step: up to 8 s for the rate limit of SES, 23 s for its response, and 40 s of
retries at DynamoDB. A timeout after the claim would leave the outcome unknown."""


@needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
    Environment.secrets_key_id,
    Environment.campaign_run_arn,
    Environment.ses_configuration_set,
    Environment.steps_queue_url,
)
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    batch = _Batch(event)
    return handle_records(event, batch.run, time_left(context, _LONGEST_STEP_MS))


class _Batch:
    """Steps of one invocation. Before waiting for a mail server, those of other workspaces are
    returned to the queue, for another worker."""

    def __init__(self, event: dict[str, Any]) -> None:
        self._to_come = list(_jobs(event))

    def run(self, body: dict[str, Any]) -> None:
        job = StepJob.model_validate(body)
        if job not in self._to_come:
            return
        self._to_come.remove(job)
        service = steps(
            Caller.engine(job.workspace), job.campaign_id, lambda: self._leave_others(job)
        )
        outcome = service.run(job)
        logger().info("step", message_id=job.message_id, step_id=job.step_id, outcome=outcome)

    def _leave_others(self, current: StepJob) -> None:
        others = [job for job in self._to_come if job.workspace != current.workspace]
        for job in others:
            queue_step(job)
            self._to_come.remove(job)


def _jobs(event: dict[str, Any]) -> Iterator[StepJob]:
    """Yield the steps of all records that can be read; the others fail when it is their turn."""
    for record in event["Records"]:
        with suppress(ValueError):
            yield StepJob.model_validate(json.loads(record["body"]))
