"""/v1/suppressions"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.contacts.suppressions.models import Suppression
from outrider.contacts.suppressions.schemas import (
    SuppressionBatch,
    SuppressionBatchResult,
    SuppressionBody,
    SuppressionDeleted,
    SuppressionQuery,
)
from outrider.contacts.suppressions.wiring import suppressions
from outrider.kit.http.pagination import Page
from outrider.kit.http.responses import Made
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(Environment.keys_table, Environment.contacts_table)(api.handler)


@api.get("/v1/suppressions", scope="suppressions:read")
def list_suppressions(caller: Caller, query: SuppressionQuery) -> Page[Suppression]:
    """List suppressions, in the order of their ids"""
    return suppressions(caller).list(query)


@api.post("/v1/suppressions", scope="suppressions:write")
def create_suppressions(
    caller: Caller, body: SuppressionBody
) -> Made[Suppression | SuppressionBatchResult]:
    """Suppress an address, a domain, or up to 1,000 of them"""
    if isinstance(body, SuppressionBatch):
        return suppressions(caller).add_many(body)
    return suppressions(caller).add(body)


@api.delete("/v1/suppressions/{suppression_id}", scope="suppressions:write")
def delete_suppression(caller: Caller, suppression_id: str) -> SuppressionDeleted:
    """Delete a suppression"""
    return suppressions(caller).remove(suppression_id)
