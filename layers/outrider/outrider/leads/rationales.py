"""Rationales that the model of a workspace writes, for a credit each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.credits.errors import InsufficientCredits
from outrider.credits.models import LedgerEntry, price
from outrider.credits.service import CreditService
from outrider.kit.aws.dynamodb import Action
from outrider.kit.errors import ServiceUnavailable
from outrider.qualification.scoring import Score
from outrider.writing.errors import WritingFailed
from outrider.writing.models import Rationale, RationaleRequest
from outrider.writing.port import Writer


@dataclass(frozen=True, slots=True)
class PaidRationale:
    """A rationale and the credits that are held for it."""

    rationale: Rationale
    held: LedgerEntry
    credits: CreditService

    def post(self, also: Sequence[Action]) -> None:
        """Charge the credits in one transaction with the writes of `also`.

        Raises what these raise, and ServiceUnavailable if the hold expired, so that nothing was
        written.
        """
        if self.credits.post(self.held.id, self.held.held, also).status != "posted":
            raise ServiceUnavailable("The rationale took too long and costs nothing; try again")

    @contextmanager
    def released_on_failure(self) -> Iterator[None]:
        """Release the credits if the block raises an error."""
        try:
            yield
        except Exception:
            self.credits.void(self.held.id)
            raise


@dataclass(frozen=True, slots=True)
class RationaleService:
    """Rationales in one workspace. `model_writer` returns the writer of a workspace with a provider
    of language models, or None."""

    caller: Caller
    credits: CreditService
    model_writer: Callable[[], Writer | None]

    def write(self, score: Score) -> PaidRationale | None:
        """Have a rationale written for a score, with credits held for it. Return None if rules are
        to write it, for nothing: without a provider, without credits, or if the model wrote nothing
        that can be used."""
        self.credits.took_nothing()  # until credits are posted
        writer = self.model_writer()
        if writer is None:
            return None
        try:
            held = self._hold()
        except InsufficientCredits:
            return None
        if held is None:
            return None
        try:
            rationale = writer.rationale(RationaleRequest.of(score))
        except WritingFailed:
            self.credits.void(held.id)
            return None
        except Exception:
            self.credits.void(held.id)
            raise
        return PaidRationale(rationale, held, self.credits)

    def _hold(self) -> LedgerEntry | None:
        """Hold credits, and return the hold. A retry gets the one that is there unless it was
        released or expired; None if it was charged, since what it paid for is stored with it."""
        attempt = 0
        while True:
            operation = self.caller.new_id("qua", str(attempt))
            entry = self.credits.hold(operation, "qualify", price("qualify"))
            if entry.status != "void":
                return entry if entry.status == "held" else None
            attempt += 1
