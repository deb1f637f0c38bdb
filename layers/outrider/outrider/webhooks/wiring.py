"""Builds the objects of `webhooks`."""

from outrider.access.models import Caller, WorkspaceId
from outrider.events.wiring import feed
from outrider.kit.cipher import Cipher
from outrider.kit.dynamo import Table
from outrider.kit.outbound import Outbound
from outrider.kit.queues import Queue, QueueMessage
from outrider.kit.settings import settings
from outrider.webhooks.deliverer import Deliverer
from outrider.webhooks.deliveries import DeliveryRepository
from outrider.webhooks.delivery_service import DeliveryService
from outrider.webhooks.fanout import Fanout
from outrider.webhooks.gates import GateRepository
from outrider.webhooks.log import DeliveryLog
from outrider.webhooks.models import Delivery, DeliveryJob, ReplayJob
from outrider.webhooks.pump import Pump
from outrider.webhooks.repeats import Repeats
from outrider.webhooks.replay_service import ReplayService
from outrider.webhooks.replayer import Replayer
from outrider.webhooks.replays import ReplayRepository
from outrider.webhooks.repository import WebhookRepository
from outrider.webhooks.safe import SecretSafe
from outrider.webhooks.sender import Sender
from outrider.webhooks.service import WebhookService
from outrider.webhooks.sweeper import Sweeper
from outrider.webhooks.timers import Timers, order


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
        GateRepository(_table(), workspace),
        DeliveryRepository(_table(), workspace),
        _safe(workspace),
        Sender(_outbound()),
        _timers(),
        pump(workspace),
    )


def pump(workspace: WorkspaceId) -> Pump:
    return Pump(
        workspace,
        WebhookRepository(_table(), workspace),
        GateRepository(_table(), workspace),
        DeliveryRepository(_table(), workspace),
        _timers(),
    )


def sweeper() -> Sweeper:
    return Sweeper(_table(), pump, _go_on)


def _go_on(job: ReplayJob) -> None:
    queue = Queue(settings().require("webhook_replays_queue_url"))
    queue.send([QueueMessage(job.model_dump(), job.workspace)])


def _table() -> Table:
    return Table(settings().require("webhooks_table"))


def _queue() -> Queue:
    return Queue(settings().require("webhook_deliveries_queue_url"))


def _timers() -> Timers:
    return Timers(_queue())


def _safe(workspace: WorkspaceId) -> SecretSafe:
    return SecretSafe(Cipher(settings().require("secrets_key_id")), workspace)


def _outbound() -> Outbound:
    return Outbound(loopback=settings().stage == "local")
