"""Runner of the checks: each in a thread of its own, so that one which fails or hangs leaves the
others alone."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from outrider.diagnosis.errors import CheckUnanswered, NotOnLocalStack
from outrider.diagnosis.models import STATES, CheckFinding, DeploymentDiagnosis, Seen
from outrider.kit import clock

LONGEST = 20
"""Seconds for all checks together; the function ends after 29."""

_REDEPLOY = "Deploy the current template: the role of AdminFunction lacks a permission"
_AGAIN = "Run the diagnosis again; if it stays, see the log of AdminFunction"

Check = Callable[[], Seen]
"""Looks at one thing. Raises CheckUnanswered, NotOnLocalStack, StoreFailed, Misconfigured."""


def absent(reason: str) -> Check:
    """Return a check of what the local stack does not have."""

    def check() -> Seen:
        raise NotOnLocalStack(reason)

    return check


@dataclass(frozen=True, slots=True)
class DiagnosisService:
    """The checks of one deployment, by name. `local` is True on the local stack."""

    stack: str
    checks: Mapping[str, Check]
    local: bool
    longest: float = LONGEST

    def diagnose(self) -> DeploymentDiagnosis:
        """Run all checks. One that fails, or takes too long, has the state `unknown`."""
        pool = ThreadPoolExecutor(len(self.checks), thread_name_prefix="check")
        running = {name: pool.submit(check) for name, check in self.checks.items()}
        wait(running.values(), timeout=self.longest)
        pool.shutdown(wait=False, cancel_futures=True)
        findings = [
            CheckFinding(check=name, **self._seen(future).model_dump())
            for name, future in running.items()
        ]
        return DeploymentDiagnosis(
            stack=self.stack,
            checked_at=clock.timestamp(),
            state=max((each.state for each in findings), key=STATES.index),
            findings=findings,
        )

    def _seen(self, future: "Future[Seen]") -> Seen:
        if not future.done():
            return _unknown(f"No result after {self.longest:g} s", _AGAIN)
        error = future.exception()
        match error:
            case None:
                return future.result()
            case NotOnLocalStack():
                return _unknown(f"Not on the local stack: {error}")
            case CheckUnanswered(is_denied=True):
                return _unknown(str(error), _REDEPLOY)
            case CheckUnanswered() if self.local:
                return _unknown(f"Not on the local stack ({error})")
        return _unknown(
            f"{type(error).__name__}: {error}".removeprefix("CheckUnanswered: "), _AGAIN
        )


def _unknown(seen: str, mend: str = "") -> Seen:
    return Seen(state="unknown", seen=seen, mend=mend)
