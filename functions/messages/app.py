"""/v1/messages and /v1/threads"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.inbound.schemas import ClassificationUpdate
from outrider.inbound.wiring import classifying
from outrider.kit.http.pagination import Page
from outrider.kit.settings import Environment, needs
from outrider.messages.schemas import (
    MessageQuery,
    MessageView,
    Preview,
    PreviewQuery,
    Settlement,
    SettlementBatch,
    SettlementRequest,
    TaskCompletion,
)
from outrider.messages.thread_schemas import MessageThread, ThreadQuery, ThreadSummary
from outrider.messages.wiring import messages, previews, settling, tasks

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
    Environment.events_table,
)(api.handler)


@api.get("/v1/messages", scope="messages:read")
def list_messages(caller: Caller, query: MessageQuery) -> Page[MessageView]:
    """List messages and replies, newest first"""
    return messages(caller).list(query)


@api.get(
    "/v1/messages/preview",
    scope=("messages:read", "sequences:read", "contacts:read"),
    errors=(404,),
)
def preview_message(caller: Caller, query: PreviewQuery) -> Preview:
    """Preview a step as a contact would get it"""
    return previews(caller).preview(query)


@api.get("/v1/messages/{message_id}", scope="messages:read")
def get_message(caller: Caller, message_id: str) -> MessageView:
    """Get a message"""
    return messages(caller).get(message_id)


@api.post("/v1/messages/settle", scope="messages:write", status=200)
def settle_messages(caller: Caller, body: SettlementRequest) -> SettlementBatch:
    """Settle up to 100 messages whose outcome is unknown"""
    return settling(caller).settle_many(body)


@api.post("/v1/messages/{message_id}/complete", scope="messages:write", status=200)
def complete_task(caller: Caller, message_id: str, body: TaskCompletion | None) -> MessageView:
    """Complete a task; its enrollment continues"""
    return tasks(caller).complete(message_id, body.outcome if body else None)


@api.post("/v1/messages/{message_id}/settle", scope="messages:write", status=200)
def settle_message(caller: Caller, message_id: str, body: Settlement) -> MessageView:
    """Settle a message whose outcome is unknown"""
    return settling(caller).settle(message_id, body.outcome)


@api.get("/v1/threads", scope="messages:read")
def list_threads(caller: Caller, query: ThreadQuery) -> Page[ThreadSummary]:
    """List the threads of a contact, the one with the newest message first"""
    return messages(caller).threads(query)


@api.get("/v1/threads/{thread_id}", scope="messages:read")
def get_thread(caller: Caller, thread_id: str) -> MessageThread:
    """Get a thread: the messages to a contact in a campaign, and the replies"""
    return messages(caller).thread(thread_id)


@api.patch("/v1/messages/{message_id}/classification", scope="messages:write")
def classify_message(caller: Caller, message_id: str, body: ClassificationUpdate) -> MessageView:
    """Classify a reply, which overrides the classifier"""
    return classifying(caller).classify(message_id, body)
