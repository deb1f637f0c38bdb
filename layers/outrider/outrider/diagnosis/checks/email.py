"""SES: may the account send, are its identities verified, and do replies arrive?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from outrider.diagnosis.aws import ask, pages
from outrider.diagnosis.errors import CheckUnanswered
from outrider.diagnosis.models import Seen, failing, ok, warning, worst
from outrider.kit.aws import clients
from outrider.kit.aws.ses_identities import IdentityUnknown, SesAccount, account

_NEAR = 0.8
"""Share of a quota from which a larger one should be requested."""
_SHOWN = 20
"""Domains whose DKIM and MAIL FROM are read; SES allows one such call a second, with bursts."""

_PRODUCTION = (
    "Ask AWS for production access: aws sesv2 put-account-details --production-access-enabled "
    "--mail-type MARKETING --website-url https://… --use-case-description '…'"
)
_LARGER = "Ask AWS for a larger sending quota of SES: Service Quotas in the console, Amazon SES"
_IDENTITY = (
    "Verify a domain: aws sesv2 create-email-identity --email-identity example.com, then publish "
    "the three CNAME records of its DkimAttributes.Tokens"
)


def sending() -> Seen:
    """Check production access, sending status and daily quota of the SES account."""
    try:
        found = account()
    except IdentityUnknown as error:
        raise CheckUnanswered(str(error), "SES did not tell about the account") from error
    return worst(list(_of_account(found)))


def _of_account(found: SesAccount) -> Iterator[Seen]:
    quota = "no limit" if found.daily_quota < 0 else f"{found.daily_quota:,.0f}"
    used = f"{found.sent_today:,.0f} of {quota} emails in the last 24 hours"
    yield ok(f"Production access; {used}")
    if not found.production_access:
        yield failing("SES is in its sandbox: only verified addresses get email", _PRODUCTION)
    if not found.sending_enabled:
        enable = "aws sesv2 put-account-sending-attributes --sending-enabled"
        yield failing("Sending is switched off for the account", enable)
    if found.enforcement == "SHUTDOWN":
        yield failing("AWS has stopped sending of the account", "Answer AWS's case in the console")
    elif found.enforcement != "HEALTHY":
        yield warning(
            f"AWS has the account under review ({found.enforcement})",
            "Lower bounces and complaints: GET /v1/deliverability, and answer AWS's case",
        )
    if found.daily_quota >= 0 and found.sent_today >= found.daily_quota:
        yield failing(f"The daily quota is used up: {used}", _LARGER)
    elif found.daily_quota >= 0 and found.sent_today >= _NEAR * found.daily_quota:
        yield warning(f"The daily quota is nearly used up: {used}", _LARGER)


def identities() -> Seen:
    """Check that a domain or address is verified, with DKIM and a MAIL FROM domain that work."""
    client = clients.client("sesv2")
    listed = list(pages(client.list_email_identities, "EmailIdentities", PageSize=100))
    verified = [each for each in listed if each.get("SendingEnabled")]
    if not verified:
        pending = ", ".join(each["IdentityName"] for each in listed)
        seen = f"None is verified, of {pending}" if pending else "There is none"
        return failing(f"{seen}: SES sends nothing (SMTP mailboxes need none)", _IDENTITY)
    domains = [each["IdentityName"] for each in listed if each.get("IdentityType") == "DOMAIN"]
    found = [
        problem
        for name in domains[:_SHOWN]
        for problem in _of_domain(name, ask(client.get_email_identity, EmailIdentity=name))
    ]
    names = ", ".join(each["IdentityName"] for each in verified[:_SHOWN])
    return worst([ok(f"Verified: {names}"), *found])


def _of_domain(name: str, identity: Mapping[str, Any]) -> Iterator[Seen]:
    records = f"Publish its DNS records: aws sesv2 get-email-identity --email-identity {name}"
    if not identity.get("VerifiedForSendingStatus"):
        yield warning(f"{name} is not verified", records)
    dkim = identity.get("DkimAttributes", {}).get("Status", "NOT_STARTED")
    if dkim != "SUCCESS":
        yield warning(f"DKIM of {name} is {dkim}: mail servers distrust its email", records)
    mail_from = identity.get("MailFromAttributes", {})
    if not mail_from.get("MailFromDomain"):
        yield warning(
            f"{name} has no MAIL FROM domain of its own: SPF does not align with it",
            f"aws sesv2 put-email-identity-mail-from-attributes --email-identity {name} "
            f"--mail-from-domain bounce.{name}, then publish its MX and TXT records",
        )
    elif (status := mail_from.get("MailFromDomainStatus")) != "SUCCESS":
        yield warning(f"The MAIL FROM domain of {name} is {status}", records)


@dataclass(frozen=True, slots=True)
class InboundCheck:
    """Check that SES puts email to `domain` into our bucket."""

    domain: str
    rule_set: str
    bucket: str

    def __call__(self) -> Seen:
        if not self.domain:
            return warning(
                "No inbound domain: replies are not received, so they end no sequence",
                "Deploy with InboundDomain, see docs/replies.md#letting-replies-in",
            )
        activate = f"aws ses set-active-receipt-rule-set --rule-set-name {self.rule_set}"
        active = ask(clients.client("ses").describe_active_receipt_rule_set)
        name = active.get("Metadata", {}).get("Name")
        if not name:
            return failing("No receipt rule set is active: replies are rejected", activate)
        if any(self._receives(rule) for rule in active.get("Rules") or []):
            return ok(f"The rule set {name} keeps email to {self.domain}")
        if name == self.rule_set:
            return failing(
                f"The rule set {name} has no enabled rule that keeps email to {self.domain}",
                "Deploy the template again: its rule was changed or removed",
            )
        return failing(
            f"Another rule set is active, {name}, without a rule that keeps email to {self.domain}",
            f"Copy our rule into it, or, if nobody needs {name}: {activate}",
        )

    def _receives(self, rule: Mapping[str, Any]) -> bool:
        keeps = any(
            action.get("S3Action", {}).get("BucketName") == self.bucket
            for action in rule.get("Actions") or []
        )
        recipients = rule.get("Recipients") or [self.domain]
        return bool(rule.get("Enabled")) and keeps and self.domain in recipients
