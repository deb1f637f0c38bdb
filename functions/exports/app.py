"""/v1/exports"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.exports.models import Export
from outrider.exports.schemas import ExportCreate, ExportView
from outrider.exports.wiring import exports
from outrider.kit.http.pagination import Page, PageQuery
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(Environment.keys_table, Environment.contacts_table, Environment.files_bucket)(
    api.handler
)


@api.get("/v1/exports", scope="contacts:write")
def list_exports(caller: Caller, query: PageQuery) -> Page[Export]:
    """List exports, newest first"""
    return exports(caller).list(query)


@api.post("/v1/exports", scope="contacts:write", status=202)
def create_export(caller: Caller, body: ExportCreate) -> Export:
    """Export contacts, companies or suppressions to a file"""
    return exports(caller).create(body)


@api.get("/v1/exports/{export_id}", scope="contacts:write")
def get_export(caller: Caller, export_id: str) -> ExportView:
    """Get an export, with a link to its file when it is done"""
    return exports(caller).get(export_id)
