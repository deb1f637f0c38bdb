"""Port for writers that ask a language model."""

from typing import Protocol

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


class Writer(Protocol):
    """Writer of texts about leads. It knows only what it is given: it reads no records and no
    pages, and what it writes is content, never a template, a header or a URL to request.

    All methods raise WritingFailed if nothing was written that can be used. The caller then uses
    what rules write.
    """

    def rationale(self, request: RationaleRequest) -> Rationale:
        """Return why a lead has its score."""
        ...

    def summary(self, request: SummaryRequest) -> Summary:
        """Return a summary of what is known about a company, each sentence with its sources."""
        ...

    def draft(self, request: DraftRequest) -> WrittenDraft:
        """Return an email to the recipient, with the source of each claim."""
        ...

    def classify(self, request: ReplyRequest) -> ReplyOpinion:
        """Return what a reply is taken for."""
        ...
