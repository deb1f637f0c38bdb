"""Handling of the queue messages of a stage by its worker."""

from collections.abc import Callable, Mapping
from typing import Any

from outrider.access.models import Caller
from outrider.kit.aws.sqs import handle_records, time_left
from outrider.kit.observability.logs import logger
from outrider.workflows.stages.models import StageJob
from outrider.workflows.stages.worker import StageWorker


def handle_jobs(
    event: Mapping[str, Any],
    context: Any,
    worker: Callable[[Caller], StageWorker],
    *,
    longest_ms: int,
    job_of: Callable[[dict[str, Any]], StageJob] = StageJob.model_validate,
) -> dict[str, Any]:
    """Carry out the stage of each lead in `event`, and return the partial batch response.

    `worker` makes the worker for a workspace, `job_of` reads a message. Once less than `longest_ms`
    milliseconds of the invocation are left, SQS delivers the others again.
    """

    def carry_out(message: dict[str, Any]) -> None:
        job = job_of(message)
        outcome = worker(Caller.engine(job.workspace)).run(job)
        logger().info(job.stage, **job.model_dump(exclude={"workspace"}), outcome=outcome)

    return handle_records(event, carry_out, time_left(context, longest_ms))
