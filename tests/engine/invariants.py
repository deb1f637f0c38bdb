"""What must hold of the engine whatever happened to it, found out by counting again from the items
themselves. Each check gives what is wrong, in words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from outrider.campaigns.models import Enrollment, StepJob
from outrider.campaigns.statistics.models import audience_group
from outrider.kit import hourly_counts
from outrider.kit.aws.attributes import Item
from outrider.messages.models import Message
from outrider.messages.repository import OPEN_STATES
from tests.harness.feed import Tables, recorded

_ENDED = ("enrollment.finished", "enrollment.failed")
_ID = "message_id"
_SOFT = "soft_bounced"
_COUNTED_LATER = frozenset({"sent", "delivered", "opened", "opened_by_machine", "clicked"})
"""By the relay, when it records the events that tell of them."""
_MARKS = {
    "delivered_at": "delivered",
    "opened_at": "opened",
    "machine_opened_at": "opened_by_machine",
    "clicked_at": "clicked",
    "complained_at": "complained",
    "unsubscribed_at": "unsubscribed",
}
_TASK_ENDS = ("completed", "expired", "cancelled")


class Sent(Protocol):
    """A mail that went out."""

    @property
    def tags(self) -> Mapping[str, str]: ...


class Product(Tables, Protocol):
    """What is looked at: the tables, and what went out."""

    def mails(self) -> Sequence[Sent]: ...

    def texts(self) -> Sequence[object]: ...


@dataclass(frozen=True)
class Books:
    """Everything the engine keeps of one workspace in one mode, as it stands now."""

    cloud: Product
    workspace: str

    @cached_property
    def campaigns(self) -> dict[str, Item]:
        items = self.cloud.items("campaigns", self.workspace)
        return {
            item["id"]: item
            for item in items
            if item["pk"] == self.workspace and item["sk"].startswith("cam_")
        }

    @cached_property
    def enrollments(self) -> list[Enrollment]:
        items = self.cloud.items("enrollments", f"{self.workspace}#cam_")
        return [Enrollment.from_item(item) for item in items if "state" in item]

    def state_places(self) -> Iterator[tuple[str, str | None, str | None]]:
        """Of each enrollment: its id, and its place in the index of states as it is and as its
        state wants it."""
        for item in self.cloud.items("enrollments", f"{self.workspace}#cam_"):
            if "state" in item:
                enrollment = Enrollment.from_item(item)
                wanted = None if enrollment.is_open else f"{item['pk']}#{enrollment.state}"
                yield enrollment.id, item.get("by_state_pk"), wanted

    @cached_property
    def messages(self) -> list[Message]:
        items = self.cloud.items("messages", f"{self.workspace}#con_")
        return [Message.from_item(item) for item in items if item["sk"].startswith("msg_")]

    @cached_property
    def outgoing(self) -> list[Message]:
        return [message for message in self.messages if message.direction == "out"]

    @cached_property
    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Name and data of everything in the feed."""
        return [(each.event, each.data) for each in recorded(self.cloud, self.workspace)]

    def places(self, sequence_id: str) -> dict[str, int]:
        """Where the steps stand in a sequence, in whichever of its versions: for sequences whose
        last steps change and no others."""
        versions = self.kept(sequence_id, "version#")
        steps = [step["id"] for version in versions for step in version["steps"]]
        return {step_id: place for place, step_id in enumerate(dict.fromkeys(steps))}

    def message_id(self, enrollment: Enrollment, generation: int, step_id: str) -> str:
        return StepJob(
            workspace=self.workspace,
            generation=generation,
            step_id=step_id,
            mailbox_id="",
            steps_version=1,
            **enrollment.model_dump(include={"campaign_id", "contact_id", "sequence_id"}),
        ).message_id

    def told(self, name: str, about: str) -> Counter[str]:
        """How often an event of this name was told of each `about` (`message_id`, …)."""
        return Counter(data[about] for each, data in self.events if each == name)

    def retried(self, name: str, about: str) -> Counter[str]:
        """`told`, only where what had ended was retried."""
        these = (data for each, data in self.events if each == name)
        return Counter(data[about] for data in these if data.get("reason") == "retried")

    def kept(self, resource_id: str, prefix: str) -> list[Item]:
        """What lies under a campaign or sequence, by sort key."""
        items = self.cloud.items("campaigns", f"{self.workspace}#{resource_id}")
        found = [item for item in items if item["sk"].startswith(prefix)]
        return sorted(found, key=lambda item: str(item["sk"]))


def wrong(books: Books) -> Iterator[str]:
    """What is wrong at any moment, whatever is still under way."""
    yield from _mails(books)
    yield from _audiences(books)
    yield from _statistics(books, but=_COUNTED_LATER)
    yield from _order(books)
    for enrollment_id, place, wanted in books.state_places():
        if place != wanted:
            yield f"{enrollment_id} stands among {place}, not {wanted}"


def wrong_at_rest(books: Books) -> Iterator[str]:
    """What is wrong when every worker is done and the time of every lease is over."""
    yield from wrong(books)
    yield from _statistics(books)
    yield from _claims(books)
    yield from _events(books)


def _mails(books: Books) -> Iterator[str]:
    went_out = Counter(mail.tags["message_id"] for mail in books.cloud.mails())
    messages = {message.id: message for message in books.outgoing}
    for message_id, times in went_out.items():
        state = messages[message_id].state if message_id in messages else "gone"
        if times > 1:
            yield f"{message_id} ({state}) went out {times} times"
        rejected = state == "failed" and messages[message_id].sent_at
        if state not in ("sent", "unknown", "gone") and not rejected:
            yield f"{message_id} went out and is {state}"
    for message in messages.values():
        if message.channel == "email" and message.state == "sent" and not went_out[message.id]:
            yield f"{message.id} is sent and did not go out"
    texts = [message for message in books.outgoing if message.channel == "sms"]
    least = sum(message.state == "sent" for message in texts)
    claimed = sum(enrollment.state == "sending" for enrollment in books.enrollments)
    most = least + claimed + sum(message.state == "unknown" for message in texts)
    if not least <= len(books.cloud.texts()) <= most:
        yield f"{len(books.cloud.texts())} texts went out, not {least} to {most}"


def _audiences(books: Books) -> Iterator[str]:
    """The counts of each campaign against its enrollments."""
    recounted: dict[str, Counter[str]] = defaultdict(Counter)
    for enrollment in books.enrollments:
        recounted[enrollment.campaign_id][audience_group(enrollment.state)] += 1
        recounted[enrollment.campaign_id]["total"] += 1
    for campaign_id in books.campaigns:
        counts = _summed(books.kept(campaign_id, "count#"))
        names = ("total", "active", "completed", "paused", "bounced", "failed")
        found = {name: counts[name] for name in names}
        expected = {name: recounted[campaign_id][name] for name in names}
        if found != expected:
            yield f"the audience of {campaign_id} is {expected} and counted as {found}"


def _statistics(books: Books, but: frozenset[str] = frozenset()) -> Iterator[str]:
    """The counts of each step and variant against its messages, all or all `but` these."""
    recounted: Counter[tuple[str, str, str, str]] = Counter()
    for message in books.outgoing:
        for name in _countable(message):
            recounted[message.campaign_id, message.step_id, message.variant_id, name] += 1
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for campaign_id in books.campaigns:
        for item in books.kept(campaign_id, "stat#"):
            _, _, step_id, variant_id, _ = item["sk"].split("#")
            for name, count in item.items():
                if name not in ("pk", "sk", _SOFT) and not hourly_counts.is_hour(name):
                    counted[campaign_id, step_id, variant_id, name] += int(count)
    for key in recounted.keys() | counted.keys():
        if recounted[key] != counted[key] and key[-1] not in but:
            yield f"{key} happened {recounted[key]} times and is counted {counted[key]} times"


def _countable(message: Message) -> Iterator[str]:
    if message.sent_at:
        yield "sent"
    if message.state == "failed":
        yield "failed"
    if message.state == "skipped":
        yield f"skipped_{message.reason}"
    if message.state in ("completed", "expired"):
        yield message.state
    if message.classification:
        yield f"replied_{message.classification.value}"
    if message.bounce == "hard":
        yield "bounced"
    yield from (name for time, name in _MARKS.items() if getattr(message, time))


def _order(books: Books) -> Iterator[str]:
    """A generation of an enrollment has one message a step, in the order of the steps, and one of
    them under way at most."""
    messages = {message.id: message for message in books.outgoing}
    for enrollment in books.enrollments:
        places = books.places(enrollment.sequence_id)
        for generation in range(1, enrollment.generation + 1):
            said = {
                place: messages.pop(message_id)
                for step_id, place in places.items()
                if (message_id := books.message_id(enrollment, generation, step_id)) in messages
            }
            moments = [message.created_at for _, message in sorted(said.items())]
            if moments != sorted(moments):
                yield f"{enrollment.id} took its steps in another order: {said}"
            under_way = [each for each in said.values() if each.state == "pending"]
            if len(under_way) > 1:
                yield f"{enrollment.id} has several steps under way: {under_way}"
    if messages:
        yield f"messages of no step of an enrollment: {messages}"


def _claims(books: Books) -> Iterator[str]:
    open_messages = {message.id for message in books.messages if message.state in OPEN_STATES}
    for enrollment in books.enrollments:
        if enrollment.state == "sending":
            yield f"{enrollment.id} is still sending"
        if enrollment.state == "waiting" and enrollment.sending not in open_messages:
            yield f"{enrollment.id} waits for {enrollment.sending}, which is no task"
        if enrollment.is_over and (enrollment.due_at or enrollment.sending):
            yield f"{enrollment.id} is over and has something to come"


def _events(books: Books) -> Iterator[str]:
    """Each thing that happened was told once, and nothing else."""
    for family in ("email", "sms", "task"):
        ours = [message for message in books.outgoing if message.family == family]
        went_out = (message.id for message in ours if message.sent_at)
        yield from _once(f"{family}.sent", went_out, books.told(f"{family}.sent", _ID))
        for state in ("failed", "skipped"):
            these = (message.id for message in ours if message.state == state)
            yield from _once(f"{family}.{state}", these, books.told(f"{family}.{state}", _ID))
    tasks = [message for message in books.outgoing if message.family == "task"]
    begun = (each.id for each in tasks if each.state in ("pending", *_TASK_ENDS))
    yield from _once("task.due", begun, books.told("task.due", _ID))
    for state in _TASK_ENDS:
        done = (task.id for task in tasks if task.state == state)
        yield from _once(f"task.{state}", done, books.told(f"task.{state}", _ID))
    came_in = [message for message in books.messages if message.direction == "in"]
    received = (message.id for message in came_in)
    yield from _once("reply.received", received, books.told("reply.received", _ID))
    classified = (message.id for message in came_in if message.classification)
    yield from _once("reply.classified", classified, books.told("reply.classified", _ID))
    yield from _marks_told(books)
    yield from _bounces_told(books)
    yield from _enrollments_told(books)
    for campaign_id, campaign in books.campaigns.items():
        completed = books.told("campaign.completed", "campaign_id")[campaign_id]
        retried = books.retried("campaign.resumed", "campaign_id")[campaign_id]
        if completed != retried + (campaign["status"] == "completed"):
            yield f"{campaign_id} is {campaign['status']}, completion told {completed} times"
        finished = books.told("sequence.finished", "campaign_id")[campaign_id]
        if finished != (completed if campaign["leads_sequence"] else 0):
            yield f"the end of the sequence of {campaign_id} was told {finished} times"
        launched = books.told("campaign.launched", "campaign_id")[campaign_id]
        if launched != (campaign["status"] != "draft"):
            yield f"{campaign_id} is {campaign['status']}, launch told {launched} times"


def _marks_told(books: Books) -> Iterator[str]:
    marks = {
        "delivered_at": "email.delivered",
        "complained_at": "email.complained",
    }
    for time, name in marks.items():
        marked = (message.id for message in books.outgoing if getattr(message, time))
        yield from _once(name, marked, books.told(name, _ID))


def _bounces_told(books: Books) -> Iterator[str]:
    """A mail may bounce softly and then for good; a message remembers the latter alone."""
    told = {"soft": Counter[str](), "hard": Counter[str]()}
    for name, data in books.events:
        if name == "email.bounced":
            told[data["bounce"]][data[_ID]] += 1
    hard = (message.id for message in books.outgoing if message.bounce == "hard")
    yield from _once("email.bounced (hard)", hard, told["hard"])
    for message in books.outgoing:
        times = told["soft"].pop(message.id, 0)
        if times > 1 or (message.bounce == "soft" and times != 1):
            yield f"{message.id} bounced {message.bounce}, told as soft {times} times"
    counted = sum(
        _summed(books.kept(campaign_id, "stat#"))[_SOFT] for campaign_id in books.campaigns
    )
    happened = sum(data.get("bounce") == "soft" for _, data in books.events)
    if counted != happened:
        yield f"{happened} mails bounced softly and {counted} are counted"


def _enrollments_told(books: Books) -> Iterator[str]:
    """Whoever is enrolled again, or retried, was through before."""
    retried = books.retried("enrollment.resumed", "enrollment_id")
    created = books.told("enrollment.created", "enrollment_id")
    ended = sum((books.told(name, "enrollment_id") for name in _ENDED), Counter[str]())
    for enrollment in books.enrollments:
        begun = created.pop(enrollment.id, 0)
        if not 1 <= begun <= enrollment.generation:
            yield f"{enrollment.id}: {enrollment.generation} generations, begun {begun} times"
        ends = begun - 1 + retried[enrollment.id] + enrollment.is_over
        if (over := ended.pop(enrollment.id, 0)) != ends:
            yield f"{enrollment.id} is {enrollment.state}, begun {begun} and ended {over} times"
    if created or ended:
        yield f"told of enrollments that are not there: {created}, {ended}"


def _once(name: str, happened: Iterable[str], told: Counter[str]) -> Iterator[str]:
    expected = Counter(happened)
    if told != expected:
        lost, extra = dict(expected - told), dict(told - expected)
        yield f"{name}: lost {lost}, told though it did not happen or again {extra}"


def _summed(items: Iterable[Item]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for item in items:
        for name, count in item.items():
            if name not in ("pk", "sk"):
                counts[name] += int(count)
    return counts
