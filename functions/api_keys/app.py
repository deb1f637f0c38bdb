"""/v1/api-keys"""

from outrider.access.admission import native_api
from outrider.access.models import ApiKey, Caller
from outrider.access.schemas import ApiKeyCreate, ApiKeyCreated, ApiKeyRevoked, ApiKeyRotate
from outrider.access.wiring import api_keys
from outrider.kit.http.pagination import Page, PageQuery
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(Environment.keys_table)(api.handler)


@api.get("/v1/api-keys", scope="api_keys:write")
def list_api_keys(caller: Caller, query: PageQuery) -> Page[ApiKey]:
    """List API keys, newest first; never their secrets"""
    return api_keys(caller).list(query)


@api.post("/v1/api-keys", scope="api_keys:write")
def create_api_key(caller: Caller, body: ApiKeyCreate) -> ApiKeyCreated:
    """Create an API key, which is shown in this answer only"""
    return api_keys(caller).create(body)


@api.post("/v1/api-keys/{key_id}/rotate", scope="api_keys:write")
def rotate_api_key(caller: Caller, key_id: str, body: ApiKeyRotate | None) -> ApiKeyCreated:
    """Rotate an API key: both work during an overlap"""
    return api_keys(caller).rotate(key_id, body or ApiKeyRotate())


@api.delete("/v1/api-keys/{key_id}", scope="api_keys:write")
def revoke_api_key(caller: Caller, key_id: str) -> ApiKeyRevoked:
    """Revoke an API key: the next call with it is refused"""
    return api_keys(caller).revoke(key_id)
