"""What must hold once everything is at rest, whatever was killed on the way.

Told by those outside (the mail server, the receiver of webhooks, the recipients) and compared with
what the product says of itself. Each check gives what is wrong, in words.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail at the recipients' server. `step` counts the steps of its campaign, from 1."""

    to: str
    campaign: str
    step: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A contact in a campaign, and the state of the message of each step that has one."""

    address: str
    campaign: str
    state: str
    blocked_reason: str | None
    messages: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the feed."""

    id: str
    sequence: int
    event: str
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class EndState:
    """`mails` as they arrived. `left` has, for each address whose unsubscribing was answered with
    200, how many mails it had got by then. The receiver is owed the events behind the place
    `owed_after` in the feed. `counted` is what statistics say, `recounted` what is there."""

    steps: int
    enrolled: Sequence[Enrolled]
    mails: Sequence[Mail]
    left: Mapping[str, int]
    feed: Sequence[Told]
    owed_after: int
    received: frozenset[str]
    refused: int
    counted: Mapping[str, int] = field(default_factory=dict)
    recounted: Mapping[str, int] = field(default_factory=dict)


def wrong(end: EndState) -> Iterator[str]:
    """Everything that is wrong, nothing when all is well."""
    yield from _recipients(end)
    yield from _opt_outs(end)
    yield from _feed(end)
    yield from _receiver(end)
    for name in sorted(end.counted.keys() | end.recounted.keys()):
        counted, recounted = end.counted.get(name, 0), end.recounted.get(name, 0)
        if counted != recounted:
            yield f"{name} is counted as {counted}, and there are {recounted}"


def _recipients(end: EndState) -> Iterator[str]:
    """Each has each step once, unless they said stop, or nobody knows and a person is asked."""
    arrived = Counter((mail.to, mail.campaign, mail.step) for mail in end.mails)
    for each in end.enrolled:
        if not _is_right(each, end.left):
            yield f"{_name(each)} is {each.state}, blocked by {each.blocked_reason}"
        for step in range(1, end.steps + 1):
            times = arrived.pop((each.address, each.campaign, step), 0)
            state = each.messages.get(step)
            if times > 1:
                yield f"{_name(each)} got step {step} {times} times"
            if times and state not in ("sent", "unknown"):
                yield f"{_name(each)} got step {step}, whose message is {state}"
            if not times and state == "sent":
                yield f"{_name(each)} never got step {step}, whose message is sent"
            if state is None and each.state == "finished":
                yield f"{_name(each)} is finished without step {step}"
            if state == "unknown" and each.state == "finished":
                yield f"{_name(each)} is finished though nobody knows about step {step}"
    for to, campaign, step in arrived:
        yield f"{to} got step {step} of {campaign} without being enrolled"


def _opt_outs(end: EndState) -> Iterator[str]:
    arrived = Counter(mail.to for mail in end.mails)
    for address, before in end.left.items():
        if arrived[address] > before:
            more = arrived[address] - before
            yield f"{address} got {more} after the answer to their unsubscribing"


def _feed(end: EndState) -> Iterator[str]:
    places = [each.sequence for each in end.feed]
    if places != list(range(1, len(places) + 1)):
        gaps = sorted(set(range(1, max(places) + 1)) - set(places))
        yield f"the feed has gaps at {gaps} and {len(places) - len(set(places))} places twice"
    if twice := [id for id, times in Counter(each.id for each in end.feed).items() if times > 1]:
        yield f"the feed has {twice} twice"
    told = Counter(each.message_id for each in end.feed if each.event == "email.sent")
    known = {
        (each.address, each.campaign, step)
        for each in end.enrolled
        for step, state in each.messages.items()
        if state == "sent"
    }
    for mail in end.mails:
        times = told.pop(mail.message_id, 0)
        if (mail.to, mail.campaign, mail.step) in known and times != 1:
            yield f"email.sent of {mail.message_id} was told {times} times"
    if told:
        yield f"email.sent was told of {sorted(map(str, told))}, which never arrived"


def _receiver(end: EndState) -> Iterator[str]:
    owed = {each.id: each.event for each in end.feed if each.sequence > end.owed_after}
    if missing := owed.keys() - end.received:
        kinds = dict(Counter(owed[each] for each in missing))
        yield f"the receiver misses {len(missing)} events: {kinds}"
    if end.refused:
        yield f"{end.refused} requests to the receiver had no valid signature"


def _is_right(each: Enrolled, left: Mapping[str, int]) -> bool:
    match each.state:
        case "finished":
            return True
        case "opted_out":
            return each.address in left
        case "paused":
            return bool(each.blocked_reason) and "unknown" in each.messages.values()
    return False


def _name(each: Enrolled) -> str:
    return f"{each.address} in {each.campaign}"
