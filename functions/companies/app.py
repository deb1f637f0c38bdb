"""/v1/companies"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.companies.models import Company
from outrider.companies.schemas import (
    CompanyBatch,
    CompanyBatchResult,
    CompanyBody,
    CompanyDeleted,
    CompanyQuery,
    CompanyUpdate,
)
from outrider.companies.wiring import companies
from outrider.kit.http.pagination import Page
from outrider.kit.http.responses import Made
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(Environment.keys_table, Environment.companies_table)(api.handler)


@api.get("/v1/companies", scope="companies:read")
def list_companies(caller: Caller, query: CompanyQuery) -> Page[Company]:
    """List companies, newest first, or by name when one is searched for"""
    return companies(caller).list(query)


@api.post("/v1/companies", scope="companies:write")
def create_companies(caller: Caller, body: CompanyBody) -> Made[Company | CompanyBatchResult]:
    """Create or upsert one company, or up to 1,000"""
    if isinstance(body, CompanyBatch):
        return companies(caller).create_many(body)
    return companies(caller).create(body)


@api.get("/v1/companies/{company_id}", scope="companies:read")
def get_company(caller: Caller, company_id: str) -> Company:
    """Get a company"""
    return companies(caller).get(company_id)


@api.patch("/v1/companies/{company_id}", scope="companies:write")
def update_company(
    caller: Caller, company_id: str, body: CompanyUpdate, if_match: int | None
) -> Company:
    """Update a company; null clears a field, unknown fields go to `context`"""
    return companies(caller).update(company_id, body, if_match)


@api.put("/v1/companies/{company_id}", scope="companies:write")
def put_company(
    caller: Caller, company_id: str, body: CompanyUpdate, if_match: int | None
) -> Company:
    """The same as PATCH: what is not given stays as it is"""
    return companies(caller).update(company_id, body, if_match)


@api.delete("/v1/companies/{company_id}", scope="companies:write")
def delete_company(caller: Caller, company_id: str, if_match: int | None) -> CompanyDeleted:
    """Delete a company; its contacts stay"""
    return companies(caller).delete(company_id, if_match)
