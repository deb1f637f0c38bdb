"""Reasons why a mailbox sends nothing, and their remedies."""

from outrider.mailboxes.health.breaker import Reason
from outrider.mailboxes.models import RATES, HealthReason, Mailbox


def why_it_cannot_send(mailbox: Mailbox) -> tuple[str, str]:
    """Return the reason and the remedy of a mailbox that is unverified, paused or failing."""
    if not mailbox.is_verified:
        return "mailbox_unverified", unproved(mailbox)
    if mailbox.status == "paused":
        why = f" ({mailbox.paused_reason})" if mailbox.paused_reason else ""
        path = f"PATCH /v1/mailboxes/{mailbox.id}"
        return "mailbox_paused", f"{mailbox.email} is paused{why}: resume it with {path}"
    return "mailbox_unhealthy", remedy(mailbox)


def unproved(mailbox: Mailbox) -> str:
    """Return the remedy for a mailbox whose address is not verified."""
    return (
        f"{mailbox.email} is not verified: prove that the address is yours with "
        f"POST /v1/mailboxes/{mailbox.id}/verify"
    )


def remedy(mailbox: Mailbox) -> str:
    """Return the remedy for a failing mailbox, with its provider's message."""
    rates = [_RATE_REMEDIES[reason] for reason in mailbox.health_reasons if reason in RATES]
    breaker = mailbox.breaker
    if breaker is None or not breaker.is_open:
        return ". ".join(rates) or f"Check it: POST /v1/mailboxes/{mailbox.id}/check"
    what = _REMEDIES[breaker.reason].format(mailbox=mailbox)
    cause = f"{mailbox.email}: {breaker.detail}".rstrip(".")
    return f"{cause}. {what}. It is tried again automatically at {breaker.retry_at}"


_RATE_REMEDIES: dict[HealthReason, str] = {
    "bounce_rate": "Too many addresses do not exist: verify contacts before you write to them",
    "complaint_rate": "Too many recipients report the emails as spam: write to fewer people, and "
    "better chosen ones",
}
_REMEDIES: dict[Reason, str] = {
    "identity": "Let {mailbox.email} send: verify it or its domain at the provider, in the region "
    "that is used, then POST /v1/mailboxes/{mailbox.id}/check",
    "account_refused": "The provider's account may not send now: see its limits and notices "
    "(Amazon SES: sandbox, quota, pause), then POST /v1/mailboxes/{mailbox.id}/check",
    "login_refused": "Set user name and password again with PATCH /v1/mailboxes/{mailbox.id}; many "
    "providers ask for an app password",
    "unreachable": "Check that smtp.host and smtp.port are correct and that the server is up",
    "content_refused": "Change the texts of the campaign: the provider refuses them",
}
