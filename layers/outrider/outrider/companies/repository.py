"""Keys, expressions and items of companies.

A company is `<workspace>` / `com_…`; the unique claim on its domain, if it has one, is
`<workspace>#domain` / `<domain>`. The index `by_name` is sorted by the name, or by the domain if
there is no name.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from outrider.companies.models import Company, folded
from outrider.entities.repository import PRESENT, EntityRepository
from outrider.kit import ids
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Action, ItemPage, Query, batch_get


@dataclass(frozen=True, slots=True)
class CompanyRepository(EntityRepository[Company]):
    """Companies of one workspace."""

    model = Company
    unique = "domain"
    owner = "company_id"
    counted_as = "companies"
    index_names = ("by_name_pk", "by_name_sk")

    @property
    def claims(self) -> str:
        return f"{self.workspace}#domain"

    def index_keys(self, fields: Mapping[str, Any]) -> dict[str, str | None]:
        name = fields.get("name") or fields.get("domain")
        return {"by_name_pk": self.workspace, "by_name_sk": folded(name)} if name else {}

    def owners(self, domains: Collection[str]) -> dict[str, str]:
        """Return the ids of the companies that have these domains, by domain."""
        claims = batch_get((self.table, self.claims, domain) for domain in domains)
        companies = self.get_many(sorted({claim["company_id"] for claim in claims.values()}))
        return {company.domain: company.id for company in companies.values() if company.domain}

    def check_domain_action(self, company_id: str, domain: str) -> Action:
        """Return the condition check that the company exists and has the domain."""
        condition = f"{PRESENT} AND #domain = :domain"
        return self.table.check_action(self.workspace, company_id, condition, domain=domain)

    def even_deleted(self, company_id: str) -> tuple[Company | None, bool]:
        """Return the company or its tombstone, and whether it is deleted."""
        item = self.table.get(self.workspace, company_id)
        return (Company.model_validate(item), "deleted_at" in item) if item else (None, True)

    def named(self, beginning: str) -> Query:
        """Return the query for companies whose name begins so."""
        name = {"name": folded(beginning)}
        return Query(self.workspace, "begins_with(#by_name_sk, :name)", name, index="by_name")

    def list(
        self,
        equal: Mapping[str, str],
        limit: int,
        after: Item | None,
        *,
        search: str | None = None,
        created_ms: int = -1,
        updated_after: str | None = None,
    ) -> ItemPage:
        """Return a page of the items of companies whose fields equal `equal`, created after
        `created_ms` (epoch milliseconds) and updated after `updated_after`. With `search`, only
        names with this prefix, sorted by name; else newest first."""
        conditions = [f"#{name} = :{name}" for name in equal]
        conditions.append("attribute_not_exists(#deleted_at)")
        values: dict[str, Any] = dict(equal)
        if updated_after is not None:
            conditions.append("#updated_at > :updated_after")
            values["updated_after"] = updated_after
        first = ids.first_of("com", created_ms + 1)
        if search is None:
            key = "#sk BETWEEN :first AND :last"
            values |= {"first": first, "last": "com_~"}
        else:
            key = "begins_with(#by_name_sk, :name)"
            values["name"] = folded(search)
            if created_ms >= 0:
                conditions.append("#id >= :first")
                values["first"] = first
        return self.table.page(
            Query(
                self.workspace,
                key,
                values,
                index=None if search is None else "by_name",
                filter=" AND ".join(conditions),
                newest_first=search is None,
                after=after,
                consistent=True,
            ),
            limit,
        )
