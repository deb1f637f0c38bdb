"""Operator command that runs pending data migrations for one turn. It has no route; IAM decides who
may invoke this function.

    {}
    {"dry_run": true}

Returns the progress of each migration, and `done`: until it is true, invoke the function again
(`make migrate` does). Two invocations at the same time work on different segments.
"""

from typing import Any

from outrider.kit.aws.sqs import turn_left
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.migrations.models import MigrationRequest
from outrider.migrations.registry import MIGRATIONS
from outrider.migrations.wiring import migrator

_LONGEST_PAGE_MS = 5_000


@needs(Environment.keys_table, *(getattr(Environment, each.table) for each in MIGRATIONS))
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    request = MigrationRequest.model_validate(event)
    enough_time = turn_left(context, _LONGEST_PAGE_MS)
    report = (migrator().preview if request.dry_run else migrator().run)(enough_time)
    logger().info("migrated", done=report.done, dry_run=request.dry_run)
    return report.model_dump()
