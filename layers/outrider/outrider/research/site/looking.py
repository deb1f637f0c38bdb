"""Look-up of a company: one page of its website, and its MX record."""

from dataclasses import dataclass

from outrider.kit import clock
from outrider.research.mail_provider import provider_of
from outrider.research.models import Findings, SiteFacts
from outrider.research.site.choice import Site
from outrider.research.site.facts import facts_of
from outrider.research.site.reader import SiteReader


@dataclass(frozen=True, slots=True)
class SiteLookup:
    """Look-up of a site. `plain` allows http instead of https, which the SSRF guard permits on
    loopback only."""

    reader: SiteReader
    plain: bool = False
    dns_server: str = ""

    def look(self, site: Site) -> Findings:
        """Return the findings about a site. Never raises on a failure of the other side."""
        reading = self.reader.read(site.candidates(plain=self.plain))
        page = reading.page
        return Findings(
            site=site.address,
            outcome=reading.outcome,
            facts=facts_of(page.html, page.url, page.headers) if page else SiteFacts(),
            mail_provider=self._mail_provider(site),
            sources=list(reading.sources),
            researched_at=clock.timestamp(),
        )

    def _mail_provider(self, site: Site) -> str | None:
        if site.domain is None or site.is_reserved:
            return None
        return provider_of(site.domain, self.dns_server)
