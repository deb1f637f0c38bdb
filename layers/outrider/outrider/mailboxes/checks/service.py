"""Service that checks a mailbox and stores the findings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from outrider.access.models import Caller
from outrider.kit import clock, ids, parallel
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action
from outrider.kit.aws.ses_identities import IdentityUnknown, feedback_host
from outrider.kit.errors import Contended, Stale
from outrider.kit.text.addresses import domain_of
from outrider.mailboxes.checks import records, senders
from outrider.mailboxes.checks.dns import Dns, Unanswered, is_reserved, with_parents
from outrider.mailboxes.checks.models import Check, Finding, Subject
from outrider.mailboxes.checks.senders import FindAccount, FindIdentity
from outrider.mailboxes.errors import MailboxNotFound
from outrider.mailboxes.health.assessment import last_days
from outrider.mailboxes.health.breaker import Breaker, Reason, after_check
from outrider.mailboxes.health.reviews import HealthReviews
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.ownership.claims import Lapse, Lapses
from outrider.mailboxes.repository import MailboxCounts, MailboxRepository
from outrider.mailboxes.schemas import MailboxView
from outrider.mailboxes.smtp import SmtpSessions

_ORDER: tuple[Subject, ...] = (
    *("ownership", "identity", "account", "login", "spf", "dkim", "dmarc", "mx"),
)

Answer = tuple[Sequence[Finding], bool]
"""Findings, and whether the server refused the login."""


@dataclass(frozen=True, slots=True)
class CheckService:
    """Checks of the caller's mailboxes. `dns` starts the time budget for the DNS lookups of one
    check. For an unverified address, nothing but ownership is checked, because the results belong
    to its owner."""

    caller: Caller
    mailboxes: MailboxRepository
    reviews: HealthReviews
    sessions: SmtpSessions
    dns: Callable[[], Dns]
    find_identity: FindIdentity
    find_account: FindAccount
    lapses: Lapses

    def check(self, mailbox_id: str) -> MailboxView:
        """Check the mailbox, store the findings and update its health; withdraw its verification if
        the proof no longer holds.

        Raises MailboxNotFound, and Contended if its server or verification was changed meanwhile,
        or after too many lost optimistic locks.
        """
        found = self._found(mailbox_id)
        checked = found.mailbox
        lapse = self.lapses.of(checked) if checked.is_verified else None
        standing = checked.is_verified and lapse is None
        answers = self._ask(checked) if standing else [([_unproved(checked, lapse)], False)]
        findings = [finding for answer, _ in answers for finding in answer]
        findings.sort(key=lambda finding: _ORDER.index(finding.subject))
        now = clock.now()
        check = Check(checked_at=clock.to_text(now), findings=findings)
        refused = any(refused for _, refused in answers)
        for _ in attempts():
            before = found.mailbox
            if (before.smtp, before.verified_by) != (checked.smtp, checked.verified_by):
                break
            seen = before.model_copy(
                update={
                    "last_check": check,
                    "breaker": _breaker(before, check, now, refused=refused),
                }
            )
            ended: Sequence[Action] = ()
            if lapse is not None:
                seen = seen.model_copy(update={"verified_by": None, "verified_at": None})
                ended = lapse.writes
            after, events = self.reviews.assessed(before, seen, found.counts)
            details = MailboxView.of(after, found.used_today, now)
            try:
                also = [*ended, *self.caller.keep_actions(details)]
                self.mailboxes.change(before, after, events, also)
            except Stale:
                found = self._found(mailbox_id)
                continue
            return details
        raise Contended("The mailbox was changed while it was checked")

    def _found(self, mailbox_id: str) -> MailboxCounts:
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
        """Run all checks in parallel; for test keys return `unknown` findings, without any network
        call."""
        by_ses = mailbox.kind == "ses"
        rules = {subject: partial(rule, mailbox=mailbox) for subject, rule in _RULES.items()}
        if self.caller.workspace.mode == "test":
            subjects: list[Subject] = ["identity", "account"] if by_ses else ["login"]
            return [
                (
                    _unknown(
                        [*subjects, *rules], "Sandbox mailboxes are not checked: they send nothing"
                    ),
                    False,
                )
            ]
        questions: list[Callable[[], Answer]] = []
        if by_ses:
            del rules["dkim"]
            rules["spf"] = partial(self._spf_of_ses, mailbox=mailbox)
            questions.append(lambda: (senders.identity(mailbox, self.find_identity), False))
            questions.append(lambda: ([senders.account(self.find_account)], False))
        else:
            questions.append(lambda: self._log_in(mailbox))
        if is_reserved(domain_of(mailbox.email)):
            detail = "The domain is reserved: it is never in DNS"
            questions.append(lambda: (_unknown(list(rules), detail), False))
        else:
            dns = self.dns()
            questions += [_about(subject, rule, dns) for subject, rule in rules.items()]
        return parallel.each(lambda question: question(), questions)

    def _log_in(self, mailbox: Mailbox) -> Answer:
        finding, refused = senders.login(mailbox, self.sessions)
        return [finding], refused

    def _spf_of_ses(self, dns: Dns, mailbox: Mailbox) -> Finding:
        domain = domain_of(mailbox.email)
        try:
            found = [each for each in map(self.find_identity, with_parents(domain)) if each]
        except IdentityUnknown as unknown:
            raise Unanswered from unknown
        mail_from = next((each.mail_from for each in found if each.mail_from), None)
        return records.spf_of_ses(dns, domain, mail_from, feedback_host())


def _unproved(mailbox: Mailbox, lapse: Lapse | None) -> Finding:
    return Finding(
        subject="ownership",
        result="fail",
        detail=lapse.why if lapse else "It is not proved that you own the address",
        remedy=f"Prove it with POST /v1/mailboxes/{mailbox.id}/verify. Until then nothing is sent "
        "from it, and nothing else is checked",
    )


def _about(subject: Subject, rule: Callable[[Dns], Finding], dns: Dns) -> Callable[[], Answer]:
    def ask() -> Answer:
        try:
            return [rule(dns)], False
        except Unanswered:
            return _unknown([subject], "DNS did not answer; check again in a while"), False

    return ask


_RULES: Mapping[Subject, Callable[..., Finding]] = {
    "spf": records.spf,
    "dkim": records.dkim,
    "dmarc": records.dmarc,
    "mx": records.mx,
}


def _unknown(subjects: Sequence[Subject], detail: str) -> list[Finding]:
    return [Finding(subject=subject, result="unknown", detail=detail) for subject in subjects]


_OF_SUBJECT: Mapping[Subject, Reason] = {"identity": "identity", "account": "account_refused"}
_GRANTED: Mapping[Subject, tuple[Reason, ...]] = {
    "identity": ("identity",),
    "account": ("account_refused",),
    "login": ("login_refused", "unreachable"),
}
"""Refusals that a passed check disproves."""


def _breaker(mailbox: Mailbox, check: Check, now: datetime, *, refused: bool) -> Breaker | None:
    """Return the breaker after the check: open if the provider would refuse emails, closed if the
    check disproves its reason, and half-open if it is open for a reason that no check can see."""
    by_subject: Mapping[Subject, Reason] = {
        **_OF_SUBJECT,
        "login": "login_refused" if refused else "unreachable",
    }
    for finding in check.findings:
        if finding.result == "fail" and finding.subject in by_subject:
            detail = finding.detail
            return after_check(mailbox.breaker, by_subject[finding.subject], detail, now)
    if mailbox.breaker is None:
        return None
    granted = {_GRANTED.get(each.subject, ()) for each in check.findings if each.result == "pass"}
    if any(mailbox.breaker.reason in reasons for reasons in granted):
        return None
    return mailbox.breaker.retrying(now)
