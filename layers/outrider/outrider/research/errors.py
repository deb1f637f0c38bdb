"""Errors of research."""

from outrider.kit.errors import ValidationFailed


class NothingToResearch(ValidationFailed):
    """Neither the contact nor its company has a website or a domain of the company's own."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why}: give the contact an address at its company's domain, or link it to a company"
            " that has a domain or a website (company_id)"
        )


class ResearchedMeanwhile(Exception):
    """Another request stored findings about the same site since this one began."""
