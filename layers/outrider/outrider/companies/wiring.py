"""Construction of the services of `companies`."""

from outrider.access.models import Caller, WorkspaceId
from outrider.companies.repository import CompanyRepository
from outrider.companies.service import CompanyService
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings


def companies(caller: Caller) -> CompanyService:
    return CompanyService(caller, company_repository(caller.workspace))


def company_repository(workspace: WorkspaceId) -> CompanyRepository:
    return CompanyRepository(Table(settings().companies_table), workspace)
