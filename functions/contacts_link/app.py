"""Worker that links contacts to companies that were created, deleted or got another domain."""

from typing import Any

from outrider.access.models import Caller
from outrider.contacts.company_links import LinkJob
from outrider.contacts.search.wiring import link_sweep
from outrider.events.models import RecordedEvent
from outrider.kit.aws.sqs import handle_records, turn_left
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs

_LONGEST_PAGE_MS = 30_000


@needs(Environment.contacts_table, Environment.companies_table, Environment.company_links_queue_url)
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    enough_time = turn_left(context, _LONGEST_PAGE_MS)

    def sweep(message: dict[str, Any]) -> None:
        job = _job(message)
        if job:
            logger().info("company links", **job.model_dump(exclude={"after"}))
            link_sweep(Caller.engine(job.workspace)).run(job, enough_time)

    return handle_records(event, sweep)


def _job(message: dict[str, Any]) -> LinkJob | None:
    """Return the job of a message from the event bus or from this function, or None if the event
    changes no link."""
    if "detail" not in message:
        return LinkJob.model_validate(message)
    happened = RecordedEvent.model_validate(message["detail"])
    if happened.event == "company.updated" and "domain" not in happened.data["changed"]:
        return None
    return LinkJob(workspace=happened.workspace, company_id=happened.data["company_id"])
