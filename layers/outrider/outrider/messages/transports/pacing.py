"""Rate limiter of a provider account: a throttled email is retried by the same worker.

An email that was throttled was certainly not accepted, so it may be handed over again. The rate is
learned from throttling alone (additive increase, multiplicative decrease): the first one spaces the
sends of this process, each further one widens the spacing, and each accepted email narrows it a
little. A process that was never throttled does not wait.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from outrider.kit import clock
from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Message
from outrider.messages.transports import SendOutcome, Transport, always
from outrider.messages.transports.verdicts import RATE

_FIRST = 0.7
"""Seconds between two sends after the first throttling. Ten workers then stay within 14 emails a
second, the rate of a new Amazon SES account."""
_SLOWER, _FASTER = 1.5, 0.995
_NONE = 0.02
"""Spacing in seconds below which sends are not delayed."""
_TRIES = 5
_PATIENCE = 8.0
"""Maximum seconds that an email waits in the worker, well within the lease of its claim."""

_CLOSED = "A gate closed while the email waited for the rate limit of its provider"


@dataclass(slots=True)
class SendPace:
    """Spacing between two sends of this process through one account, in seconds."""

    now: Callable[[], float] = lambda: clock.epoch_ms() / 1000
    sleep: Callable[[float], None] = clock.sleep
    chance: Callable[[], float] = random.random
    spacing: float = 0.0
    _free_at: float = 0.0

    def wait(self) -> bool:
        """Wait for the next send slot and take it. Return whether there was a wait."""
        if (left := self._free_at - self.now()) > 0:
            self.sleep(min(left, _PATIENCE))
        self._free_at = self.now() + self.spacing
        return left > 0

    def taken(self) -> None:
        self.spacing = self.spacing * _FASTER if self.spacing > _NONE else 0.0

    def refused(self) -> None:
        """Widen the spacing after throttling. The next send is delayed with jitter, by up to twice
        the spacing, so that throttled workers do not retry at the same moment."""
        self.spacing = max(_FIRST, self.spacing * _SLOWER)
        self._free_at = self.now() + self.spacing * (1 + self.chance())

    def wait_is_short(self, since: float) -> bool:
        """Return whether the next send slot is within the maximum wait of an email that waits since
        `since`."""
        return self._free_at - since <= _PATIENCE


@cache
def ses_pace() -> SendPace:
    """Return the rate limiter of this process for the SES account."""
    return SendPace()


@dataclass(frozen=True, slots=True)
class Paced:
    """Transport that retries throttled emails a few times within some seconds. All SES mailboxes
    share the rate of one account; each SMTP mailbox has its own server."""

    transport: Transport
    ses: SendPace = field(default_factory=ses_pace)

    def send(
        self,
        message: Message,
        mailbox: Mailbox,
        mime: bytes,
        may_send: Callable[[], bool] = always,
    ) -> SendOutcome:
        pace = self.ses if mailbox.kind == "ses" else SendPace()
        began = pace.now()
        for tried in range(1, _TRIES + 1):
            if pace.wait() and not may_send():
                return SendOutcome(RATE.kind, _CLOSED, scope=RATE.scope)
            outcome = self.transport.send(message, mailbox, mime)
            if outcome.kind == "accepted":
                pace.taken()
            if outcome.scope != "rate":
                break
            pace.refused()
            if tried == _TRIES or not pace.wait_is_short(began):
                break
        return outcome
