"""Companies that answered a campaign: with `stop_for_company` their colleagues get no more.

A company that answered is `<workspace>#cam_…` / `company#<company key>`.
"""

from dataclasses import dataclass

from outrider.kit.aws.dynamodb import Action, Table


@dataclass(frozen=True, slots=True)
class CompanyReplies:
    """Companies that answered one campaign; `pk` is `<workspace>#cam_…`."""

    table: Table
    pk: str

    def note_action(self, company_key: str, at: str) -> Action:
        """That somebody of the company answered at `at` (RFC 3339); the first time stays."""
        return self.table.update_action(
            self.pk,
            _sk(company_key),
            "SET #replied_at = if_not_exists(#replied_at, :at)",
            at=at,
        )

    def key(self, company_key: str) -> tuple[Table, str, str]:
        """Where an answer of the company is noted, for `kit.aws.dynamodb.batch_get`."""
        return self.table, self.pk, _sk(company_key)


def _sk(company_key: str) -> str:
    return f"company#{company_key}"
