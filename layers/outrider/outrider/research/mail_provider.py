"""Email provider of a domain, looked up by its MX record (RFC 5321, section 5.1)."""

from dns.exception import DNSException

from outrider.kit.outbound.dns import BoundedResolver

WITHIN = 3.0
"""Seconds for the DNS query."""

_PROVIDERS = {
    "amazonaws.com": "Amazon SES",
    "barracudanetworks.com": "Barracuda",
    "gandi.net": "Gandi",
    "google.com": "Google Workspace",
    "googlemail.com": "Google Workspace",
    "icloud.com": "iCloud Mail",
    "ionos.com": "IONOS",
    "ionos.de": "IONOS",
    "kundenserver.de": "IONOS",
    "messagelabs.com": "Symantec Email Security",
    "messagingengine.com": "Fastmail",
    "migadu.com": "Migadu",
    "mimecast.com": "Mimecast",
    "outlook.com": "Microsoft 365",
    "ovh.net": "OVH",
    "pphosted.com": "Proofpoint",
    "protonmail.ch": "Proton Mail",
    "yandex.net": "Yandex 360",
    "zoho.com": "Zoho Mail",
    "zoho.eu": "Zoho Mail",
}
"""Providers by the domain of the MX host with the highest priority."""


def provider_of(domain: str, server: str = "") -> str | None:
    """Return the email provider of the domain, or the parent domain of its MX host if the provider
    is not known; None without an MX record or an answer from DNS. `server` is `<ip>:<port>`, or
    empty for the system's resolvers."""
    try:
        found = BoundedResolver.of(server, WITHIN).resolve(domain, "MX")
        records = sorted((record.preference, record.exchange.to_text()) for record in found)
    except (DNSException, OSError, ValueError):
        return None
    host = records[0][1].rstrip(".").lower() if records else ""
    labels = host.split(".")
    names = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    known = next((_PROVIDERS[name] for name in names if name in _PROVIDERS), None)
    return known or (names[-1] if names else None)
