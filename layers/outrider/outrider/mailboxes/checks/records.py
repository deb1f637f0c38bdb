"""Checks of the DNS records that receivers require of a sender's domain.

Sources: RFC 7208 (SPF), RFC 6376 (DKIM), RFC 7489 (DMARC), RFC 5321 and RFC 7505 (MX).
"""

import re
from collections.abc import Sequence

from outrider.kit.text.addresses import domain_of
from outrider.mailboxes.checks.dns import Dns, with_parents
from outrider.mailboxes.checks.models import DnsRecord, Finding
from outrider.mailboxes.models import Mailbox

_MOST_LOOK_UPS = 10
"""Limit on DNS lookups of SPF: RFC 7208, section 4.6.4."""
_SPF_BY_HOST = {
    "gmail.com": "_spf.google.com",
    "googlemail.com": "_spf.google.com",
    "google.com": "_spf.google.com",
    "office365.com": "spf.protection.outlook.com",
    "outlook.com": "spf.protection.outlook.com",
    "amazonaws.com": "amazonses.com",
    "sendgrid.net": "sendgrid.net",
    "mailgun.org": "mailgun.org",
    "messagingengine.com": "spf.messagingengine.com",
    "fastmail.com": "spf.messagingengine.com",
}
"""Domain to include in an SPF record so that these SMTP servers may send for it."""
_SES_INCLUDE = "amazonses.com"
_COMMON_SELECTORS = (
    *("google", "selector1", "selector2", "default", "dkim", "mail", "smtp", "k1", "k2", "s1"),
    *("s2", "fm1", "fm2", "fm3", "zoho", "mx", "pm", "protonmail", "mailgun", "20230601"),
)


def spf_of_ses(dns: Dns, domain: str, mail_from: str | None, feedback_host: str) -> Finding:
    """Check SPF for sending through Amazon SES. Receivers evaluate the SPF record of the MAIL FROM
    domain (None if there is no custom one), never that of `domain`. Raises Unanswered.

    Source: https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-spf.html
    """
    name = mail_from or f"mail.{domain}"
    wanted = [
        DnsRecord(type="MX", name=name, value=f"10 {feedback_host}"),
        DnsRecord(type="TXT", name=name, value=f"v=spf1 include:{_SES_INCLUDE} ~all"),
    ]
    if mail_from is None:
        return Finding(
            subject="spf",
            result="warn",
            detail=f"Mail from {domain} passes SPF as amazonses.com, so DMARC depends on DKIM "
            "alone",
            remedy="Set a custom MAIL FROM domain for the identity in Amazon SES and publish these "
            f"records for it. The SPF record of {domain} itself needs nothing for SES",
            records=wanted,
        )
    found = [text for text in dns.txt(mail_from) if _is_spf(text)]
    if len(found) == 1 and _includes(dns, found[0], _SES_INCLUDE):
        return Finding(subject="spf", result="pass", detail=f"{mail_from}: {found[0]}")
    return Finding(
        subject="spf",
        result="warn",
        detail=f"{mail_from}, the MAIL FROM domain, has no SPF record that includes amazonses.com",
        remedy="Publish these records. There must be no other SPF record at that name",
        records=wanted,
    )


def spf(dns: Dns, mailbox: Mailbox) -> Finding:
    """Check that the domain's SPF record allows the mailbox's SMTP server to send. Raises
    Unanswered."""
    domain = domain_of(mailbox.email)
    wanted = _spf_include(mailbox)
    found = [text for text in dns.txt(domain) if _is_spf(text)]
    if len(found) > 1:
        return Finding(
            subject="spf",
            result="fail",
            detail=f"{domain} has {len(found)} SPF records, so receivers use none of them",
            remedy="Keep one SPF record that names all your senders",
            records=[_spf_record(domain, found[0], wanted)],
        )
    if not found:
        return Finding(
            subject="spf",
            result="fail",
            detail=f"{domain} has no SPF record",
            remedy="Publish an SPF record that names the servers that may send for the domain"
            + ("" if wanted else "; your provider says what to include"),
            records=[_spf_record(domain, None, wanted)],
        )
    if re.search(r"(?:^|\s)\+?all(?:\s|$)", found[0], re.IGNORECASE):
        return Finding(
            subject="spf",
            result="fail",
            detail=f"The SPF record of {domain} lets everybody send for it",
            remedy="End it with ~all or -all",
        )
    if wanted and not _includes(dns, found[0], wanted):
        return Finding(
            subject="spf",
            result="warn",
            detail=f"The SPF record of {domain} does not include {wanted}",
            remedy="Add it to the record",
            records=[_spf_record(domain, found[0], wanted)],
        )
    return Finding(subject="spf", result="pass", detail=f"{domain}: {found[0]}")


def dkim(dns: Dns, mailbox: Mailbox) -> Finding:
    """Check that the domain publishes a DKIM key, under the mailbox's selector or a common one.
    Raises Unanswered."""
    domain = domain_of(mailbox.email)
    own = mailbox.dkim_selector
    names = [
        f"{selector}._domainkey.{domain}" for selector in ([own] if own else _COMMON_SELECTORS)
    ]
    keys = {
        name: text
        for name, texts in dns.txt_of(names).items()
        for text in texts
        if "p=" in text.replace(" ", "")
    }
    usable = [name for name, text in keys.items() if re.search(r"(?:^|;)\s*p\s*=\s*[^;\s]", text)]
    if usable:
        return Finding(
            subject="dkim", result="pass", detail=f"A DKIM key is published at {usable[0]}"
        )
    if keys:
        return Finding(
            subject="dkim",
            result="fail",
            detail=f"The key at {next(iter(keys))} was revoked: its p= is empty",
            remedy="Publish the current key of your mail provider",
        )
    if own:
        return Finding(
            subject="dkim",
            result="fail",
            detail=f"No DKIM key is published at {names[0]}",
            remedy="Turn DKIM on at your mail provider, and publish the record it gives you there",
        )
    return Finding(
        subject="dkim",
        result="warn",
        detail=f"{domain} has no key under any of the usual selectors",
        remedy="Turn DKIM on at your mail provider, publish the record it gives you, and set "
        "dkim_selector of the mailbox to its selector",
    )


def dmarc(dns: Dns, mailbox: Mailbox) -> Finding:
    """Check that the domain or a parent domain has a DMARC policy. Raises Unanswered."""
    domain = domain_of(mailbox.email)
    for name in with_parents(domain):
        found = [text for text in dns.txt(f"_dmarc.{name}") if _tags(text).get("v") == "DMARC1"]
        if len(found) > 1:
            return Finding(
                subject="dmarc",
                result="fail",
                detail=f"{name} has {len(found)} DMARC records, so receivers use none of them",
                remedy="Keep one of them",
            )
        if found:
            return _policy(name, found[0])
    return Finding(
        subject="dmarc",
        result="warn",
        detail=f"{domain} has no DMARC record",
        remedy="Publish a policy: large receivers require one. p=none only monitors",
        records=[
            DnsRecord(
                type="TXT",
                name=f"_dmarc.{domain}",
                value=f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}",
            )
        ],
    )


def mx(dns: Dns, mailbox: Mailbox) -> Finding:
    """Check that the domain can receive replies. Raises Unanswered."""
    domain = domain_of(mailbox.email)
    hosts = dns.mx(domain)
    if not hosts:
        return Finding(
            subject="mx",
            result="warn",
            detail=f"{domain} has no MX record, so replies may not arrive",
            remedy="Publish the MX records of your mail provider",
        )
    if hosts == ["."]:
        return Finding(
            subject="mx",
            result="fail",
            detail=f"{domain} declares with a null MX that it accepts no email, so replies "
            f"are refused",
            remedy="Publish the MX records of your mail provider in place of the null MX",
        )
    named = ", ".join(host.rstrip(".") for host in sorted(hosts)[:3])
    return Finding(subject="mx", result="pass", detail=f"Mail for {domain} goes to {named}")


def _policy(name: str, record: str) -> Finding:
    policy = _tags(record).get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        return Finding(
            subject="dmarc",
            result="warn",
            detail=f"The DMARC record of {name} has no valid policy",
            remedy="Add p=none, p=quarantine or p=reject",
        )
    return Finding(subject="dmarc", result="pass", detail=f"{name}: p={policy}")


def _spf_include(mailbox: Mailbox) -> str | None:
    """Return the domain that the SPF record must include for the SMTP server, or None if
    unknown."""
    for known in with_parents(mailbox.smtp.host if mailbox.smtp else ""):
        if known in _SPF_BY_HOST:
            return _SPF_BY_HOST[known]
    return None


def _is_spf(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def _includes(dns: Dns, record: str, wanted: str) -> bool:
    """Return whether the record, or one that it includes or redirects to, includes `wanted`. Raises
    Unanswered."""
    seen: set[str] = set()
    records = [record]
    while records and len(seen) < _MOST_LOOK_UPS:
        following = re.findall(
            r"(?:^|\s)[+?~-]?(?:include:|redirect=)([^\s%]+)", records.pop(), re.IGNORECASE
        )
        for name in (each.lower().rstrip(".") for each in following):
            if name == wanted:
                return True
            if name not in seen and len(seen) < _MOST_LOOK_UPS:
                seen.add(name)
                records += [text for text in dns.txt(name) if _is_spf(text)]
    return False


def _spf_record(domain: str, present: str | None, wanted: str | None) -> DnsRecord:
    if present is None:
        value = f"v=spf1 include:{wanted or '<your provider>'} ~all"
    elif wanted is None or f"include:{wanted}" in present.lower():
        value = present
    else:
        value = re.sub(r"^(v=spf1)", rf"\1 include:{wanted}", present, flags=re.IGNORECASE)
    return DnsRecord(type="TXT", name=domain, value=value)


def _tags(record: str) -> dict[str, str]:
    parts: Sequence[str] = record.split(";")
    pairs = (part.partition("=") for part in parts if "=" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
