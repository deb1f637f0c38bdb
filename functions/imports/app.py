"""/v1/imports"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.imports.models import Import, ImportPreview, ImportRow
from outrider.imports.schemas import ImportCreate, ImportCreated, MappingGiven, RowsQuery
from outrider.imports.wiring import imports
from outrider.kit.http.pagination import Page, PageQuery
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.files_bucket,
)(api.handler)


@api.get("/v1/imports", scope="contacts:write")
def list_imports(caller: Caller, query: PageQuery) -> Page[Import]:
    """List imports, newest first"""
    return imports(caller).list(query)


@api.post("/v1/imports", scope="contacts:write")
def create_import(caller: Caller, body: ImportCreate) -> ImportCreated:
    """Prepare an import; putting the file at `upload.url` within the hour starts it"""
    return imports(caller).create(body)


@api.get("/v1/imports/{import_id}", scope="contacts:write")
def get_import(caller: Caller, import_id: str) -> Import:
    """Get an import: how far it is, how its columns are understood, what became of its rows"""
    return imports(caller).get(import_id)


@api.get("/v1/imports/{import_id}/rows", scope="contacts:write")
def list_import_rows(caller: Caller, import_id: str, query: RowsQuery) -> Page[ImportRow]:
    """List what became of each row, for 30 days; a page may be short and have more behind it"""
    return imports(caller).rows(import_id, query)


@api.post("/v1/imports/{import_id}/preview", scope="contacts:write", status=200)
def preview_import(caller: Caller, import_id: str, body: MappingGiven) -> ImportPreview:
    """Show what an import would do: its columns, its first rows, what is wrong with the others"""
    return imports(caller).preview(import_id, body)


@api.post("/v1/imports/{import_id}/confirm", scope="contacts:write", status=202)
def confirm_import(caller: Caller, import_id: str, body: MappingGiven) -> Import:
    """Go on with an import that was to be confirmed; `mapping` may be another"""
    return imports(caller).confirm(import_id, body)


@api.post("/v1/imports/{import_id}/revert", scope="contacts:write", status=202)
def revert_import(caller: Caller, import_id: str) -> Import:
    """Take an import back: what was not changed since becomes what it was before"""
    return imports(caller).revert(import_id)
