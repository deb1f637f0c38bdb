"""/v1/account"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.access.schemas import Account
from outrider.access.wiring import account
from outrider.credits.usage.schemas import Usage, UsageQuery
from outrider.credits.usage.wiring import usage
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(Environment.keys_table, Environment.credits_table)(api.handler)


@api.get("/v1/account", scope="account:read")
def get_account(caller: Caller) -> Account:
    """Get the workspace, its plan, and what the calling key may do"""
    return account(caller).show()


@api.get("/v1/account/usage", scope="account:read")
def get_usage(caller: Caller, query: UsageQuery) -> Usage:
    """Get calls by day and route family, and credits by day and kind"""
    return usage(caller).show(query)
