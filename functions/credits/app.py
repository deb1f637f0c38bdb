"""/v1/credits"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.credits.models import LedgerEntry
from outrider.credits.schemas import Credits, LedgerQuery
from outrider.credits.wiring import credits
from outrider.kit.http.pagination import Page
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(Environment.keys_table, Environment.credits_table)(api.handler)


@api.get("/v1/credits", scope="credits:read")
def get_credits(caller: Caller) -> Credits:
    """Get the credit balance, its next reset and the prices"""
    return credits(caller).show()


@api.get("/v1/credits/ledger", scope="credits:read")
def list_credit_ledger(caller: Caller, query: LedgerQuery) -> Page[LedgerEntry]:
    """List the ledger of credits, newest first"""
    return credits(caller).list(query)
