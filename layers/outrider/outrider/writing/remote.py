"""Writing in a function of its own, which alone may decrypt the keys of providers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import ConfigDict, ValidationError

from outrider.kit.errors import OutriderError
from outrider.kit.models import Model
from outrider.kit.observability.logs import logger
from outrider.writing.errors import WritingFailed, WritingFault
from outrider.writing.models import (
    DraftRequest,
    Rationale,
    RationaleRequest,
    ReplyOpinion,
    ReplyRequest,
    Summary,
    SummaryRequest,
    WrittenDraft,
)
from outrider.writing.port import Writer

Kind = Literal["rationale", "summary", "draft", "classify"]
SECONDS: dict[Kind, float] = {"rationale": 12, "summary": 8, "draft": 20, "classify": 15}
"""Time that a call of a model may take. A summary is written in a request, after a website was
read."""

WrittenT = TypeVar("WrittenT", bound=Model)


class WritingOrder(Model):
    """Call of the function that writes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workspace: str
    kind: Kind
    request: dict[str, Any]


class WritingResult(Model):
    """Answer of the function that writes: what was written, or why nothing was."""

    model_config = ConfigDict(frozen=True)

    written: dict[str, Any] | None = None
    fault: WritingFault | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RemoteWriter:
    """Writer of one workspace. `invoke` calls the function with a WritingOrder and returns its
    WritingResult, both as JSON."""

    workspace: str
    invoke: Callable[[dict[str, Any]], Any]

    def rationale(self, request: RationaleRequest) -> Rationale:
        """Return why a lead has its score, or raise WritingFailed."""
        return self._write("rationale", request, Rationale)

    def summary(self, request: SummaryRequest) -> Summary:
        """Return a summary whose sentences have sources, or raise WritingFailed."""
        return self._write("summary", request, Summary)

    def draft(self, request: DraftRequest) -> WrittenDraft:
        """Return an email to the recipient, or raise WritingFailed."""
        return self._write("draft", request, WrittenDraft)

    def classify(self, request: ReplyRequest) -> ReplyOpinion:
        """Return what a reply is taken for, or raise WritingFailed."""
        return self._write("classify", request, ReplyOpinion)

    def _write(self, kind: Kind, request: Model, written: type[WrittenT]) -> WrittenT:
        order = {"workspace": self.workspace, "kind": kind, "request": request.model_dump()}
        try:
            answer = WritingResult.model_validate(self.invoke(order))
            if answer.written is not None:
                return written.model_validate(answer.written)
            failed = WritingFailed(answer.fault or "no_answer", answer.detail)
        except (OutriderError, ValidationError):
            failed = WritingFailed("no_answer", "The function that calls models did not answer")
        logger().warning("a model wrote nothing", kind=kind, fault=failed.fault)
        raise failed


def carry_out(order: WritingOrder, writer: Writer) -> WritingResult:
    """Write what was ordered, and return it or the reason why nothing was written."""
    try:
        written = _written(order, writer)
    except WritingFailed as failure:
        return WritingResult(fault=failure.fault, detail=failure.detail)
    return WritingResult(written=written.model_dump())


def _written(order: WritingOrder, writer: Writer) -> Model:
    match order.kind:
        case "rationale":
            return writer.rationale(RationaleRequest.model_validate(order.request))
        case "summary":
            return writer.summary(SummaryRequest.model_validate(order.request))
        case "draft":
            return writer.draft(DraftRequest.model_validate(order.request))
        case "classify":
            return writer.classify(ReplyRequest.model_validate(order.request))
