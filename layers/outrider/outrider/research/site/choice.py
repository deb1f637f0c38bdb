"""Which site is that of a contact's company: pure functions."""

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
"""RFC 6761, 6762, 7686, 8375, 9476, and ICANN's `internal`: no public site can be there."""
_EXAMPLES = ("example.com", "example.net", "example.org")


@dataclass(frozen=True, slots=True)
class Site:
    """`address` is what to ask for, `domain` the company's, if it has one."""

    address: str
    domain: str | None

    @property
    def is_reserved(self) -> bool:
        return self.domain is not None and is_reserved(self.domain)

    def candidates(self, *, plain: bool) -> list[str]:
        """The URLs to try, best first: https, then the same below `www.`. `plain` lets a website
        that is given with http stay so."""
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
    """The company's website or domain; for want of both the domain of the contact's address.

    Raises NothingToResearch.
    """
    if company and (site := _of_company(company)):
        return site
    domain = domain_of(contact.email)
    if is_free_mail(domain):
        raise NothingToResearch(f"Anybody may have an address at {domain}")
    return Site(domain, domain)


def is_reserved(domain: str) -> bool:
    """Whether no public site can be at a normalised domain."""
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
