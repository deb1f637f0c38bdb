"""Order of messages in a fair standard queue, as on AWS.

When a queue has a backlog, SQS prefers messages of groups with few messages in flight, so that
thousands of one workspace do not delay those of another. Source:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
"""

import json
from collections import Counter
from heapq import nsmallest
from typing import Any

Message = dict[str, Any]


def next_messages(messages: list[Message], most: int, now: float) -> list[Message]:
    """Return up to `most` messages that are visible at `now` (epoch seconds). Groups take turns,
    the one with the fewest messages in flight first, and each group's oldest message first."""
    turns: Counter[str] = Counter()
    visible = []
    for message in messages:
        if message.get("visible_at", 0) <= now:
            visible.append(message)
        elif message.get("receive_count"):
            turns[_group(message)] += 1
    waiting = []
    for place, message in enumerate(visible):
        group = _group(message)
        waiting.append((turns[group], place))
        turns[group] += 1
    return [visible[place] for _, place in nsmallest(most, waiting)]


def group_of(event: str, wanted: str) -> str:
    """Return the message group that an EventBridge rule's target sets for an event: `wanted` is a
    literal or a JSON path such as `$.detail.workspace`."""
    if not wanted.startswith("$."):
        return wanted
    found = json.loads(event)
    for name in wanted.removeprefix("$.").split("."):
        found = found.get(name, "") if isinstance(found, dict) else ""
    return str(found)


def _group(message: Message) -> str:
    """Return the group of a message; a message without one is a group of its own."""
    return str(message.get("group_id") or message["id"])
