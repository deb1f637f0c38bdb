"""Choice of the site of a contact's company, as pure functions."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from outrider.companies.domains import domain_of_website, is_free_mail, is_shared
from outrider.companies.models import Company
from outrider.contacts.models import Contact
from outrider.kit.text.addresses import domain_of
from outrider.research.errors import NothingToResearch

_RESERVED = frozenset(
    {"alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion", "test"}
)
"""Top-level domains without public sites: RFC 6761, 6762, 7686, 8375, 9476, and ICANN's
`internal`."""
_EXAMPLES = ("example.com", "example.net", "example.org")


@dataclass(frozen=True, slots=True)
class Site:
    """A site to look up: `address` is a URL or domain, `domain` the company's domain if it has
    one."""

    address: str
    domain: str | None

    @property
    def is_reserved(self) -> bool:
        return self.domain is not None and is_reserved(self.domain)

    def candidates(self, *, plain: bool) -> list[str]:
        """Return the URLs to try, in order: https, then the same with `www.`. With `plain`, an http
        URL of a website is not upgraded to https."""
        scheme, separator, rest = self.address.partition("://")
        if not separator:
            scheme, rest = "https", self.address
        if scheme.lower() == "http" and not plain:
            scheme = "https"
        host, slash, path = rest.partition("/")
        first = f"{scheme}://{host}/{path}"
        if host != self.domain or host.startswith("www."):
            return [first]
        return [first, f"{scheme}://www.{host}{slash or '/'}{path}"]


def site_of(contact: Contact, company: Company | None) -> Site:
    """Return the site of the company's website or domain; if it has neither, the domain of the
    contact's address.

    Raises NothingToResearch if that is a free email provider.
    """
    if company and (site := _of_company(company)):
        return site
    domain = domain_of(contact.email)
    if is_free_mail(domain):
        raise NothingToResearch(f"Anybody may have an address at {domain}")
    return Site(domain, domain)


def is_reserved(domain: str) -> bool:
    """Return whether the normalised domain is reserved, so that no public site can exist there."""
    return domain.rpartition(".")[2] in _RESERVED or any(
        domain == example or domain.endswith(f".{example}") for example in _EXAMPLES
    )


def _of_company(company: Company) -> Site | None:
    if company.website:
        domain = domain_of_website(company.website)
        if domain is None or not is_shared(domain):
            return Site(_without_fragment(company.website), company.domain or domain)
    return Site(company.domain, company.domain) if company.domain else None


def _without_fragment(website: str) -> str:
    parts = urlsplit(website.strip())
    return parts._replace(fragment="").geturl()
