"""Simulated research for test keys: deterministic by domain, without network requests."""

from outrider.kit import clock
from outrider.research.models import Findings, Outcome, ResearchSignal, ResearchSource, SiteFacts
from outrider.research.site.choice import Site

SANDBOX = "outrider.test"
_SIMULATED: dict[str, Outcome] = {
    f"unreachable.{SANDBOX}": "unreachable",
    f"disallowed.{SANDBOX}": "disallowed",
}


def simulated(site: Site, _: Findings | None) -> Findings:
    """Return findings about a site. A reserved domain simulates a page that was read, except two
    domains of `outrider.test`; any other site is `unreachable` because it was not requested."""
    now = clock.timestamp()
    url = site.candidates(plain=False)[0]
    outcome = _SIMULATED.get(site.domain or "", "found")
    if not site.is_reserved or outcome == "unreachable":
        source = ResearchSource(
            url=url, fetched_at=now, error="connect" if site.is_reserved else "not_asked"
        )
        outcome = "unreachable"
    elif outcome == "disallowed":
        source = ResearchSource(url=url, fetched_at=now, error="robots")
    else:
        source = ResearchSource(url=url, fetched_at=now, status=200)
    found = outcome == "found"
    return Findings(
        site=site.address,
        outcome=outcome,
        facts=_facts(site, url) if found else SiteFacts(),
        mail_provider="Google Workspace" if found else None,
        sources=[source],
        researched_at=now,
    )


def _facts(site: Site, url: str) -> SiteFacts:
    name = (site.domain or "").partition(".")[0].title()
    return SiteFacts(
        url=url,
        title=f"{name} | Tools for teams",
        name=name,
        description=f"{name} makes tools for teams that would rather build.",
        language="en",
        country="DE",
        city="Berlin",
        founded="2015",
        employees="51-200",
        social={"linkedin": f"https://www.linkedin.com/company/{name.lower()}"},
        technologies=["Next.js", "HubSpot"],
        signals=[
            ResearchSignal(
                name="hiring", detail="The site links to open positions", url=f"{url}careers"
            ),
            ResearchSignal(name="marketing", detail="The company markets with HubSpot"),
        ],
    )
