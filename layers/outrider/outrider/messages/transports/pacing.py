"""Keeping to a provider's rate: what was refused for it is sent again by the same worker.

A mail that was refused for the rate was certainly not taken, so it may be handed over again. How
fast is learned from the refusals alone (additive increase, multiplicative decrease): a first
one spaces the sends of the process, each further one spaces them wider, and each mail that is taken
a little closer. A process that was never refused waits for nothing.
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
"""Seconds between two sends after a first refusal: ten workers then keep to the 14 a second that
Amazon SES gives a new account."""
_SLOWER, _FASTER = 1.5, 0.995
_NONE = 0.02
"""Seconds that are not worth a wait."""
_TRIES = 5
_PATIENCE = 8.0
"""Seconds that a mail waits in the worker at most, well within the lease of its claim."""

_CLOSED = "The mail waited for its turn at the provider, and meanwhile something came to forbid it"


@dataclass(slots=True)
class SendPace:
    """The spacing between two sends of this process through one account, in seconds."""

    now: Callable[[], float] = lambda: clock.epoch_ms() / 1000
    sleep: Callable[[float], None] = clock.sleep
    chance: Callable[[], float] = random.random
    spacing: float = 0.0
    _free_at: float = 0.0

    def wait(self) -> bool:
        """Wait for the next slot, and take it. Return whether it was to be waited for."""
        if (left := self._free_at - self.now()) > 0:
            self.sleep(min(left, _PATIENCE))
        self._free_at = self.now() + self.spacing
        return left > 0

    def taken(self) -> None:
        self.spacing = self.spacing * _FASTER if self.spacing > _NONE else 0.0

    def refused(self) -> None:
        """Space sends wider, and the next one by up to twice as much: workers that are refused at
        the same moment must not come again at the same."""
        self.spacing = max(_FIRST, self.spacing * _SLOWER)
        self._free_at = self.now() + self.spacing * (1 + self.chance())

    def wait_is_short(self, since: float) -> bool:
        """Whether the next slot lies within the patience of a mail that waits `since` then."""
        return self._free_at - since <= _PATIENCE


@cache
def ses_pace() -> SendPace:
    """Return the pace of this process through the account at SES."""
    return SendPace()


@dataclass(frozen=True, slots=True)
class Paced:
    """Hands a mail over until its provider takes or refuses it for another reason than the rate, a
    few times within some seconds. All SES mailboxes share the rate of the account; an SMTP server
    is one mailbox's own."""

    transport: Transport
    ses: SendPace = field(default_factory=ses_pace)

    def send(
        self,
        message: Message,
        mailbox: Mailbox,
        mime: bytes,
        still: Callable[[], bool] = always,
    ) -> SendOutcome:
        pace = self.ses if mailbox.kind == "ses" else SendPace()
        began = pace.now()
        for tried in range(1, _TRIES + 1):
            if pace.wait() and not still():
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
