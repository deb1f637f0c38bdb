"""Keys, expressions and items of companies.

A company is `<workspace>` / `com_…`; its claim on its domain, if it has one, is
`<workspace>#domain` / `<domain>`. It stands in the index `by_name` by its name, or by its domain
while it has none.
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
        """Those of `domains` that a company has, and its id."""
        claims = batch_get((self.table, self.claims, domain) for domain in domains)
        companies = self.get_many(sorted({claim["company_id"] for claim in claims.values()}))
        return {company.domain: company.id for company in companies.values() if company.domain}

    def check_domain_action(self, company_id: str, domain: str) -> Action:
        """That the company is there and has the domain, for a transaction."""
        condition = f"{PRESENT} AND #domain = :domain"
        return self.table.check_action(self.workspace, company_id, condition, domain=domain)

    def even_deleted(self, company_id: str) -> tuple[Company | None, bool]:
        """The company or what is left of it, and whether it is deleted."""
        item = self.table.get(self.workspace, company_id)
        return (Company.model_validate(item), "deleted_at" in item) if item else (None, True)

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
        """Companies whose fields are as in `equal`, created after `created_ms` (epoch ms), changed
        after `updated_after`. With `search`, those whose name begins with it, in the order
        of names; else newest first. `items` are companies' items."""
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
