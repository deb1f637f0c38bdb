"""Whose message is next in a standard queue, as on AWS.

A queue there that falls behind gives messages of groups with few in flight before those of groups
with many, so that the thousands of one workspace do not hold back the one of another.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
"""

import json
from collections import Counter
from heapq import nsmallest
from typing import Any

Message = dict[str, Any]


def next_messages(messages: list[Message], most: int, now: float) -> list[Message]:
    """At most so many of those that are visible `now` (epoch seconds): groups take turns, the one
    with the fewest in flight first, each with its oldest."""
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
    """The group that a rule's target gives an event: a text, or where in the event it stands."""
    if not wanted.startswith("$."):
        return wanted
    found = json.loads(event)
    for name in wanted.removeprefix("$.").split("."):
        found = found.get(name, "") if isinstance(found, dict) else ""
    return str(found)


def _group(message: Message) -> str:
    """A message without a group is one alone."""
    return str(message.get("group_id") or message["id"])
