"""Simulation of a campaign in memory, with the planner's rules.

It assumes that no contact replies, opens or clicks, that tasks are done when they are due, and that
no other campaign uses the mailboxes. It is a pure function. It stores a few numbers per contact and
does not visit waiting contacts, so 100,000 contacts take seconds. Times are epoch milliseconds,
days are counted from 1970-01-01 (UTC).
"""

import heapq
from collections import Counter, deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from outrider.campaigns.audience.missing_values import VariantKey
from outrider.campaigns.dispatch.planner import jitter
from outrider.campaigns.dispatch.windows import Calendar
from outrider.campaigns.enrollments.branching import unmet
from outrider.campaigns.forecast.models import Expected, Outlook, Person, Taken
from outrider.campaigns.forecast.work_limit import EVENT, PendingEmails, Times, WorkDone
from outrider.campaigns.models import Campaign, Enrollment
from outrider.kit import clock
from outrider.mailboxes.models import Mailbox
from outrider.sequences.models import Step

HORIZON = timedelta(days=400)
MOST_WORK = 200_000_000
"""Work limit of a forecast, in units: it ends there as it does at its horizon. An event is 100
units, and a step takes two or three events."""

_DAY = 86_400_000
_FIRST_DAY = date(1970, 1, 1)
_NOTHING = -1
_FOLLOW_UP, _FIRST, _WAKES, _NEW_DAY = range(4)
"""Kinds of events, in the order in which they are handled at the same time."""


@dataclass(slots=True)
class _Sender:
    """Mailbox that sends. `waiting` are the due emails to contacts that it emailed before. `woken`:
    an event is scheduled at which it sends the next emails."""

    mailbox: Mailbox
    gap: int
    free_at: int
    used_day: int
    used: int
    waiting: PendingEmails
    woken: bool = False
    full_until: int = 0


class Forecast:
    """Simulation of `campaign` with these `steps`, for contacts who are all enrolled when it
    `begins`."""

    def __init__(
        self,
        campaign: Campaign,
        steps: Sequence[Step],
        mailboxes: Sequence[Mailbox],
        taken: Taken,
        begins: datetime,
    ) -> None:
        self._rules = campaign.settings
        self._steps = steps
        self._left_out = [_left_out(campaign, step) for step in steps]
        self.work = WorkDone()
        self._times: dict[str | None, Times] = {}
        self._asks_zone = bool(self._rules.windows or self._rules.holidays)
        """Whether the time zone of a contact matters for a due email."""
        self._begins = clock.to_epoch_ms(begins)
        self._ends = self._begins + HORIZON // timedelta(milliseconds=1)
        today = self._begins // _DAY
        ordered = sorted(mailboxes, key=lambda each: each.id)
        self._senders = [
            _Sender(
                mailbox=each,
                gap=each.min_gap_seconds * 1_000,
                free_at=clock.to_epoch_ms(taken.free_at.get(each.id, begins)),
                used_day=today,
                used=taken.mailboxes.get(each.id, 0),
                waiting=PendingEmails(self._times, self.work),
            )
            for each in ordered
            if each.can_send and each.daily_cap > 0
        ]
        self._never = "no_mailbox" if not ordered else _blocked(ordered)
        self._sent = Counter({today: taken.campaign})
        self._sent_to = Counter({(key, today): used for key, used in taken.companies.items()})
        self._limited_until = 0
        self._full_until = 0
        """Latest time until which the daily cap of a mailbox is used up."""
        self._shared = PendingEmails(self._times, self.work)
        self._events: list[tuple[int, int, int]] = []
        """Heap of events: time, kind, and the number of a contact, sender or company."""
        self._held: list[deque[int]] = []
        """Contacts that wait for the next day of their company's limit, by company number."""
        self._companies: dict[str, int] = {}
        self.outlook = Outlook()

    def run(self, people: Iterable[Person], shown: Collection[str] = ()) -> Outlook:
        """Return the forecast of all contacts, with every step of those whose enrollment ids are in
        `shown`."""
        self._people = people = sorted(people, key=lambda each: each.id)
        self._place = [0] * len(people)
        self._sender = [_NOTHING] * len(people)
        self._due = [0] * len(people)
        self._reason: dict[int, str] = {}
        self.outlook.expected = {each: [] for each in shown}
        for who in range(len(people)):
            self._schedule(who, self._times_of(who).due_after(self._begins, 0, self._steps[0]))
        while self._events:
            at, kind, whose = heapq.heappop(self._events)
            self.work.done += EVENT
            if at > self._ends or self.work.done > MOST_WORK:
                self._give_up(kind, whose)
            elif kind == _WAKES:
                self._senders[whose].woken = False
                self._send(whose, at)
            elif kind == _NEW_DAY:
                self._release(whose, at)
            else:
                self._come_up(whose, at)
        queues = (self._shared, *(sender.waiting for sender in self._senders))
        for who in chain(*(queue.all() for queue in queues), *self._held):
            self._note(
                who, None, self._reason.get(who) or self._wait_reason(self._sender[who], who)
            )
        return self.outlook

    # ── Due steps ────────────────────────────────────────────────────────────────────────────────

    def _schedule(self, who: int, at: int) -> None:
        self._due[who] = at
        self._reason.pop(who, None)
        self._push(who, at)

    def _push(self, who: int, at: int) -> None:
        kind = _FIRST if self._sender[who] == _NOTHING else _FOLLOW_UP
        heapq.heappush(self._events, (at, kind, who))

    def _come_up(self, who: int, at: int) -> None:
        step = self._steps[self._place[who]]
        if reason := self._left_out[self._place[who]]:
            self._note(who, None, reason)
            self._advance(who, at)
        elif self._is_unfilled(who, step):
            self._note(who, None, "missing_value")
        elif (opens := self._times_of(who).earliest(at)) != at:
            self._defer(who, opens, "window")
        elif step.by_person:
            self._carry_out(who, at)
        elif step.channel != "email":
            if self._is_limited(at):
                self._defer(who, _tomorrow(at), "campaign_daily_limit")
            elif not self._is_held(who, at):
                self._carry_out(who, at)
        elif not self._senders:
            self._note(who, None, self._never)
        else:
            self._wait_for_mailbox(who, at)

    def _is_unfilled(self, who: int, step: Step) -> bool:
        person = self._people[who]
        return bool(person.unfilled) and (
            VariantKey(step.id, step.variant_for(person.id).id) in person.unfilled
        )

    def _defer(self, who: int, until: int, reason: str) -> None:
        self._reason.setdefault(who, reason)
        self._push(who, self._times_of(who).earliest(until))

    def _advance(self, who: int, since: int) -> None:
        self._place[who] += 1
        place = self._place[who]
        if place < len(self._steps):
            step = self._steps[place]
            self._schedule(who, self._times_of(who).due_after(since, place, step))

    def _carry_out(self, who: int, at: int) -> None:
        step = self._steps[self._place[who]]
        if not step.by_person:
            self._sent[at // _DAY] += 1
            if key := self._people[who].company_key:
                self._sent_to[key, at // _DAY] += 1
        late = at > self._due[who]
        self._note(who, at, self._reason.get(who, "mailbox_gap") if late else None)
        self._advance(who, at)

    # ── Emails that wait for a mailbox ───────────────────────────────────────────────────────────

    def _wait_for_mailbox(self, who: int, at: int) -> None:
        number, zone = self._sender[who], None
        if self._asks_zone:
            zone = self._people[who].timezone
        else:
            self._times.setdefault(None, self._times_of(who))
        if number != _NOTHING:
            self._senders[number].waiting.add(who, zone, at)
            self._wake(number, at)
            return
        self._shared.add(who, zone, at)
        self.work.done += len(self._senders)
        idle = [place for place, each in enumerate(self._senders) if not each.woken]
        if idle:
            free = [place for place in idle if self._senders[place].free_at <= at]
            self._wake(free[who % len(free)] if free else idle[0], at)

    def _wake(self, number: int, at: int) -> None:
        sender = self._senders[number]
        if not sender.woken:
            sender.woken = True
            heapq.heappush(self._events, (max(at, sender.free_at), _WAKES, number))

    def _send(self, number: int, at: int) -> None:
        """Send emails from a mailbox, to contacts that it emailed before first, until the mailbox
        has to wait."""
        sender = self._senders[number]
        while sender.free_at <= at and self.work.done <= MOST_WORK:
            if (begins := self._sends_again(sender, at)) > at:
                sender.free_at = sender.full_until = begins
                self._full_until = max(self._full_until, begins)
                break
            if self._is_limited(at):
                sender.free_at = self._limited_until = _tomorrow(at)
                break
            who = sender.waiting.pop(at)
            if who is None:
                who = self._shared.pop(at)
            if who is None:
                break
            self._write(number, who, at)
        queues = (sender.waiting, self._shared)
        openings = [queue.opens(max(at, sender.free_at)) for queue in queues]
        if found := [each for each in openings if each is not None]:
            self._wake(number, min(found))

    def _write(self, number: int, who: int, at: int) -> None:
        sender = self._senders[number]
        if self._is_held(who, at):
            return
        slot = at + self._jitter(who, sender, at)
        if (opens := self._times_of(who).earliest(slot)) != slot:
            self._defer(who, opens, "window")
            return
        self._reason.setdefault(who, self._wait_reason(number, who))
        self._take(sender, slot)
        self._sender[who] = number
        self._carry_out(who, slot)

    def _sends_again(self, sender: _Sender, at: int) -> int:
        """Return when the mailbox may send again; `at` if it may now."""
        if sender.used_day != at // _DAY:
            sender.used_day, sender.used = at // _DAY, 0
        if not sender.mailbox.is_warmed and (rests := sender.mailbox.rests_until(_moment(at))):
            return clock.to_epoch_ms(rests)
        full = sender.used >= sender.mailbox.cap_on(_date(sender.used_day))
        return _tomorrow(at) if full else at

    def _take(self, sender: _Sender, slot: int) -> None:
        if sender.used_day != slot // _DAY:
            sender.used_day, sender.used = slot // _DAY, 0
        sender.used += 1
        sender.free_at = slot + sender.gap
        sender.mailbox = sender.mailbox.having_sent(_moment(slot))

    def _jitter(self, who: int, sender: _Sender, at: int) -> int:
        if not sender.gap:
            return 0
        gap = timedelta(milliseconds=sender.gap)
        return (
            int(jitter(self._people[who].id, sender.mailbox.id, _moment(at), gap).total_seconds())
            * 1_000
        )

    def _wait_reason(self, number: int, who: int) -> str:
        """Return the reason why an email waits, or waited, for a mailbox."""
        if self._limited_until > self._due[who]:
            return "campaign_daily_limit"
        until = self._full_until if number == _NOTHING else self._senders[number].full_until
        return "mailbox_cap" if until > self._due[who] else "mailbox_gap"

    # ── Limits ───────────────────────────────────────────────────────────────────────────────────

    def _is_limited(self, at: int) -> bool:
        limit = self._rules.daily_limit
        return limit is not None and self._sent[at // _DAY] >= limit

    def _is_held(self, who: int, at: int) -> bool:
        """Return whether the daily limit of the contact's company is reached. The contact then
        waits for the next day."""
        limit, key = self._rules.company_daily_limit, self._people[who].company_key
        if limit is None or not key or self._sent_to[key, at // _DAY] < limit:
            return False
        self._reason.setdefault(who, "company_daily_limit")
        number = self._companies.setdefault(key, len(self._held))
        if number == len(self._held):
            self._held.append(deque())
        if not self._held[number]:
            heapq.heappush(self._events, (_tomorrow(at), _NEW_DAY, number))
        self._held[number].append(who)
        return True

    def _release(self, number: int, at: int) -> None:
        """Schedule as many of a company's waiting contacts as its daily limit allows."""
        held = self._held[number]
        for _ in range(min(len(held), self._rules.company_daily_limit or 0)):
            self._push(held.popleft(), at)
        if held:
            heapq.heappush(self._events, (_tomorrow(at), _NEW_DAY, number))

    # ── Results ──────────────────────────────────────────────────────────────────────────────────

    def _give_up(self, kind: int, whose: int) -> None:
        """Record a step after the horizon as not carried out. Emails that wait for a mailbox are
        recorded at the end."""
        if kind in (_FOLLOW_UP, _FIRST):
            self._note(whose, None, self._reason.get(whose, "horizon"))

    def _note(self, who: int, sent: int | None, reason: str | None) -> None:
        step, outlook = self._steps[self._place[who]], self.outlook
        at = None if sent is None else _moment(sent)
        if at is None:
            outlook.left_out[reason or ""] += 1
        else:
            outlook.days[at.date(), step.by_person] += 1
            outlook.finishes_at = max(at, outlook.finishes_at or at)
            if reason:
                outlook.late[reason] += 1
        person, number = self._people[who], self._sender[who]
        if person.id in outlook.expected:
            by_mail = step.channel == "email" and at and number != _NOTHING
            outlook.expected[person.id].append(
                Expected(
                    step=step,
                    variant_id=step.variant_for(person.id).id,
                    due_at=_moment(self._due[who]),
                    mailbox_id=self._senders[number].mailbox.id if by_mail else None,
                    send_at=at,
                    reason=reason,
                )
            )

    def _times_of(self, who: int) -> Times:
        zone = self._people[who].timezone
        if zone not in self._times:
            self._times[zone] = Times(Calendar.of(self._rules, zone), self.work)
        return self._times[zone]


def _left_out(campaign: Campaign, step: Step) -> str | None:
    """Return the reason why the step is skipped if the contact never reacts, or None."""
    silent = Enrollment(
        id="",
        campaign_id=campaign.id,
        contact_id="",
        sequence_id=campaign.sequence_id,
        steps_version=campaign.steps_version,
        created_at="",
        updated_at="",
    )
    return unmet(step, silent, campaign.settings)


def _blocked(mailboxes: Sequence[Mailbox]) -> str:
    """Return the reason why no mailbox can send: of several, the one that is easiest to fix."""
    reasons = {each.blocked for each in mailboxes}
    order = ("mailbox_unverified", "mailbox_paused", "mailbox_failing")
    return next((each for each in order if each in reasons), "mailbox_cap")


def _moment(ms: int) -> datetime:
    return clock.from_epoch_ms(ms)


def _date(day: int) -> date:
    return _FIRST_DAY + timedelta(days=day)


def _tomorrow(at: int) -> int:
    return (at // _DAY + 1) * _DAY
