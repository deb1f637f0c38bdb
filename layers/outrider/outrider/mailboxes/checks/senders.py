"""Checks of the mailbox's provider: the identity and account at Amazon SES, or the SMTP login."""

from collections.abc import Callable

from outrider.kit import parallel
from outrider.kit.aws.ses_identities import Identity, IdentityUnknown, SesAccount
from outrider.kit.text.addresses import domain_of
from outrider.mailboxes.checks.dns import with_parents
from outrider.mailboxes.checks.models import DnsRecord, Finding
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.smtp import SmtpFailed, SmtpSessions

FindIdentity = Callable[[str], Identity | None]
FindAccount = Callable[[], SesAccount]


def identity(mailbox: Mailbox, find: FindIdentity) -> list[Finding]:
    """Check that Amazon SES has a verified identity with DKIM for the address, its domain or a
    parent domain."""
    domain = domain_of(mailbox.email)
    try:
        found = [
            each for each in parallel.each(find, [*with_parents(domain), mailbox.email]) if each
        ]
    except IdentityUnknown as unknown:
        detail = f"Amazon SES did not answer: {unknown}"
        return [
            Finding(subject="identity", result="unknown", detail=detail),
            Finding(subject="dkim", result="unknown", detail=detail),
        ]
    verified = next((each for each in found if each.verified), None)
    if verified is None:
        return [
            Finding(
                subject="identity",
                result="fail",
                detail=f"Amazon SES has no verified identity for {mailbox.email} in this region",
                remedy=f"Create an identity for {domain} in Amazon SES and publish its records",
                records=[record for each in found[:1] for record in _records(each)],
            ),
            _dkim(found[0] if found else None, domain),
        ]
    signing = next((each for each in found if each.dkim == "SUCCESS"), verified)
    return [
        Finding(
            subject="identity", result="pass", detail=f"Amazon SES may send for {verified.name}"
        ),
        _dkim(signing, domain),
    ]


def account(find: FindAccount) -> Finding:
    """Check that the Amazon SES account may send: not paused, out of the sandbox, quota left."""
    try:
        found = find()
    except IdentityUnknown as unknown:
        detail = f"Amazon SES did not answer: {unknown}"
        return Finding(subject="account", result="unknown", detail=detail)
    quota = "" if found.daily_quota < 0 else f"{found.daily_quota:,.0f} emails in 24 hours"
    allowed = ", ".join(filter(None, (quota, f"{found.per_second:g} a second")))
    if not found.sending_enabled or found.enforcement == "SHUTDOWN":
        return Finding(
            subject="account",
            result="fail",
            detail="Amazon SES has paused sending for this account in this region",
            remedy="Read what AWS wrote to the account's address, answer its case in the Support "
            "Center, and turn sending on again (aws sesv2 put-account-sending-attributes "
            "--sending-enabled)",
        )
    if 0 <= found.daily_quota <= found.sent_today:
        return Finding(
            subject="account",
            result="fail",
            detail=f"The account has sent all of its {quota}",
            remedy="Wait, or ask for a higher quota: Service Quotas, Amazon SES, Sending quota",
        )
    if not found.production_access:
        return Finding(
            subject="account",
            result="warn",
            detail="The account is in the sandbox of Amazon SES: it sends only to addresses and "
            f"domains that are verified there, at most {allowed}",
            remedy="Ask for production access: Amazon SES, Account dashboard, Request production "
            "access; or aws sesv2 put-account-details --production-access-enabled --mail-type "
            "MARKETING --website-url <yours> --use-case-description <whom you write to, where you "
            "have the addresses from, how they opt out>",
        )
    if found.enforcement != "HEALTHY":
        return Finding(
            subject="account",
            result="warn",
            detail=f"The account is under review ({found.enforcement}), and may be paused",
            remedy="Read what AWS wrote to the account's address, and send less until it is over",
        )
    return Finding(subject="account", result="pass", detail=f"Amazon SES accepts {allowed}")


def login(mailbox: Mailbox, sessions: SmtpSessions) -> tuple[Finding, bool]:
    """Check the SMTP login without sending anything. The second value is True if the login itself
    is refused or not offered, rather than the server unreachable."""
    assert mailbox.smtp is not None
    server = f"{mailbox.smtp.host}:{mailbox.smtp.port}"
    try:
        with sessions.open(mailbox):
            pass
    except SmtpFailed as failure:
        finding = Finding(
            subject="login",
            result="unknown" if failure.reason == "secret" else "fail",
            detail=f"{server}: {failure}",
            remedy=_remedy(failure),
        )
        return finding, failure.is_about_login
    return Finding(subject="login", result="pass", detail=f"{server} accepts the login"), False


def _dkim(found: Identity | None, domain: str) -> Finding:
    if found is not None and found.dkim == "SUCCESS":
        return Finding(
            subject="dkim", result="pass", detail=f"Amazon SES signs with a key of {found.name}"
        )
    pending = found is not None and found.dkim in ("PENDING", "TEMPORARY_FAILURE")
    return Finding(
        subject="dkim",
        result="warn" if pending else "fail",
        detail=f"Amazon SES has not found its keys at {domain} yet"
        if pending
        else f"Amazon SES does not sign email from {domain}",
        remedy="Publish these records"
        if found and found.tokens
        else f"Turn Easy DKIM on for the identity of {domain} in Amazon SES",
        records=_records(found) if found else [],
    )


def _records(found: Identity) -> list[DnsRecord]:
    domain = found.name.rpartition("@")[2]
    return [
        DnsRecord(type="CNAME", name=f"{token}._domainkey.{domain}", value=f"{token}.{found.zone}")
        for token in found.tokens
    ]


def _remedy(failure: SmtpFailed) -> str:
    match failure.reason:
        case "login":
            return "Set user name and password again; many providers ask for an app password"
        case "no_login" | "no_starttls":
            return "Set smtp.security to ssl at port 465, or starttls at port 587"
        case "dns" | "blocked_address" | "connect" | "timeout":
            return "Set smtp.host and smtp.port to a server that can be reached from everywhere"
        case "tls":
            return (
                "Set smtp.host to the name in the server's certificate, and security to what "
                "the port speaks"
            )
        case _:
            return "Check again in a while; if it stays so, ask your mail provider"
