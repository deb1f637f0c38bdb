"""Checking a mailbox, and keeping what was found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock, ids, parallel
from outrider.kit.addresses import domain_of
from outrider.kit.errors import Contended
from outrider.mailboxes.checks import records, senders
from outrider.mailboxes.checks.dns import Dns, Unanswered, is_reserved
from outrider.mailboxes.checks.models import Check, Finding, Subject
from outrider.mailboxes.checks.senders import FindIdentity
from outrider.mailboxes.errors import MailboxMoved, MailboxNotFound
from outrider.mailboxes.health import last_days
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import Counted, MailboxRepository
from outrider.mailboxes.reviews import HealthReviews
from outrider.mailboxes.schemas import MailboxDetails
from outrider.mailboxes.smtp import SmtpSessions

_ATTEMPTS = 5
_ORDER: tuple[Subject, ...] = ("identity", "login", "spf", "dkim", "dmarc", "mx")

Answer = tuple[Sequence[Finding], bool]
"""What was found, and whether the server refused the login."""


@dataclass(frozen=True, slots=True)
class CheckService:
    """`dns` begins a span of time, in which all questions of a check are asked."""

    caller: Caller
    mailboxes: MailboxRepository
    reviews: HealthReviews
    sessions: SmtpSessions
    dns: Callable[[], Dns]
    find_identity: FindIdentity

    def check(self, mailbox_id: str) -> MailboxDetails:
        """The mailbox with what was found. Raises MailboxNotFound, and Contended when its server
        was changed meanwhile."""
        found = self._found(mailbox_id)
        checked = found.mailbox
        answers = self._ask(checked)
        findings = [finding for answer, _ in answers for finding in answer]
        findings.sort(key=lambda finding: _ORDER.index(finding.subject))
        now = clock.now()
        check = Check(checked_at=clock.to_text(now), findings=findings)
        refused = any(refused for _, refused in answers)
        for _ in range(_ATTEMPTS):
            before = found.mailbox
            if before.smtp != checked.smtp:
                break
            seen = before.model_copy(
                update={
                    "last_check": check,
                    "login_refused_at": _refused_at(before, check, refused=refused),
                }
            )
            after, events = self.reviews.assessed(before, seen, found.counts)
            details = MailboxDetails.of(after, found.used_today, now)
            try:
                self.mailboxes.change(before, after, events, self.caller.keep(details))
            except MailboxMoved:
                found = self._found(mailbox_id)
                continue
            return details
        raise Contended("The mailbox was changed while it was checked")

    def _found(self, mailbox_id: str) -> Counted:
        days = last_days(clock.now().date())
        found = (
            self.mailboxes.get_with_counts(mailbox_id, days)
            if ids.is_id("mbx", mailbox_id)
            else None
        )
        if found is None:
            raise MailboxNotFound
        return found

    def _ask(self, mailbox: Mailbox) -> list[Answer]:
        """Test keys ask nobody."""
        by_ses = mailbox.kind == "ses"
        subjects: list[Subject] = ["spf", "dkim", "dmarc", "mx"]
        if self.caller.workspace.mode == "test":
            subjects.append("identity" if by_ses else "login")
            return [(_unknown(subjects, "In the sandbox nobody is asked"), False)]
        questions: list[Callable[[], Answer]] = []
        if by_ses:
            subjects.remove("dkim")
            questions.append(lambda: (senders.identity(mailbox, self.find_identity), False))
        else:
            questions.append(lambda: self._log_in(mailbox))
        if is_reserved(domain_of(mailbox.email)):
            detail = "The domain is reserved: it is never in DNS"
            questions.append(lambda: (_unknown(subjects, detail), False))
        else:
            dns = self.dns()
            questions += [_about(subject, dns, mailbox) for subject in subjects]
        return parallel.each(lambda question: question(), questions)

    def _log_in(self, mailbox: Mailbox) -> Answer:
        finding, refused = senders.login(mailbox, self.sessions)
        return [finding], refused


def _about(subject: Subject, dns: Dns, mailbox: Mailbox) -> Callable[[], Answer]:
    def ask() -> Answer:
        try:
            return [_RULES[subject](dns, mailbox)], False
        except Unanswered:
            return _unknown([subject], "DNS did not answer; check again in a while"), False

    return ask


_RULES: Mapping[Subject, Callable[[Dns, Mailbox], Finding]] = {
    "spf": records.spf,
    "dkim": records.dkim,
    "dmarc": records.dmarc,
    "mx": records.mx,
}


def _unknown(subjects: Sequence[Subject], detail: str) -> list[Finding]:
    return [Finding(subject=subject, result="unknown", detail=detail) for subject in subjects]


def _refused_at(mailbox: Mailbox, check: Check, *, refused: bool) -> str | None:
    """Since when the login is refused: a login that succeeds ends it, silence does not."""
    if refused:
        return mailbox.login_refused_at or check.checked_at
    return None if check.result("login") == "pass" else mailbox.login_refused_at
