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
    """Create an import; upload the file to `upload.url` within an hour to start it"""
    return imports(caller).create(body)


@api.get("/v1/imports/{import_id}", scope="contacts:write")
def get_import(caller: Caller, import_id: str) -> Import:
    """Get an import: its progress, columns and results"""
    return imports(caller).get(import_id)


@api.get("/v1/imports/{import_id}/rows", scope="contacts:write")
def list_import_rows(caller: Caller, import_id: str, query: RowsQuery) -> Page[ImportRow]:
    """List the result of each row of an import, for 30 days"""
    return imports(caller).rows(import_id, query)


@api.post("/v1/imports/{import_id}/preview", scope="contacts:write", status=200)
def preview_import(caller: Caller, import_id: str, body: MappingGiven) -> ImportPreview:
    """Preview an import: its columns, its first rows and its problems"""
    return imports(caller).preview(import_id, body)


@api.post("/v1/imports/{import_id}/confirm", scope="contacts:write", status=202)
def confirm_import(caller: Caller, import_id: str, body: MappingGiven) -> Import:
    """Confirm an import, with its mapping or another"""
    return imports(caller).confirm(import_id, body)


@api.post("/v1/imports/{import_id}/revert", scope="contacts:write", status=202)
def revert_import(caller: Caller, import_id: str) -> Import:
    """Revert an import; what was changed since stays"""
    return imports(caller).revert(import_id)
