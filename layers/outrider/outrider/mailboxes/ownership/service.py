"""Service that verifies that a workspace owns the address of a mailbox."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from outrider.access.errors import RateLimited
from outrider.access.models import Caller, WorkspaceId
from outrider.access.service import WorkspaceService
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, transact
from outrider.kit.aws.operator_mail import NotTaken
from outrider.kit.errors import Conflict, Contended, Stale, ValidationFailed
from outrider.kit.text.addresses import domain_of, folded
from outrider.mailboxes.checks.dns import Dns, Unanswered, is_reserved
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.ownership.errors import OwnershipLost, TooManyCodes, WrongCode
from outrider.mailboxes.ownership.models import (
    CODE_LIFE,
    CODES_TO_ADDRESS,
    Ownership,
    hash_of,
    new_code,
    record_of,
)
from outrider.mailboxes.ownership.proofs import is_published, why_login_proves_nothing
from outrider.mailboxes.ownership.repository import CodeRepository, OwnershipRepository
from outrider.mailboxes.ownership.schemas import (
    MailboxVerification,
    OwnershipGrant,
    OwnershipGranted,
    VerificationRequest,
)
from outrider.mailboxes.repository import MailboxRepository
from outrider.mailboxes.smtp import SmtpFailed, SmtpSessions

_DNS_SILENT = "DNS did not answer; try again later"

Send = Callable[[str, str, str], None]
"""Function that sends an email: recipient, subject, text. Raises NotTaken."""


@dataclass(frozen=True, slots=True)
class OwnershipService:
    """Verification of the caller's mailboxes. `dns` starts a time budget for lookups. `send` is
    None if the deployment sends no codes."""

    caller: Caller
    mailboxes: MailboxRepository
    ownerships: OwnershipRepository
    codes: CodeRepository
    sessions: SmtpSessions
    dns: Callable[[], Dns]
    send: Send | None

    def verify(self, mailbox_id: str, request: VerificationRequest) -> MailboxVerification:
        """Start, retry or finish the verification of a mailbox.

        Raises MailboxNotFound; WrongCode; ValidationFailed for method `login` if the mailbox has no
        SMTP server; Conflict if the method cannot be used or the code could not be sent;
        RateLimited if the daily limit of codes is reached; Contended if the mailbox or its proof
        was changed meanwhile.
        """
        mailbox = self.mailboxes.require(mailbox_id)
        if mailbox.verified_by not in (None, "first"):
            return MailboxVerification.of(mailbox, f"Verified by {mailbox.verified_by}")
        if proof := self.ownerships.proof_for(mailbox.email):
            return self._proved(mailbox, proof, [self.ownerships.check_standing_action(proof)])
        if request.code is not None:
            return self._end_with(mailbox, request.code)
        match request.method:
            case "dns":
                return self._look_for_record(mailbox)
            case "code":
                return self._send_code(mailbox)
            case "login":
                return self._log_in(mailbox)

    def _look_for_record(self, mailbox: Mailbox) -> MailboxVerification:
        domain = domain_of(mailbox.email)
        record = record_of(domain, self.caller.seal)
        if is_reserved(domain):
            detail = f"{domain} is reserved: it is never in DNS. The operator can grant the address"
            return MailboxVerification.of(mailbox, detail)
        try:
            published = is_published(self.dns(), record)
        except Unanswered:
            return MailboxVerification.of(mailbox, _DNS_SILENT, record=record)
        if published:
            ownership = Ownership(domain, "dns")
            return self._proved(mailbox, ownership, [self.ownerships.prove_action(ownership)])
        detail = (
            f"{record.name} has no TXT record with this value. Publish it, then call this again; "
            f"it verifies every address of {domain}, and must stay published"
        )
        return MailboxVerification.of(mailbox, detail, record=record)

    def _send_code(self, mailbox: Mailbox) -> MailboxVerification:
        """Send a new code. If the worker dies before the email is sent, the next code replaces the
        unsent one."""
        self._require_live_key()
        if self.send is None:
            raise Conflict(
                "This deployment sends no codes: its operator can set the parameter "
                'VerificationSender. Use {"method": "dns"}'
            )
        self.caller.begin()
        code, now = new_code(), clock.now()
        hashed = hash_of(code, mailbox.email, self.caller.seal)
        try:
            expires_at = self.codes.add(mailbox.email, hashed, now)
        except TooManyCodes as many:
            raise _too_many(mailbox, now) from many
        try:
            self.send(mailbox.email, "Confirm your email address", _text(mailbox.email, code))
        except NotTaken as refusal:
            raise Conflict(
                f"The code could not be sent to {mailbox.email}: {refusal}. Use "
                '{"method": "dns"}, or try again'
            ) from refusal
        detail = (
            f'A code was sent to {mailbox.email}: call this again with {{"code": "…"}} before it '
            "expires"
        )
        return MailboxVerification.of(mailbox, detail, code_expires_at=expires_at)

    def _end_with(self, mailbox: Mailbox, code: str) -> MailboxVerification:
        self._require_live_key()
        stored = self.codes.tried(mailbox.email)
        if not hmac.compare_digest(stored, hash_of(code, mailbox.email, self.caller.seal)):
            raise WrongCode
        ownership = Ownership(folded(mailbox.email), "code")
        spent = self.codes.spend_action(mailbox.email, stored)
        return self._proved(mailbox, ownership, [spent, self.ownerships.prove_action(ownership)])

    def _log_in(self, mailbox: Mailbox) -> MailboxVerification:
        self._require_live_key()
        if mailbox.smtp is None:
            raise ValidationFailed.at("/method", "Only mailboxes of kind smtp have a login")
        if is_reserved(domain_of(mailbox.email)):
            return MailboxVerification.of(
                mailbox, "The domain is reserved: a login there proves nothing"
            )
        try:
            why = why_login_proves_nothing(self.dns(), mailbox.email, mailbox.smtp)
        except Unanswered:
            return MailboxVerification.of(mailbox, _DNS_SILENT)
        if why is not None:
            return MailboxVerification.of(mailbox, f"A login would prove nothing. {why}")
        try:
            with self.sessions.open(mailbox):
                pass
        except SmtpFailed as failure:
            host = mailbox.smtp.host
            return MailboxVerification.of(mailbox, f"The login at {host} failed: {failure}")
        ownership = Ownership(folded(mailbox.email), "login")
        return self._proved(mailbox, ownership, [self.ownerships.prove_action(ownership)])

    def _proved(
        self, mailbox: Mailbox, ownership: Ownership, also: Sequence[Action]
    ) -> MailboxVerification:
        """Verify the mailbox and record the proof in one transaction."""
        seen = mailbox
        for _ in attempts():
            if seen.smtp != mailbox.smtp:
                break  # it may be another server that took the login
            at = clock.timestamp()
            after = seen.model_copy(
                update={
                    "verified_by": ownership.by,
                    "verified_at": at,
                    "updated_at": at,
                    "version": seen.version + 1,
                }
            )
            answer = MailboxVerification.of(
                after, f"Verified by {ownership.by}: {ownership.subject}"
            )
            changed = self.caller.event(
                "mailbox.updated", identity=f"{after.id}/{after.version}", mailbox_id=after.id
            )
            owned = self.ownerships.own_action(mailbox.email, ownership.by)
            try:
                writes = [*also, owned, *self.caller.keep_actions(answer)]
                self.mailboxes.change(seen, after, [changed], writes)
            except Stale:
                seen = self.mailboxes.require(mailbox.id)
                continue
            except OwnershipLost:
                break
            return answer
        raise Contended("The mailbox, or what proves it, was changed meanwhile")

    def _require_live_key(self) -> None:
        """Raise Conflict for test keys: they send no email and log in to no server."""
        if self.caller.workspace.mode == "test":
            raise Conflict(
                "A test key can verify by DNS only. A verification by a live key of the "
                "workspace applies to test keys too: add the mailbox there, verify it, then call "
                "this again"
            )


@dataclass(frozen=True, slots=True)
class GrantService:
    """Ownership grants by the operator of the deployment."""

    request_id: str
    workspaces: WorkspaceService
    ownerships_of: Callable[[WorkspaceId], OwnershipRepository]

    def grant(self, asked: OwnershipGrant) -> OwnershipGranted:
        """Record the grant. It applies to mailboxes that are added or verified afterwards. Raises
        ResourceNotFound if the workspace does not exist."""
        workspace = WorkspaceId.of(asked.workspace_id, "live")
        self.workspaces.operator(workspace, self.request_id)
        subject = asked.domain or folded(str(asked.address))
        transact(self.ownerships_of(workspace).prove_action(Ownership(subject, "operator")))
        return OwnershipGranted(workspace_id=asked.workspace_id, owns=subject)


def _text(email: str, code: str) -> str:
    minutes = int(CODE_LIFE.total_seconds()) // 60
    return (
        f"Somebody asks to send email as {email} through Outrider.\n\n"
        f"The code is {code}. It is valid for {minutes} minutes.\n\n"
        "If it was not you, ignore this email and do not share the code: without it nothing is "
        "sent from your address.\n"
    )


def _too_many(mailbox: Mailbox, now: datetime) -> RateLimited:
    tomorrow = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time.min, UTC)
    seconds = max(1, -int((now - tomorrow).total_seconds() // 1))
    return RateLimited(
        f"No further code is sent to {mailbox.email} today: an address gets {CODES_TO_ADDRESS} a "
        'day (UTC). Use {"method": "dns"}, or wait until tomorrow',
        headers={"Retry-After": str(seconds)},
    )
