"""Pages of leads that match a filter.

One query reads candidates: the most selective one that has the requested order. The other filters
are applied in memory. The number of leads read per page is limited, so a page may be empty although
more follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from outrider.contacts.models import Contact
from outrider.contacts.service import ContactService
from outrider.kit import clock, ids
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query, key_of
from outrider.leads.models import Lead
from outrider.leads.repository import LeadRepository
from outrider.leads.schemas import LeadQuery

_CALLS = 3
_LEAST = 100
"""Minimum number of leads read per call if filters are applied in memory."""
_MOST_BYTES = 4_000_000
"""Size of leads after which a page ends: a Lambda function can return 6 MB, and the draft of a lead
in review can have 200 KB. Source:
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
Found = tuple[Lead, Contact | None]


@dataclass(frozen=True, slots=True)
class LeadLists:
    """Lists of leads with their contacts."""

    leads: LeadRepository
    contacts: ContactService

    def page(self, asked: LeadQuery, after: Item | None) -> tuple[list[Found], Item | None]:
        """Return at most `asked.limit` leads, and the key to continue after; None at the end."""
        if asked.contact_id is not None:
            return self._of_contact(asked, asked.contact_id, after)
        query = self._query(asked)
        found: list[Found] = []
        size = 0
        for _ in range(_CALLS):
            part = self.leads.page(replace(query, after=after), max(asked.limit, _LEAST))
            fitting = {
                lead.id: (lead, contact) for lead, contact in self._read(asked, query, part.items)
            }
            for item in part.items:
                if str(item["sk"]) not in fitting:
                    continue
                each = fitting[str(item["sk"])]
                size += _size(each[0])
                if len(found) == asked.limit or (found and size > _MOST_BYTES):
                    return found, after
                found.append(each)
                after = key_of(item, query.index)
            after = part.last_key
            if after is None or len(found) == asked.limit:
                break
        return found, after

    def _query(self, asked: LeadQuery) -> Query:
        newest_first = asked.sort.startswith("-")
        if asked.sort.endswith("score"):
            return self.leads.in_order_of_score(
                asked.workflow_id, asked.min_score or 0, newest_first=newest_first
            )
        first = "led_"
        if asked.created_after is not None:
            moment = clock.to_epoch_ms(clock.from_text(asked.created_after))
            first = ids.first_of("led", moment + 1)
        return self.leads.in_order_of_creation(
            asked.workflow_id, asked.status, first, newest_first=newest_first
        )

    def _of_contact(
        self, asked: LeadQuery, contact_id: str, after: Item | None
    ) -> tuple[list[Found], Item | None]:
        """Return a page of the few leads of one contact, which are all read; `after` is the place
        of the last one of the page before."""
        by_score = asked.sort.endswith("score")
        leads = self.leads.of_contact(contact_id)
        places = {
            lead.id: [lead.score.score if by_score and lead.score else 0, lead.id]
            for lead in leads
            if lead.score or not by_score
        }
        newest_first = asked.sort.startswith("-")
        ordered = sorted(places, key=lambda lead_id: places[lead_id], reverse=newest_first)
        if after:
            ordered = [
                each
                for each in ordered
                if (
                    places[each] < after["place"] if newest_first else places[each] > after["place"]
                )
            ]
        by_id = {lead.id: lead for lead in leads}
        found = self._fitting(asked, {each: by_id[each] for each in ordered})
        if len(found) <= asked.limit:
            return found, None
        return found[: asked.limit], {"place": places[found[asked.limit - 1][0].id]}

    def _read(self, asked: LeadQuery, query: Query, items: list[Item]) -> list[Found]:
        if query.index is None:
            leads = {str(item["sk"]): Lead.model_validate(item) for item in items}
        else:
            leads = self.leads.get_many(str(item["sk"]) for item in items)
        return self._fitting(asked, leads)

    def _fitting(self, asked: LeadQuery, leads: Mapping[str, Lead]) -> list[Found]:
        """Return the leads that match the filter, with their contacts, which are read in one
        batch."""
        contacts = self.contacts.several({lead.contact_id for lead in leads.values()})
        with_contacts = ((lead, contacts.get(lead.contact_id)) for lead in leads.values())
        return [(lead, contact) for lead, contact in with_contacts if asked.matches(lead, contact)]


def _size(lead: Lead) -> int:
    """Return the size of the part of a lead that can be large, in bytes of JSON."""
    return len(lead.draft.model_dump_json().encode()) if lead.draft else 0
