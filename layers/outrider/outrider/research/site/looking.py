"""Looking at a company from outside: one page of its site, and its MX record."""

from dataclasses import dataclass

from outrider.kit import clock
from outrider.research.mail_provider import provider_of
from outrider.research.models import Findings, SiteFacts
from outrider.research.site.choice import Site
from outrider.research.site.facts import facts_of
from outrider.research.site.reader import SiteReader


@dataclass(frozen=True, slots=True)
class SiteLookup:
    """`plain` lets a website be asked over http, which the guard allows on loopback only."""

    reader: SiteReader
    plain: bool = False
    dns_server: str = ""

    def look(self, site: Site) -> Findings:
        """What there is at a site. Never raises for what the other side does."""
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
