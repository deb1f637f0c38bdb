"""Look-up of a company: one page of its website, and its MX record."""

from dataclasses import dataclass

from outrider.kit import clock
from outrider.research.mail_provider import provider_of
from outrider.research.models import Findings, PageCaching, SiteFacts
from outrider.research.site.caching import caching_of, conditions_of, renewed
from outrider.research.site.choice import Site
from outrider.research.site.facts import facts_of
from outrider.research.site.reader import KnownPage, SiteReader


@dataclass(frozen=True, slots=True)
class SiteLookup:
    """Look-up of a site. `plain` allows http instead of https, which the SSRF guard permits on
    loopback only."""

    reader: SiteReader
    plain: bool = False
    dns_server: str = ""

    def look(self, site: Site, before: Findings | None) -> Findings:
        """Return the findings about a site. Never raises on a failure of the other side.

        `before` are older findings about it: if their page has not changed since, its facts are
        taken from them.
        """
        reading = self.reader.read(site.candidates(plain=self.plain), _known(before))
        facts, caching = SiteFacts(), PageCaching()
        if page := reading.page:
            if page.html is not None:
                facts = facts_of(page.html, page.url, page.headers)
                caching = caching_of(page.headers)
            elif before:
                facts, caching = before.facts, renewed(before.caching, page.headers)
        return Findings(
            site=site.address,
            outcome=reading.outcome,
            facts=facts,
            mail_provider=self._mail_provider(site),
            sources=list(reading.sources),
            caching=caching,
            researched_at=clock.timestamp(),
        )

    def _mail_provider(self, site: Site) -> str | None:
        if site.domain is None or site.is_reserved:
            return None
        return provider_of(site.domain, self.dns_server)


def _known(before: Findings | None) -> KnownPage | None:
    """Return the page of older findings if the site can be asked whether it has changed."""
    if before is None or before.facts.url is None or not before.caching.may_store:
        return None
    conditions = conditions_of(before.caching)
    return KnownPage(before.facts.url, conditions) if conditions else None
