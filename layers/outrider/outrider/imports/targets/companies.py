"""Target of imported companies, whose key is the domain."""

from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from outrider.companies.models import Company
from outrider.companies.schemas import CompanyUpdate, CompanyWrite
from outrider.imports.columns.values import year_in
from outrider.imports.merging import Given
from outrider.imports.models import PlannedRow
from outrider.imports.targets import Parsed, RowRefused
from outrider.imports.targets.entities import EntityTarget, made_at, split_tags

_ROW = TypeAdapter(CompanyWrite)


@dataclass(frozen=True, slots=True)
class CompanyTarget(EntityTarget[Company]):
    key = "domain"
    noun = "company"
    prefix = "com"
    callers = frozenset(CompanyUpdate.model_fields)
    optional = callers - {"domain", "website", "context"}
    changes = TypeAdapter(CompanyUpdate)

    def parse(self, given: Given, *, strict: bool) -> Parsed:
        fields = dict(given.fields)
        if "/" in str(fields.get("domain", "")):
            fields.setdefault("website", fields.pop("domain"))
        split_tags(fields)
        if isinstance(founded := fields.get("founded"), str):
            fields["founded"] = year_in(founded)
        row, note = self._read(_ROW, given, fields, strict=strict)
        if row.domain is None:
            raise RowRefused("/domain: A row needs a domain, or a website at a domain of its own")
        named = {name: value for name, value in row.given.items() if name != "domain"}
        return Parsed(row.domain, replace(given, fields=named), note)

    def new(self, row: PlannedRow, now: str) -> Company:
        own = {"id": row.id, "domain": row.key, "created_at": made_at(row), "updated_at": now}
        return Company.model_validate({**(row.fields or {}), **own})
