"""Stream worker of the contacts table: updates tokens, company links and leads, and removes the
data of deleted contacts."""

from typing import Any

from outrider.contacts.search.wiring import index
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.leads.wiring import lead_follower


@needs(Environment.contacts_table, Environment.companies_table, Environment.leads_table)
@observed
def handler(event: dict[str, Any], _: object) -> None:
    count = index().follow(event["Records"])
    lead_follower().follow(event["Records"])
    logger().info("contacts indexed", records=len(event["Records"]), contacts=count)
