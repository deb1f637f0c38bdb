"""Service that reports deliverability and recommends actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from outrider.kit import clock
from outrider.mailboxes.deliverability.schemas import (
    Deliverability,
    MailboxDeliverability,
    PoolDeliverability,
    Results,
)
from outrider.mailboxes.health.assessment import EmailCounts, last_days
from outrider.mailboxes.health.guardrail import REASON as GUARDRAIL
from outrider.mailboxes.health.remedies import remedy, unproved
from outrider.mailboxes.models import RAMP_DAYS, RATES, Mailbox
from outrider.mailboxes.pools.models import Pool
from outrider.mailboxes.pools.repository import PoolRepository
from outrider.mailboxes.repository import MailboxRepository
from outrider.mailboxes.schemas import warmup_of

_CHECK_AGAIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DeliverabilityService:
    pools: PoolRepository
    mailboxes: MailboxRepository

    def report(self) -> Deliverability:
        """Return email outcomes of the last seven days, health and recommended actions of all
        mailboxes and pools."""
        now = clock.now()
        pools, mailboxes = self.pools.all()
        counts = (
            self.mailboxes.counts((each.id for each in mailboxes), last_days(now.date()))
            if mailboxes
            else {}
        )
        return Deliverability(
            mailboxes=[_mailbox(each, counts[each.id], now) for each in mailboxes],
            pools=[
                _pool(
                    pool, [each for each in mailboxes if each.mailbox_pool == pool.id], counts, now
                )
                for pool in pools
            ],
        )


def _mailbox(mailbox: Mailbox, counts: EmailCounts, now: datetime) -> MailboxDeliverability:
    return MailboxDeliverability(
        id=mailbox.id,
        email=mailbox.email,
        mailbox_pool=mailbox.mailbox_pool,
        status=mailbox.status,
        health=mailbox.health,
        health_reasons=mailbox.health_reasons,
        warmup=warmup_of(mailbox, now),
        results=Results.of(counts),
        last_check=mailbox.last_check,
        to_do=_to_do(mailbox, now),
    )


def _to_do(mailbox: Mailbox, now: datetime) -> list[str]:
    to_do = [] if mailbox.is_verified else [unproved(mailbox)]
    if not mailbox.is_healthy or RATES & set(mailbox.health_reasons):
        to_do.append(remedy(mailbox))
    if mailbox.status == "paused":
        why = f" ({mailbox.paused_reason})" if mailbox.paused_reason else ""
        if mailbox.paused_reason == GUARDRAIL:
            rail = mailbox.guardrail
            why = (
                f" by its guard-rail: within 24 hours {rail.bounce_rate:.2%} of its emails bounced "
                f"(at least {rail.min_bounces}), or {rail.complaint_rate:.2%} were called spam (at "
                f"least {rail.min_complaints})"
            )
        to_do.append(f"It is paused{why}: set status to active to send from it again")
    check = mailbox.last_check
    if check is None:
        return [*to_do, f"Check it: POST /v1/mailboxes/{mailbox.id}/check"]
    for result in ("fail", "warn"):
        to_do += [
            f"{finding.detail}. {finding.remedy}"
            for finding in check.findings
            if finding.result == result and finding.remedy
        ]
    if clock.from_text(check.checked_at) < now - _CHECK_AGAIN:
        to_do.append(f"Check it again: POST /v1/mailboxes/{mailbox.id}/check")
    return to_do


def _pool(
    pool: Pool, mailboxes: Sequence[Mailbox], counts: Mapping[str, EmailCounts], now: datetime
) -> PoolDeliverability:
    sending = [each for each in mailboxes if each.can_send]
    warmed = any(each.is_warmed for each in mailboxes)
    to_do = []
    if not mailboxes:
        to_do.append("It has no mailbox: add one with POST /v1/mailboxes")
    elif not sending:
        to_do.append("None of its mailboxes sends: correct what `to_do` lists, or add another")
    if mailboxes and not warmed:
        ready = max(each.ramp_day(now.date()) for each in mailboxes)
        to_do.append(
            f"Its first mailbox is on day {ready} of {RAMP_DAYS} of the warm-up, which count as it "
            "sends: until then it sends little"
        )
    return PoolDeliverability(
        id=pool.id,
        name=pool.name,
        warmed=warmed,
        mailboxes=len(mailboxes),
        sending=len(sending),
        results=Results.of(sum((counts[each.id] for each in mailboxes), EmailCounts())),
        to_do=to_do,
    )
