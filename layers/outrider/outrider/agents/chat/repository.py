"""DynamoDB keys, expressions and items of chats: a thread is `<workspace>` / `cht_…`."""

from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import WorkspaceId
from outrider.agents.chat.models import ChatThread
from outrider.kit import clock
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Action, Query, Table

_LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ChatRepository:
    """Chat threads of one workspace."""

    table: Table
    workspace: WorkspaceId

    def get(self, thread_id: str) -> ChatThread | None:
        item = self.table.get(self.workspace, thread_id)
        return ChatThread.model_validate(item) if item else None

    def list(self, limit: int, after: Item | None) -> tuple[list[ChatThread], Item | None]:
        """Return a page of threads, newest first, and the key after which the next page begins."""
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "cht_"},
                newest_first=True,
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [ChatThread.model_validate(item) for item in page.items], page.last_key

    def put_action(self, thread: ChatThread) -> Action:
        """Return the write of a thread with one more message. It fails if another message came
        first."""
        item = {
            **thread.model_dump(exclude_none=True),
            "pk": self.workspace,
            "sk": thread.id,
            "ttl": int((clock.now() + _LIFE).timestamp()),
        }
        if thread.version == 1:
            return self.table.put_action(item, "attribute_not_exists(#pk)")
        return self.table.put_action(item, "#version = :before", before=thread.version - 1)
