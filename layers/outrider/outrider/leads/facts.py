"""Known facts about a lead for its qualification, with their sources."""

from collections.abc import Iterator

from outrider.companies.models import Company
from outrider.contacts.models import Contact
from outrider.kit.text.addresses import domain_of
from outrider.qualification.scoring import Fact, Facts
from outrider.research.models import Findings, SiteFacts

_NO_COMPANY = Company(id="", created_at="", updated_at="")


def facts_of(contact: Contact, company: Company | None, findings: Findings | None) -> Facts:
    """Return the facts about a contact and its company, the most reliable first: stored fields have
    precedence over those that research read on the website."""
    site = findings.facts if findings else SiteFacts()
    at = company or _NO_COMPANY
    return Facts(
        titles=_known(("contact.title", contact.title)),
        companies=_known(
            ("company.name", at.name),
            ("contact.company", contact.company),
            ("research.name", site.name),
        ),
        domains=_known(
            ("contact.email", domain_of(contact.email)),
            ("company.domain", at.domain),
        ),
        industries=_known(
            ("company.industry", at.industry),
            ("research.industry", site.industry),
        ),
        sizes=_known(
            ("company.size", at.size),
            ("research.employees", site.employees),
        ),
        countries=_known(
            ("contact.country", contact.country),
            ("company.country", at.country),
            ("research.country", site.country),
        ),
        technologies=[Fact(name, "research.technologies") for name in site.technologies],
        signals=[Fact(signal.name, "research.signals") for signal in site.signals],
    )


def _known(*named: tuple[str, str | None]) -> list[Fact]:
    return list(_facts(named))


def _facts(named: tuple[tuple[str, str | None], ...]) -> Iterator[Fact]:
    for source, value in named:
        if value:
            yield Fact(value, source)
