"""Companies from which a contact has replied in a campaign: with `stop_for_company`, their other
contacts get no more emails.

Such a company is the item `<workspace>#cam_…` / `company#<company key>`.
"""

from dataclasses import dataclass

from outrider.kit.aws.dynamodb import Action, Table


@dataclass(frozen=True, slots=True)
class CompanyReplies:
    """Companies with a reply in one campaign; `pk` is `<workspace>#cam_…`."""

    table: Table
    pk: str

    def note_action(self, company_key: str, at: str) -> Action:
        """Return the upsert that records a reply from the company at `at` (RFC 3339); the time of
        the first reply is kept."""
        return self.table.update_action(
            self.pk,
            _sk(company_key),
            "SET #replied_at = if_not_exists(#replied_at, :at)",
            at=at,
        )

    def key(self, company_key: str) -> tuple[Table, str, str]:
        """Return the key of the company's item, for `kit.aws.dynamodb.batch_get`."""
        return self.table, self.pk, _sk(company_key)


def _sk(company_key: str) -> str:
    return f"company#{company_key}"
