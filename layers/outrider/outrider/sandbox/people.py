"""Example companies, their people as contacts, and what research found about them."""

from dataclasses import dataclass, field
from datetime import datetime

from outrider.companies.models import Company
from outrider.companies.repository import CompanyRepository
from outrider.contacts.models import Contact, Verification
from outrider.contacts.repository import ContactRepository
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action
from outrider.leads.facts import facts_of
from outrider.qualification.profiles import Profile
from outrider.qualification.scoring import Score, score
from outrider.research.models import Findings
from outrider.research.repository import ResearchRepository
from outrider.research.sandbox import simulated
from outrider.research.site.choice import site_of
from outrider.sandbox.examples import ExampleCompany, ExamplePerson, Examples
from outrider.sandbox.models import Making

_KNOWN_FOR_DAYS = 40
"""Age of the contacts, in days."""


@dataclass(slots=True)
class People:
    """Contacts by the local part of their address, as they are at the end of the history: campaigns
    and workflows change them here before they are written."""

    making: Making
    contacts: dict[str, Contact] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    findings: dict[str, Findings] = field(default_factory=dict)

    @classmethod
    def of(cls, making: Making, given: Examples) -> "People":
        people = cls(making)
        for number, company in enumerate(given.companies):
            with making.at(making.ago(days=_KNOWN_FOR_DAYS, minutes=number * 10)) as now:
                stored = _company(making, company, now)
                people.companies[stored.id] = stored
                for place, person in enumerate(company.people, 1):
                    with making.at(
                        making.ago(days=_KNOWN_FOR_DAYS, minutes=number * 10 + place)
                    ) as then:
                        contact = _contact(making, person, stored, then)
                        people.contacts[person.local_part] = contact
        return people

    def change(self, who: str, **changes: object) -> Contact:
        """Change the contact with this local part at the present moment, and return it."""
        contact = self.contacts[who]
        updated_at = max(contact.updated_at, clock.timestamp())
        self.contacts[who] = contact.model_copy(update={**changes, "updated_at": updated_at})
        return self.contacts[who]

    def research(self, who: str) -> Findings:
        """Return what research found about the company of a contact at the present moment; it is
        stored once for each contact."""
        contact = self.contacts[who]
        if who not in self.findings:
            site = site_of(contact, self.companies[contact.company_id or ""])
            self.findings[who] = simulated(site, None)
        return self.findings[who]

    def score(self, who: str, profile: Profile) -> Score:
        """Score a contact that was researched by a profile, and write the score to it."""
        contact = self.contacts[who]
        company = self.companies[contact.company_id or ""]
        result = score(profile, facts_of(contact, company, self.findings.get(who)))
        self.change(who, fit_score=result.score / 100)
        return result

    def add_actions(
        self, contacts: ContactRepository, companies: CompanyRepository
    ) -> list[list[Action]]:
        """Return the groups of writes that create the companies and the contacts, with their
        counts."""
        groups: list[list[Action]] = [
            [companies.count_action(len(self.companies))],
            [contacts.count_action(len(self.contacts))],
        ]
        for company in self.companies.values():
            with self.making.at(_made(company)):
                created = self.making.caller.event("company.created", company_id=company.id)
            groups.append(companies.add_actions(company, [created]))
        for contact in self.contacts.values():
            with self.making.at(_made(contact)):
                created = self.making.caller.event("contact.created", contact_id=contact.id)
            groups.append(contacts.add_actions(contact, [created]))
        return groups

    def research_actions(self, research: ResearchRepository) -> list[list[Action]]:
        """Return the groups of writes that store the findings; the contacts must exist."""
        return [
            [*research.keep_actions(self.contacts[who].id, findings)]
            for who, findings in self.findings.items()
        ]


def _made(entity: Company | Contact) -> datetime:
    return clock.from_text(entity.created_at)


def _company(making: Making, given: ExampleCompany, now: str) -> Company:
    return Company(
        id=making.id("com", given.domain),
        **given.model_dump(exclude={"people"}),
        website=f"https://{given.domain}",
        created_at=now,
        updated_at=now,
    )


def _contact(making: Making, given: ExamplePerson, company: Company, now: str) -> Contact:
    email = f"{given.local_part}@{company.domain}"
    return Contact(
        id=making.id("con", email),
        email=email,
        **given.model_dump(),
        company=company.name,
        company_id=company.id,
        country=company.country,
        verified=True,
        verification=Verification(verdict="valid", checked_at=now, reasons=["simulated"]),
        source="sandbox",
        created_at=now,
        updated_at=now,
    )
