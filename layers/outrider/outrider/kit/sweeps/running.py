"""Index `by_running` of a table, which has what is run by a clock: a Step Functions execution.

Its partition key is one of a few shards, its sort key the time when the clock wakes or counts as
overdue.
"""

import zlib
from collections.abc import Iterator

from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query, Table

_SHARDS = 8


def running_pk(id_: str) -> str:
    """Return the partition key in the index of the campaign or workflow with this id."""
    return f"running#{zlib.crc32(id_.encode()) % _SHARDS}"


def overdue(table: Table, before: str) -> Iterator[Item]:
    """Yield the items with a time before `before` (RFC 3339). The query reads only these; it is
    eventually consistent."""
    for shard in range(_SHARDS):
        yield from table.every(
            Query(
                f"running#{shard}",
                "#by_running_sk < :before",
                {"before": before},
                index="by_running",
            )
        )
