"""What can go wrong with research."""

from outrider.kit.errors import ValidationFailed


class NothingToResearch(ValidationFailed):
    """Neither the contact nor its company names a site."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why}: give the contact an address at its company's domain, or link it to a company"
            " that has a domain or a website (company_id)"
        )


class ResearchedMeanwhile(Exception):
    """Another request has researched the same site since this one began."""
