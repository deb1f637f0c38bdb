"""/v1/mailboxes, /v1/mailbox-pools and /v1/deliverability"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.http.pagination import Page, PageQuery
from outrider.kit.settings import Environment, needs
from outrider.mailboxes.deliverability.schemas import Deliverability
from outrider.mailboxes.deliverability.wiring import deliverability
from outrider.mailboxes.pools.schemas import PoolCreate, PoolDeleted, PoolUpdate, PoolView
from outrider.mailboxes.pools.wiring import pools
from outrider.mailboxes.schemas import (
    MailboxCreate,
    MailboxDeleted,
    MailboxQuery,
    MailboxUpdate,
    MailboxView,
)
from outrider.mailboxes.wiring import mailboxes

api = native_api()
handler = needs(Environment.keys_table, Environment.campaigns_table, Environment.secrets_key_id)(
    api.handler
)


@api.get("/v1/mailboxes", scope="mailboxes:read")
def list_mailboxes(caller: Caller, query: MailboxQuery) -> Page[MailboxView]:
    """List mailboxes, oldest first"""
    return mailboxes(caller).list(query)


@api.post("/v1/mailboxes", scope="mailboxes:write")
def create_mailbox(caller: Caller, body: MailboxCreate) -> MailboxView:
    """Add a mailbox to a pool"""
    return mailboxes(caller).create(body)


@api.get("/v1/mailboxes/{mailbox_id}", scope="mailboxes:read")
def get_mailbox(caller: Caller, mailbox_id: str) -> MailboxView:
    """Get a mailbox, with its warm-up and what it may still send today"""
    return mailboxes(caller).get(mailbox_id)


@api.patch("/v1/mailboxes/{mailbox_id}", scope="mailboxes:write")
def update_mailbox(
    caller: Caller, mailbox_id: str, body: MailboxUpdate, if_match: int | None
) -> MailboxView:
    """Update a mailbox"""
    return mailboxes(caller).update(mailbox_id, body, if_match)


@api.delete("/v1/mailboxes/{mailbox_id}", scope="mailboxes:write")
def delete_mailbox(caller: Caller, mailbox_id: str, if_match: int | None) -> MailboxDeleted:
    """Delete a mailbox; others of its pool take over"""
    return mailboxes(caller).delete(mailbox_id, if_match)


@api.get("/v1/mailbox-pools", scope="mailboxes:read")
def list_mailbox_pools(caller: Caller, query: PageQuery) -> Page[PoolView]:
    """List mailbox pools by id, with what they may still send today"""
    return pools(caller).list(query)


@api.post("/v1/mailbox-pools", scope="mailboxes:write")
def create_mailbox_pool(caller: Caller, body: PoolCreate) -> PoolView:
    """Create a mailbox pool"""
    return pools(caller).create(body)


@api.get("/v1/mailbox-pools/{pool_id}", scope="mailboxes:read")
def get_mailbox_pool(caller: Caller, pool_id: str) -> PoolView:
    """Get a mailbox pool"""
    return pools(caller).get(pool_id)


@api.patch("/v1/mailbox-pools/{pool_id}", scope="mailboxes:write")
def update_mailbox_pool(
    caller: Caller, pool_id: str, body: PoolUpdate, if_match: int | None
) -> PoolView:
    """Rename a mailbox pool, or mark it as warmed"""
    return pools(caller).update(pool_id, body, if_match)


@api.delete("/v1/mailbox-pools/{pool_id}", scope="mailboxes:write")
def delete_mailbox_pool(caller: Caller, pool_id: str, if_match: int | None) -> PoolDeleted:
    """Delete a mailbox pool that has no mailboxes"""
    return pools(caller).delete(pool_id, if_match)


@api.get("/v1/deliverability", scope="mailboxes:read")
def get_deliverability(caller: Caller) -> Deliverability:
    """Get the deliverability report: health, bounces, complaints, warm-up, and what to do"""
    return deliverability(caller).report()
