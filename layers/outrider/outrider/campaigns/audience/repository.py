"""Keys, expressions and items of audience jobs: `<workspace>#cam_…` / `audience#aud_…`."""

from contextlib import suppress
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.campaigns.audience.models import AudienceJob
from outrider.kit import clock
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    Query,
    Table,
)

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class AudienceRepository:
    """Audience jobs of the campaigns of one workspace."""

    table: Table
    workspace: WorkspaceId

    def newest(self, campaign_id: str) -> list[AudienceJob]:
        """Return the last 20 jobs of a campaign, newest first."""
        page = self.table.page(self._all(campaign_id), _SHOWN)
        jobs = [AudienceJob.model_validate(item) for item in page.items]
        return sorted(jobs, key=lambda job: job.asked_at, reverse=True)

    def open(self, campaign_id: str) -> list[AudienceJob]:
        """Return the unfinished jobs of a campaign, oldest first."""
        found = self.table.every(self._all(campaign_id))
        jobs = [AudienceJob.model_validate(item) for item in found if not item["done"]]
        return sorted(jobs, key=lambda job: job.asked_at)

    def add_action(self, campaign_id: str, job: AudienceJob) -> Action:
        item = {
            **job.model_dump(exclude_none=True),
            "pk": self._pk(campaign_id),
            "sk": _sk(job),
        }
        return self.table.put_action(item, "attribute_not_exists(#pk)")

    def move_action(
        self, campaign_id: str, job: AudienceJob, after: Item | None, *, added: int, skipped: int
    ) -> Action:
        """Return the update that moves the job to the position `after` (None: done), with the
        condition that no other worker has moved it."""
        return self.table.update_action(
            self._pk(campaign_id),
            _sk(job),
            "SET #after = :after, #parts = :next, #done = :done, #moved_at = :now"
            " ADD #added :added, #skipped :skipped",
            "#parts = :parts AND #done = :no",
            after=after,
            now=clock.timestamp(),
            next=job.parts + 1,
            parts=job.parts,
            done=after is None,
            no=False,
            added=added,
            skipped=skipped,
        )

    def note_requeued(self, campaign_id: str, job: AudienceJob) -> None:
        """Record that the job was requeued, unless it has moved."""
        action = self.table.update_action(
            self._pk(campaign_id),
            _sk(job),
            "SET #moved_at = :now",
            "#parts = :parts",
            now=clock.timestamp(),
            parts=job.parts,
        )
        with suppress(ConditionFailed):
            self.table.write(action)

    def _all(self, campaign_id: str) -> Query:
        return Query(
            self._pk(campaign_id),
            "begins_with(#sk, :prefix)",
            {"prefix": "audience#"},
            newest_first=True,
            consistent=True,
        )

    def _pk(self, campaign_id: str) -> str:
        return f"{self.workspace}#{campaign_id}"


def _sk(job: AudienceJob) -> str:
    return f"audience#{job.id}"
