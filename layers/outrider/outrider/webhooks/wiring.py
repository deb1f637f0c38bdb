"""Construction of the services and workers of `webhooks`."""

from outrider.access.models import Caller, WorkspaceId
from outrider.events.wiring import feed
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.kms import Cipher, Safe
from outrider.kit.aws.sqs import Queue, QueueMessage
from outrider.kit.outbound.client import Outbound
from outrider.kit.settings import settings
from outrider.webhooks.deliveries.backlog import Pump
from outrider.webhooks.deliveries.deliverer import Deliverer
from outrider.webhooks.deliveries.fanout import Fanout
from outrider.webhooks.deliveries.log import DeliveryLog
from outrider.webhooks.deliveries.repository import DeliveryRepository
from outrider.webhooks.deliveries.sender import WebhookSender
from outrider.webhooks.deliveries.service import DeliveryService
from outrider.webhooks.deliveries.sweeper import Sweeper
from outrider.webhooks.deliveries.timers import Timers, order
from outrider.webhooks.endpoints.endpoint_state import EndpointStateRepository
from outrider.webhooks.endpoints.repository import WebhookRepository
from outrider.webhooks.endpoints.service import WebhookService
from outrider.webhooks.models import Delivery, DeliveryJob, ReplayJob
from outrider.webhooks.replays.redelivery import Repeats
from outrider.webhooks.replays.repository import ReplayRepository
from outrider.webhooks.replays.service import ReplayService
from outrider.webhooks.replays.worker import Replayer


def webhooks(caller: Caller) -> WebhookService:
    return WebhookService(
        caller,
        WebhookRepository(_table(), caller.workspace),
        _safe(caller.workspace),
        _outbound(),
        pump(caller.workspace).start,
    )


def deliveries(caller: Caller) -> DeliveryService:
    workspace = caller.workspace

    def send(delivery: Delivery) -> None:
        job = DeliveryJob(
            workspace=workspace,
            webhook_id=delivery.webhook_id,
            delivery_id=delivery.id,
        )
        _queue().send([order(job)])

    return DeliveryService(
        caller,
        WebhookRepository(_table(), workspace),
        DeliveryRepository(_table(), workspace),
        DeliveryLog(_table(), workspace),
        send,
    )


def replays(caller: Caller) -> ReplayService:
    workspace = caller.workspace
    return ReplayService(
        caller, WebhookRepository(_table(), workspace), ReplayRepository(_table(), workspace)
    )


def replayer(workspace: WorkspaceId) -> Replayer:
    return Replayer(
        workspace,
        WebhookRepository(_table(), workspace),
        ReplayRepository(_table(), workspace),
        DeliveryLog(_table(), workspace),
        feed(workspace),
        Repeats(DeliveryRepository(_table(), workspace)),
        pump(workspace).start,
        _go_on,
    )


def fanout(workspace: WorkspaceId) -> Fanout:
    return Fanout(
        WebhookRepository(_table(), workspace), DeliveryRepository(_table(), workspace), _queue()
    )


def deliverer(workspace: WorkspaceId) -> Deliverer:
    return Deliverer(
        workspace,
        WebhookRepository(_table(), workspace),
        EndpointStateRepository(_table(), workspace),
        DeliveryRepository(_table(), workspace),
        _safe(workspace),
        WebhookSender(_outbound()),
        _timers(),
        pump(workspace),
    )


def pump(workspace: WorkspaceId) -> Pump:
    return Pump(
        workspace,
        WebhookRepository(_table(), workspace),
        EndpointStateRepository(_table(), workspace),
        DeliveryRepository(_table(), workspace),
        _timers(),
    )


def sweeper() -> Sweeper:
    return Sweeper(_table(), pump, _go_on)


def _go_on(job: ReplayJob) -> None:
    queue = Queue(settings().webhook_replays_queue_url)
    queue.send([QueueMessage(job.model_dump(), job.workspace)])


def _table() -> Table:
    return Table(settings().webhooks_table)


def _queue() -> Queue:
    return Queue(settings().webhook_deliveries_queue_url)


def _timers() -> Timers:
    return Timers(_queue())


def _safe(workspace: WorkspaceId) -> Safe:
    return Safe(Cipher(settings().secrets_key_id), workspace, "webhook")


def _outbound() -> Outbound:
    return Outbound(loopback=settings().stage == "local")
