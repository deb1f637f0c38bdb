"""Creation, lists, changes and deletion of companies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from outrider.access.models import Caller
from outrider.companies.errors import NO_COMPANY, CompanyNotFound
from outrider.companies.models import Company
from outrider.companies.repository import CompanyRepository
from outrider.companies.schemas import (
    CompanyBatch,
    CompanyBatchResult,
    CompanyCreate,
    CompanyDeleted,
    CompanyQuery,
    CompanyRowResult,
    CompanyUpdate,
    CompanyWrite,
)
from outrider.entities.batches import EntityBatch
from outrider.entities.offsets import OffsetLists, OffsetPage
from outrider.entities.repository import ValueTaken
from outrider.entities.schemas import Result, check_object
from outrider.entities.writes import EntityWrites, Kind
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import Action
from outrider.kit.errors import ValidationFailed
from outrider.kit.http.pagination import Page, Sealer
from outrider.kit.http.responses import Made, made

COMPANY = Kind("company", "com", "domain", CompanyNotFound)
_ROW = TypeAdapter(CompanyWrite)


@dataclass(frozen=True, slots=True)
class CompanyService:
    caller: Caller
    companies: CompanyRepository

    def list(self, query: CompanyQuery) -> Page[Company]:
        """Return a page of companies, filtered. Raises ValidationFailed if the cursor is
        invalid."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/companies")
        after = sealer.after(query)
        if query.domain is not None:
            company = self.companies.with_value(query.domain)
            return sealer.page(query, [company] if company and query.matches(company) else [], None)
        created_after = query.created_after
        page = self.companies.list(
            query.equal,
            query.limit,
            after,
            search=query.search,
            created_ms=clock.to_epoch_ms(clock.from_text(created_after)) if created_after else -1,
            updated_after=query.updated_after,
        )
        companies = [company for item in page.items if (company := self.companies.entity(item))]
        return sealer.page(query, companies, page.last_key)

    def page_at(
        self, *, domain: str | None, search: str | None, limit: int, offset: int
    ) -> OffsetPage[Company]:
        """Return the page of companies from an offset, newest first, with the exact total: of all,
        or of those with this domain and this beginning of the name. Raises ValidationFailed if they
        are too many to be counted, or the offset is too far behind what was read before."""
        lists = OffsetLists(self.companies, COMPANY.prefix)
        if domain is not None:
            company = self.companies.with_value(domain)
            asked = CompanyQuery(search=search)
            return lists.of(
                [company.id] if company and asked.matches(company) else [], limit, offset
            )
        if search is not None:
            found = lists.keys(self.companies.named(search))
            return lists.of([item["sk"] for item in found], limit, offset)
        return lists.every(limit, offset)

    def check_exists_action(self, company_id: str) -> Action:
        """Return the condition check that the company exists, for a transaction that stores
        `company_id`. If the check fails, the transaction raises ValidationFailed.

        Raises ValidationFailed if the id is malformed.
        """
        if not COMPANY.is_id(company_id):
            raise _no_company()
        return self.companies.check_present_action(company_id).or_raise(_no_company())

    def create(self, new: CompanyCreate) -> Made[Company]:
        """Create a company, or update the one with its domain if `upsert` is set. Raises
        EntityExists if the domain is taken and `upsert` is not set, ValidationFailed if `context`
        would be too large, and Contended if the company changes during every attempt."""
        entity, result = self.put(new, upsert=new.upsert)
        return made(entity, created=result == "created")

    def put(self, row: CompanyWrite, *, upsert: bool) -> tuple[Company, Result]:
        """Create a company, or with `upsert` update the one with its domain.

        Raises EntityExists if the domain is taken and `upsert` is false, ValidationFailed if
        `context` would be too large, and Contended if the company changes during every attempt.
        """
        company = self._new(row)
        created = self.caller.event("company.created", company_id=company.id)
        try:
            self.companies.add(company, [created], also=self.caller.keep_actions(company))
        except ValueTaken as taken:
            return self._writes.settle(company, _given(row), taken, upsert=upsert)
        return company, "created"

    def create_many(self, batch: CompanyBatch) -> Made[CompanyBatchResult]:
        """Return one result for each row, in the order of the rows."""
        rows = EntityBatch(
            replace(self._writes, keeps=False),
            _ROW,
            CompanyRowResult,
            self._new,
            _given,
            lambda _: ({}, ()),
        )
        done = CompanyBatchResult.of(rows.put(batch.companies, upsert=batch.upsert))
        return made(done, created=done.counts["created"] > 0)

    def get(self, company_id: str) -> Company:
        """Return the company. Raises CompanyNotFound."""
        company = self.companies.get(company_id) if COMPANY.is_id(company_id) else None
        if company is None:
            raise CompanyNotFound
        return company

    def existing(self, company_ids: Iterable[str]) -> set[str]:
        """Return those of `company_ids` that exist in this workspace."""
        return set(self.several(company_ids))

    def several(self, company_ids: Iterable[str]) -> dict[str, Company]:
        """Return those of `company_ids` that exist, by id."""
        return self.companies.get_many([each for each in company_ids if COMPANY.is_id(each)])

    def update(self, company_id: str, update: CompanyUpdate, if_match: int | None) -> Company:
        """Change only the given fields. Raises CompanyNotFound, ValueOfAnother if another company
        has the domain, ValidationFailed if it would have neither name nor domain or too large a
        `context`, PreconditionFailed if it is not at version `if_match`, and Contended if it
        changes during every attempt."""
        given = update.given
        clears_name = "name" in given and given["name"] is None
        must_read = "domain" in given or "context" in given or clears_name
        return self._writes.change(company_id, given, if_match, must_read=must_read)

    def delete(self, company_id: str, if_match: int | None) -> CompanyDeleted:
        """Delete the company. Raises CompanyNotFound, and PreconditionFailed if it is not at
        version `if_match`."""
        self._writes.remove(company_id, if_match)
        return CompanyDeleted(id=company_id)

    @property
    def _writes(self) -> EntityWrites[Company]:
        return EntityWrites(self.caller, self.companies, COMPANY, _changes, lambda _: ())

    def _new(self, given: CompanyWrite, *identity: str) -> Company:
        company_id = self.caller.new_id("com", *identity)
        now = clock.to_text(clock.from_epoch_ms(ids.made_at(company_id)))
        company = Company(id=company_id, created_at=now, updated_at=now)
        fields = {name: value for name, value in given.given.items() if value is not None}
        fields["context"] = _merged({}, fields.get("context", {}))
        return company.model_copy(update=fields)


def _given(row: CompanyWrite) -> dict[str, Any]:
    return {name: value for name, value in row.given.items() if name != "domain"}


def _changes(current: Company, given: Mapping[str, Any]) -> Mapping[str, Any]:
    if "context" in given:
        given = {**given, "context": _merged(current.context, given["context"])}
    if given.get("name", current.name) is None and given.get("domain", current.domain) is None:
        raise ValidationFailed.at(
            "/name" if "name" in given else "/domain", "A company needs a name or a domain"
        )
    return given


def _no_company() -> ValidationFailed:
    return ValidationFailed.at("/company_id", NO_COMPANY)


def _merged(context: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return `context` merged with `given`, where null removes a name. Raises ValidationFailed if
    the result is too large."""
    merged = {name: value for name, value in {**context, **given}.items() if value is not None}
    try:
        return check_object(merged, "context")
    except ValueError as error:
        raise ValidationFailed.at("/context", str(error)) from error
