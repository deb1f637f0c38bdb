"""SQS: sending in batches, and handling each record of a batch by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit import json
from outrider.kit.aws import clients
from outrider.kit.observability.invocations import keys_of_its_own, workspace_of
from outrider.kit.observability.logs import logger

MAX_DELAY_SECONDS = 900
TURN_MS = 20_000
_BATCH = 10


@dataclass(frozen=True, slots=True)
class QueueMessage:
    """`group` is the workspace that the message belongs to: while one keeps many workers busy, SQS
    gives out the messages of others first. Source:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
    """

    body: Mapping[str, Any]
    group: str
    delay_seconds: int = 0


class SendFailed(Exception):
    """The queue did not take every message; the ones it took will be handled. `unsent` are those
    that it certainly did not take."""

    def __init__(self, unsent: Sequence[QueueMessage]) -> None:
        super().__init__(f"{len(unsent)} messages were not taken by the queue")
        self.unsent = unsent


class OutOfTime(Exception):
    """There is no time left for a record, which comes again."""


@dataclass(frozen=True, slots=True)
class Queue:
    url: str

    def send(self, messages: Sequence[QueueMessage]) -> None:
        """Send all, ten a call. Raises SendFailed when the queue does not take all of them."""
        for start in range(0, len(messages), _BATCH):
            batch, others = messages[start : start + _BATCH], messages[start + _BATCH :]
            entries = [
                {
                    "Id": str(number),
                    "MessageBody": json.dumps_text(message.body),
                    "DelaySeconds": min(max(message.delay_seconds, 0), MAX_DELAY_SECONDS),
                    "MessageGroupId": message.group,
                }
                for number, message in enumerate(batch)
            ]
            try:
                answer = clients.client("sqs").send_message_batch(
                    QueueUrl=self.url, Entries=entries
                )
            except ClientError as refusal:
                raise SendFailed([*batch, *others]) from refusal
            except BotoCoreError as lost:  # it may have been taken
                raise SendFailed(others) from lost
            if refused := answer.get("Failed"):
                raise SendFailed([*(batch[int(each["Id"])] for each in refused), *others])


def time_left(context: Any, least_ms: int) -> Callable[[], bool]:
    """Tells whether a function that was given `context` may run that long still."""
    return lambda: bool(context.get_remaining_time_in_millis() > least_ms)


def turn_left(context: Any, least_ms: int) -> Callable[[], bool]:
    """`time_left` for work that goes on in another call: tells also whether its turn is over, so
    that the work of others, which fair queues give out first, finds a free worker."""
    began = context.get_remaining_time_in_millis()
    enough_time = time_left(context, least_ms)
    return lambda: enough_time() and began - context.get_remaining_time_in_millis() < TURN_MS


def handle_records(
    event: Mapping[str, Any],
    handle: Callable[[Any], None],
    enough_time: Callable[[], bool] = lambda: True,
) -> dict[str, list[dict[str, str]]]:
    """Handle each SQS record of `event`; those that fail come again, the others do not. Records
    for which there is no longer enough time come again too.

    Gives the partial batch response of `ReportBatchItemFailures`.
    """
    # Here, since only workers need it: it is the dearest of Powertools' utilities to import.
    from aws_lambda_powertools.utilities.batch import (  # noqa: PLC0415
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    def handle_record(record: Any) -> None:
        if not enough_time():
            raise OutOfTime
        with keys_of_its_own():
            logger().append_keys(record_id=record.message_id)
            try:
                message = json.loads(record.body)
                logger().append_keys(workspace=workspace_of(message))
                handle(message)
            except Exception:
                logger().exception("a record failed")
                raise

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    answer = process_partial_response(dict(event), handle_record, processor)
    if failed := len(processor.fail_messages):
        logger().warning("records come again", count=len(event["Records"]), failed=failed)
    return cast("dict[str, list[dict[str, str]]]", answer)
