"""DynamoDB repository of stored providers: `<workspace>` / `llm#<provider>` in the keys table, and
`<workspace>` / `llm_deletion` with the event of the latest deletion."""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit import outbox
from outrider.kit.aws.dynamodb import Action, ConditionFailed, Query, Table
from outrider.kit.errors import PreconditionFailed, Stale
from outrider.kit.outbox import Event
from outrider.language_models.models import ProviderName
from outrider.llm_providers.errors import LlmProviderNotFound
from outrider.llm_providers.models import LlmProvider

_PREFIX = "llm#"
_DELETION = "llm_deletion"


@dataclass(frozen=True, slots=True)
class LlmProviderRepository:
    """Stored providers of one workspace; there are at most four."""

    table: Table
    workspace: WorkspaceId

    def all(self) -> Sequence[LlmProvider]:
        """Return the stored providers, by name."""
        query = Query(
            self.workspace, "begins_with(#sk, :prefix)", {"prefix": _PREFIX}, consistent=True
        )
        return [LlmProvider.model_validate(item) for item in self.table.every(query)]

    def put(
        self,
        before: LlmProvider | None,
        after: LlmProvider,
        events: Sequence[Event],
        also: Sequence[Action] = (),
    ) -> None:
        """Store the provider in place of `before`, with its events, in one transaction with the
        writes of `also`. Raises Stale if it was stored, changed or deleted meanwhile."""
        item = {
            **after.model_dump(exclude_none=True),
            "pk": self.workspace,
            "sk": f"{_PREFIX}{after.provider}",
            **outbox.attribute(events),
        }
        unchanged = "#version = :seen" if before else "attribute_not_exists(#pk)"
        seen = {"seen": before.version} if before else {}
        try:
            self.table.write(self.table.put_action(item, unchanged, **seen), also)
        except ConditionFailed as failure:
            raise Stale from failure

    def remove(self, provider: ProviderName, version: int | None, events: Sequence[Event]) -> None:
        """Delete the provider and its key; the item of the latest deletion has the events. Raises
        LlmProviderNotFound, and PreconditionFailed if its version is not `version`."""
        condition = "attribute_exists(#pk)"
        if version is not None:
            condition += " AND #version = :seen"
        seen = {} if version is None else {"seen": version}
        told = {"pk": self.workspace, "sk": _DELETION, **outbox.attribute(events)}
        try:
            self.table.write(
                self.table.delete_action(self.workspace, f"{_PREFIX}{provider}", condition, **seen),
                [self.table.put_action(told)],
            )
        except ConditionFailed as failure:
            if failure.item is None:
                raise LlmProviderNotFound(provider) from failure
            raise PreconditionFailed.at_version(failure.item["version"]) from failure
