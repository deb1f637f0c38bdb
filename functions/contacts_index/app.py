"""Stream of contacts: keeps the words and tags by which they are found; removes what hangs on
those that were deleted."""

from typing import Any

from outrider.contacts.wiring import index
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.leads.wiring import lead_follower


@needs(Environment.contacts_table, Environment.companies_table, Environment.leads_table)
@observed
def handler(event: dict[str, Any], _: object) -> None:
    count = index().follow(event["Records"])
    lead_follower().follow(event["Records"])
    logger().info("contacts followed", records=len(event["Records"]), contacts=count)
