"""Builds the objects of `companies`."""

from outrider.access.models import Caller
from outrider.companies.repository import CompanyRepository
from outrider.companies.service import CompanyService
from outrider.kit.dynamo import Table
from outrider.kit.settings import settings


def companies(caller: Caller) -> CompanyService:
    repository = CompanyRepository(Table(settings().require("companies_table")), caller.workspace)
    return CompanyService(caller, repository)
