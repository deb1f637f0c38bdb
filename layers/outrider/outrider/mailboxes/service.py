"""Service that creates, reads, lists, changes and deletes mailboxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from outrider.access.models import Caller
from outrider.kit import clock, ids
from outrider.kit.attempts import attempts
from outrider.kit.aws.kms import Safe
from outrider.kit.errors import (
    Contended,
    DuplicateResource,
    PreconditionFailed,
    Stale,
    ValidationFailed,
)
from outrider.kit.http.pagination import Page, Sealer
from outrider.kit.outbox import Event
from outrider.mailboxes.errors import MailboxNotFound, MailboxTaken
from outrider.mailboxes.health.assessment import last_days
from outrider.mailboxes.health.reviews import HealthReviews
from outrider.mailboxes.models import Mailbox, Security, SmtpServer
from outrider.mailboxes.ownership.claims import AddressClaims
from outrider.mailboxes.ownership.errors import OwnershipLost
from outrider.mailboxes.pools.repository import PoolRepository
from outrider.mailboxes.repository import MailboxRepository
from outrider.mailboxes.schemas import (
    MailboxCreate,
    MailboxDeleted,
    MailboxQuery,
    MailboxUpdate,
    MailboxView,
    SmtpCreate,
    SmtpUpdate,
)

_CLEARED_BY_NULL = {"name", "dkim_selector", "paused_reason"}
_TLS_PORTS = {465, 2465}
_PORTS = {25, 465, 587, 2465, 2525, 2587}
"""Allowed SMTP submission ports. Other ports are refused, so that the API cannot be used as a port
scanner."""


@dataclass(frozen=True, slots=True)
class MailboxService:
    """Mailboxes of the caller's workspace. `local` (development) also allows SMTP servers on this
    machine, on any port and without TLS."""

    caller: Caller
    mailboxes: MailboxRepository
    pools: PoolRepository
    reviews: HealthReviews
    safe: Safe
    claims: AddressClaims
    local: bool

    def create(self, new: MailboxCreate) -> MailboxView:
        """Create a mailbox. It is verified at once if the workspace has already proved that it owns
        the address or its domain.

        Raises DuplicateResource if the workspace already has a mailbox with this address,
        ValidationFailed if the pool does not exist or the port or security of the SMTP server is
        not allowed, and PoolFull.
        """
        now = clock.now()
        at = clock.to_text(now)
        mailbox_id = ids.new("mbx")
        mailbox = Mailbox(
            id=mailbox_id,
            smtp=self._server(mailbox_id, new.smtp) if new.smtp else None,
            created_at=at,
            updated_at=at,
            **new.model_dump(exclude_none=True, exclude={"smtp"}),
        )
        for proof, claims in self.claims.of_new(new.email):
            verified = {"verified_by": proof, "verified_at": at} if proof else {}
            begun = mailbox.model_copy(update=verified)
            details = MailboxView.of(begun, 0, now)
            try:
                created = [self._event("created", begun)]
                self.mailboxes.add(begun, created, [*claims, *self.caller.keep_actions(details)])
            except OwnershipLost:
                continue
            except MailboxTaken as taken:
                raise DuplicateResource(
                    f"A mailbox with this address exists already: {taken.owner}"
                ) from taken
            return details
        raise AssertionError("a mailbox may always begin unverified")

    def get(self, mailbox_id: str) -> MailboxView:
        """Return the mailbox with today's usage. Raises MailboxNotFound."""
        now = clock.now()
        _require_id(mailbox_id)
        found = self.mailboxes.get_with_usage(mailbox_id, now.date())
        if found is None:
            raise MailboxNotFound
        return MailboxView.of(*found, now)

    def of_pool(self, pool: str) -> Sequence[Mailbox]:
        return self.mailboxes.of_pool(pool)

    def has_pool(self, pool: str) -> bool:
        return self.pools.exists(pool)

    def list(self, query: MailboxQuery) -> Page[MailboxView]:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/mailboxes")
        found, place = self.mailboxes.list(query.limit, sealer.after(query), query.mailbox_pool)
        now = clock.now()
        usage = self.mailboxes.usage((mailbox.id for mailbox in found), now.date()) if found else {}
        details = [MailboxView.of(each, usage[each.id].used, now) for each in found]
        return sealer.page(query, details, place)

    def update(self, mailbox_id: str, given: MailboxUpdate, if_match: int | None) -> MailboxView:
        """Change the given fields. `if_match` is the version that the caller expects; None skips
        that check.

        Raises MailboxNotFound; ValidationFailed if the pool does not exist, if `smtp` is given for
        a mailbox without an SMTP server, if its port or security is not allowed, or if null is
        given for a field that cannot be cleared; PoolFull; PreconditionFailed if the version is not
        `if_match`; Contended after too many lost optimistic locks.
        """
        _require_id(mailbox_id)
        changes = _changes(given)
        for _ in attempts():
            now = clock.now()
            found = self.mailboxes.get_with_counts(mailbox_id, last_days(now.date()))
            if found is None:
                raise MailboxNotFound
            before = found.mailbox
            PreconditionFailed.check(if_match, before.version)
            changed = before.model_copy(update=changes)
            if given.smtp is not None:
                changed = self._with_server(changed, given.smtp)
            if changed.status == "active":
                again = changed.breaker.retrying(now) if changed.breaker and given.status else None
                changed = changed.model_copy(
                    update={"paused_reason": None, "breaker": again or changed.breaker}
                )
            after, events = self.reviews.assessed(before, changed, found.counts)
            details = MailboxView.of(after, found.used_today, now)
            if after == before:
                return details
            try:
                changed_events = [self._event("updated", after), *events]
                self.mailboxes.change(
                    before, after, changed_events, self.caller.keep_actions(details)
                )
            except Stale:
                continue
            return details
        raise Contended("The mailbox is being changed by others")

    def delete(self, mailbox_id: str, if_match: int | None) -> MailboxDeleted:
        """Delete the mailbox and release its address. The address must be verified again before its
        next use, unless its domain is verified. Steps planned for this mailbox are sent from other
        mailboxes of its pool.

        Raises MailboxNotFound; PreconditionFailed if the version is not `if_match`; Contended after
        too many lost optimistic locks.
        """
        for _ in attempts():
            mailbox = self.mailboxes.require(mailbox_id)
            PreconditionFailed.check(if_match, mailbox.version)
            try:
                ended = [self.claims.end_action(mailbox.email)]
                self.mailboxes.remove(mailbox, [self._event("deleted", mailbox)], ended)
            except Stale:
                continue
            return MailboxDeleted(id=mailbox_id)
        raise Contended("The mailbox is being changed by others")

    def _event(self, what: str, mailbox: Mailbox) -> Event:
        identity = f"{mailbox.id}/{mailbox.version}"
        return self.caller.event(f"mailbox.{what}", identity=identity, mailbox_id=mailbox.id)

    def _with_server(self, mailbox: Mailbox, given: SmtpUpdate) -> Mailbox:
        """Apply the new SMTP settings and reset the circuit breaker: the refusals were of the old
        settings."""
        server = mailbox.smtp
        if server is None:
            raise ValidationFailed.at(
                "/smtp", "A mailbox of kind ses has no SMTP server: leave smtp out"
            )
        changes: dict[str, Any] = given.model_dump(exclude_none=True, exclude={"password"})
        if given.password is not None:
            changes["locked_password"] = self.safe.lock(mailbox.id, given.password.encode())
        changed = server.model_copy(update=changes)
        self._require_allowed(changed.port, changed.security)
        return mailbox.model_copy(update={"smtp": changed, "breaker": None})

    def _server(self, mailbox_id: str, new: SmtpCreate) -> SmtpServer:
        security: Security = new.security or ("ssl" if new.port in _TLS_PORTS else "starttls")
        self._require_allowed(new.port, security)
        return SmtpServer(
            host=new.host,
            port=new.port,
            security=security,
            username=new.username,
            locked_password=self.safe.lock(mailbox_id, new.password.encode()),
        )

    def _require_allowed(self, port: int, security: Security) -> None:
        if self.local:
            return
        if port not in _PORTS:
            ports = ", ".join(map(str, sorted(_PORTS)))
            raise ValidationFailed.at("/smtp/port", f"smtp.port must be one of {ports}")
        if security == "none":
            raise ValidationFailed.at(
                "/smtp/security",
                "smtp.security must be ssl or starttls: the password is sent over TLS only",
            )


def _changes(given: MailboxUpdate) -> dict[str, Any]:
    """Return the changed fields without `smtp`. Raises ValidationFailed if null is given for a
    field that cannot be cleared."""
    changes = {name: getattr(given, name) for name in given.model_fields_set - {"smtp"}}
    for name, value in changes.items():
        if value is None and name not in _CLEARED_BY_NULL:
            raise ValidationFailed.at(f"/{name}", f"{name} cannot be null")
    return changes


def _require_id(mailbox_id: str) -> None:
    if not ids.is_id("mbx", mailbox_id):
        raise MailboxNotFound
