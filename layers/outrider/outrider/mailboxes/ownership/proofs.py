"""DNS proofs of an address: the TXT record of its domain, and the mail servers that the domain
names.

Sources: RFC 5321, section 5 (MX); https://support.google.com/a/answer/174125 and
https://learn.microsoft.com/microsoft-365/admin/get-help-with-domains/create-dns-records-at-any-dns-hosting-provider
(the MX records of the two providers).
"""

from collections.abc import Mapping

from outrider.kit.text.addresses import domain_of, folded
from outrider.mailboxes.checks.dns import Dns
from outrider.mailboxes.checks.models import DnsRecord
from outrider.mailboxes.models import SmtpServer

_MX_OF_PROVIDERS: Mapping[str, tuple[str, ...]] = {
    "smtp.gmail.com": ("google.com", "googlemail.com"),
    "smtp.office365.com": ("mail.protection.outlook.com", "mx.microsoft"),
}
"""Submission servers of providers that let only verified owners of a domain create logins for it,
and the domains of the MX records of their customers."""


def is_published(dns: Dns, record: DnsRecord) -> bool:
    """Return whether the TXT record is in DNS. Raises Unanswered."""
    return record.value in (text.strip() for text in dns.txt(record.name))


def why_login_proves_nothing(dns: Dns, email: str, server: SmtpServer) -> str | None:
    """Return why a login at the server would not prove ownership of the address; None if it would.
    Anybody can run a server that accepts any login, also on a subdomain of many domains; so the
    domain itself must name the server, as its own host name or in its MX records. Raises
    Unanswered."""
    domain = domain_of(email)
    if server.security == "none":
        return "The connection to the server is not encrypted"
    if folded(server.username) != folded(email):
        return f"smtp.username is not {email}"
    host = server.host.lower().rstrip(".")
    if host == domain:
        return None
    exchanges = [each.lower().rstrip(".") for each in dns.mx(domain)]
    if host in exchanges:
        return None
    known = _MX_OF_PROVIDERS.get(host, ())
    if any(each.endswith(f".{suffix}") for each in exchanges for suffix in known):
        return None
    return f"{host} is not named by {domain}: neither its own name nor one of its MX records"
