"""`make redeliver`: see what reached no function or queue of a stack, and send it there again.

    python -m tools.redeliver --stack outrider           # list it, change nothing
    python -m tools.redeliver --stack outrider --send    # send it again, and delete what arrived

The queue `UndeliveredDeadLetters` has what rules, schedules, streams and Lambda could not hand
over. SQS redrives it to nowhere, because it came from no queue. What fails again stays there.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from tools.deployments import CommandFailed, Deployment, run

_HELD = 900
"""Seconds for which a message is hidden at most: as long as a function may run."""
_AGAIN = 5
"""How often a contact that changes meanwhile is followed."""


class NotUnderstood(Exception):
    """The message has none of the forms that AWS documents."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What was meant for `target`, the ARN of a function or queue, and why it did not arrive."""

    target: str
    event: Any
    why: str
    from_stream: bool = False

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> "Undelivered":
        """Read a message of a rule or schedule (which have attributes), or of an asynchronous call.
        Sources: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html,
        https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html,
        https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
        Raises NotUnderstood."""
        found = message.get("MessageAttributes", {})
        attributes = {name: each.get("StringValue", "") for name, each in found.items()}
        try:
            body = json.loads(message["Body"])
            if "TARGET_ARN" in attributes:
                return cls(attributes["TARGET_ARN"], body, attributes.get("ERROR_CODE", ""))
            context = body["requestContext"]
            return cls(context["functionArn"], body["requestPayload"], context["condition"])
        except (ValueError, KeyError, TypeError) as error:
            raise NotUnderstood(message["Body"]) from error

    @classmethod
    def of_a_stream(cls, record: Mapping[str, Any]) -> "Undelivered":
        """Read an object that Lambda put into the bucket for a batch of stream records. Source:
        https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-errors.html"""
        payload, context = record["payload"], record["requestContext"]
        event = json.loads(payload) if isinstance(payload, str) else payload
        return cls(context["functionArn"], event, context["condition"], from_stream=True)

    @property
    def name(self) -> str:
        """Name of the function or queue."""
        service, last = self.target.split(":")[2], self.target.split(":")[5:]
        return last[1] if service == "lambda" else last[0]


@dataclass(frozen=True)
class Redelivery:
    """Queue of a stack with what was not delivered. Names in the stack are looked up once, not for
    each message: CloudFormation throttles its callers."""

    deployment: Deployment

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield what is in the queue, which hides it meanwhile."""
        sqs, seen = self.deployment.client("sqs"), set[str]()
        while True:
            page = sqs.receive_message(
                QueueUrl=self._queue,
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
                VisibilityTimeout=_HELD,
                WaitTimeSeconds=2,
            )
            found = [each for each in page.get("Messages", ()) if each["MessageId"] not in seen]
            if not found:
                return
            seen |= {each["MessageId"] for each in found}
            yield from found

    def look(self, message: Mapping[str, Any]) -> Undelivered:
        """Return what a message is about. Raises NotUnderstood."""
        try:
            body = json.loads(message["Body"])
            of_a_bucket = isinstance(body, dict) and body.get("source") == "aws.s3"
            if of_a_bucket and "TARGET_ARN" not in message.get("MessageAttributes", {}):
                bucket, object_ = body["detail"]["bucket"]["name"], body["detail"]["object"]["key"]
                found = self.deployment.client("s3").get_object(Bucket=bucket, Key=object_)
                return Undelivered.of_a_stream(json.loads(found["Body"].read()))
        except (ValueError, KeyError) as error:
            raise NotUnderstood(message["Body"]) from error
        return Undelivered.of(message)

    def send(self, found: Undelivered) -> None:
        """Hand it over again. Raises CommandFailed if the function fails again."""
        if found.target.split(":")[2] == "sqs":
            self._to_queue(found)
        elif found.from_stream and found.name == self._contacts_index:
            self._follow_contacts(found)
        else:
            self._to_function(found)

    def delete(self, message: Mapping[str, Any]) -> None:
        self.deployment.client("sqs").delete_message(
            QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"]
        )

    def show_again(self, message: Mapping[str, Any]) -> None:
        """Let the queue hide a message no longer."""
        self.deployment.client("sqs").change_message_visibility(
            QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )

    def _to_queue(self, found: Undelivered) -> None:
        sqs = self.deployment.client("sqs")
        url = sqs.get_queue_url(QueueName=found.name)["QueueUrl"]
        workspace = found.event.get("detail", {}).get("workspace_id")
        group = {"MessageGroupId": workspace} if workspace else {}
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(found.event), **group)

    def _to_function(self, found: Undelivered) -> None:
        answer = self.deployment.invoke(found.target, found.event)
        if isinstance(answer, dict) and answer.get("batchItemFailures"):
            raise CommandFailed(f"{found.name} failed with {len(answer['batchItemFailures'])}")

    def _follow_contacts(self, found: Undelivered) -> None:
        """Have contacts indexed as they are now: with only the old records, the index would fall
        back behind changes that came after them."""
        records = list(found.event["Records"])
        like = records[0]
        known = {_key_of(each): each["dynamodb"].get("NewImage") for each in records}
        present = self._contacts(known)
        for _ in range(_AGAIN):
            changed = [key for key in known if known[key] != present[key]]
            records += [_change(like, key, known[key], present[key]) for key in changed]
            self._to_function(replace(found, event={"Records": records}))
            known, present = present, self._contacts(known)
            if known == present:
                return
        raise CommandFailed(f"{found.name}: its contacts change all the time")

    def _contacts(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Any]:
        """Return the items as they are now, None for those that are gone."""
        dynamodb = self.deployment.client("dynamodb")
        found = {}
        for pk, sk in keys:
            key = {"pk": {"S": pk}, "sk": {"S": sk}}
            item = dynamodb.get_item(TableName=self._contacts_table, Key=key, ConsistentRead=True)
            found[pk, sk] = item.get("Item")
        return found

    @cached_property
    def _queue(self) -> str:
        return self.deployment.messaging().nested("UndeliveredDeadLetters")

    @cached_property
    def _contacts_index(self) -> str:
        return self.deployment.nested("ContactsIndexFunction")

    @cached_property
    def _contacts_table(self) -> str:
        return self.deployment.outputs(self.deployment.nested("Data"))["ContactsTableName"]


def _key_of(record: Mapping[str, Any]) -> tuple[str, str]:
    keys = record["dynamodb"]["Keys"]
    return keys["pk"]["S"], keys["sk"]["S"]


def _change(
    like: Mapping[str, Any], key: tuple[str, str], before: Any, after: Any
) -> dict[str, Any]:
    images = {"OldImage": before, "NewImage": after}
    keys = {name: {"S": value} for name, value in zip(("pk", "sk"), key, strict=True)}
    changed = {"Keys": keys, **{name: image for name, image in images.items() if image}}
    return {**like, "eventName": "MODIFY" if after else "REMOVE", "dynamodb": changed}


def redeliver(redelivery: Redelivery, *, send: bool) -> bool:
    """List what is undelivered, or send it again. Return whether nothing of it failed."""
    counts, failed, left = Counter[str](), 0, list[Mapping[str, Any]]()
    for message in redelivery.messages():
        try:
            found = redelivery.look(message)
            if send:
                redelivery.send(found)
                redelivery.delete(message)
        except NotUnderstood:
            problem = f"not understood, look at it yourself: {message['Body'][:500]}"
        except (CommandFailed, ClientError) as error:
            problem = f"failed again: {error}"
        else:
            counts[f"{found.name} ({found.why})"] += 1
            if not send:
                left.append(message)
            continue
        print(problem)
        failed += 1
        left.append(message)
    for each in left:
        redelivery.show_again(each)
    done = "sent again" if send else "waits, send it by --send"
    for what, count in sorted(counts.items()):
        print(f"{count:,} {done}: {what}")
    if not counts and not failed:
        print("Nothing is undelivered.")
    return not failed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.redeliver")
    parser.add_argument("--stack", default="outrider", help="name of the stack")
    parser.add_argument("--send", action="store_true", help="send it again")
    asked = parser.parse_args()
    if not redeliver(Redelivery(Deployment.named(asked.stack)), send=asked.send):
        sys.exit(1)


if __name__ == "__main__":
    run(main)
