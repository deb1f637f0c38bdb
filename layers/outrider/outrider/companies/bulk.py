"""Bulk upserts of companies, matched by domain."""

from dataclasses import dataclass

from outrider.companies.models import Company
from outrider.companies.repository import CompanyRepository
from outrider.entities.bulk import Bulk


@dataclass(frozen=True, slots=True)
class CompanyBulk(CompanyRepository, Bulk[Company]):
    pass
