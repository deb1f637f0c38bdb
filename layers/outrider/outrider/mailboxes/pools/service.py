"""Service that creates, reads, lists, changes and deletes mailbox pools."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock, ids
from outrider.kit.attempts import attempts
from outrider.kit.errors import (
    Contended,
    DuplicateResource,
    PreconditionFailed,
    Stale,
    ValidationFailed,
)
from outrider.kit.http.pagination import Page, PageQuery, Sealer
from outrider.mailboxes.models import DEFAULT_POOL, Mailbox
from outrider.mailboxes.pools.errors import DefaultPoolStays, PoolInUse, PoolNotFound
from outrider.mailboxes.pools.models import Pool
from outrider.mailboxes.pools.repository import PoolRepository, PoolTaken
from outrider.mailboxes.pools.schemas import PoolCreate, PoolDeleted, PoolUpdate, PoolView
from outrider.mailboxes.repository import MailboxRepository

_LONGEST = 40


@dataclass(frozen=True, slots=True)
class PoolService:
    """Mailbox pools of the caller's workspace."""

    caller: Caller
    pools: PoolRepository
    mailboxes: MailboxRepository

    def create(self, new: PoolCreate) -> PoolView:
        """Create a pool. Raises DuplicateResource if its id exists, and TooManyPools."""
        now = clock.now()
        at = clock.to_text(now)
        pool = Pool(
            id=new.id or _id_of(new.name),
            name=new.name,
            created_at=at,
            updated_at=at,
        )
        details = PoolView.of(pool, [], {}, now)
        try:
            self.pools.add(pool, self.caller.keep_actions(details))
        except PoolTaken as taken:
            raise DuplicateResource(f"There is a mailbox pool {pool.id} already") from taken
        return details

    def get(self, pool_id: str) -> PoolView:
        """Return the pool with its mailbox counts and capacity. Raises PoolNotFound."""
        return self._details(*self._found(pool_id))

    def list(self, query: PageQuery) -> Page[PoolView]:
        """Return a page of pools, sorted by id. Every page reads all pools."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/mailbox-pools")
        after = (sealer.after(query) or {}).get("id", "")
        pools, mailboxes = self.pools.all()
        following = [pool for pool in pools if pool.id > after]
        shown = following[: query.limit]
        used = self._used(mailboxes)
        now = clock.now()
        details = [PoolView.of(pool, _of(pool, mailboxes), used, now) for pool in shown]
        more = len(following) > len(shown)
        return sealer.page(query, details, {"id": shown[-1].id} if more else None)

    def update(self, pool_id: str, given: PoolUpdate, if_match: int | None) -> PoolView:
        """Change the given fields. `if_match` is the version that the caller expects; None skips
        that check.

        Raises PoolNotFound; ValidationFailed if null is given; PreconditionFailed if the version is
        not `if_match`; Contended after too many lost optimistic locks.
        """
        changes = given.model_dump(include=given.model_fields_set)
        for name, value in changes.items():
            if value is None:
                raise ValidationFailed.at(f"/{name}", f"{name} cannot be null")
        for _ in attempts():
            before, mailboxes = self._found(pool_id, if_match)
            after = before.model_copy(update=changes)
            if after == before:
                return self._details(before, mailboxes)
            after = after.model_copy(
                update={"updated_at": clock.timestamp(), "version": before.version + 1}
            )
            details = self._details(after, mailboxes)
            try:
                self.pools.change(before, after, self.caller.keep_actions(details))
            except Stale:
                continue
            return details
        raise Contended("The pool is being changed by others")

    def delete(self, pool_id: str, if_match: int | None) -> PoolDeleted:
        """Delete the pool.

        Raises PoolNotFound; PoolInUse if it has mailboxes; DefaultPoolStays; PreconditionFailed if
        the version is not `if_match`; Contended after too many lost optimistic locks.
        """
        if pool_id == DEFAULT_POOL:
            raise DefaultPoolStays
        for _ in attempts():
            pool, mailboxes = self._found(pool_id, if_match)
            if mailboxes:
                raise PoolInUse([mailbox.id for mailbox in mailboxes])
            try:
                self.pools.remove(pool)
            except Stale:
                continue
            return PoolDeleted(id=pool_id)
        raise Contended("The pool is being changed by others")

    def _found(self, pool_id: str, if_match: int | None = None) -> tuple[Pool, Sequence[Mailbox]]:
        pools, mailboxes = self.pools.all()
        pool = next((each for each in pools if each.id == pool_id), None)
        if pool is None:
            raise PoolNotFound
        PreconditionFailed.check(if_match, pool.version)
        return pool, _of(pool, mailboxes)

    def _details(self, pool: Pool, mailboxes: Sequence[Mailbox]) -> PoolView:
        return PoolView.of(pool, mailboxes, self._used(mailboxes), clock.now())

    def _used(self, mailboxes: Sequence[Mailbox]) -> dict[str, int]:
        if not mailboxes:
            return {}
        usage = self.mailboxes.usage((each.id for each in mailboxes), clock.now().date())
        return {mailbox_id: each.used for mailbox_id, each in usage.items()}


def _of(pool: Pool, mailboxes: Sequence[Mailbox]) -> Sequence[Mailbox]:
    return [mailbox for mailbox in mailboxes if mailbox.mailbox_pool == pool.id]


def _id_of(name: str) -> str:
    """Return a pool id from the letters and digits of the name, or from its hash if it has none of
    a-z and 0-9."""
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:_LONGEST].strip("_")
    return f"pool_{words}" if words else ids.derived("pool", name)
