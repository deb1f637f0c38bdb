"""Port for language models."""

from typing import Protocol

from outrider.writing.models import (
    DraftRequest,
    Rationale,
    RationaleRequest,
    Summary,
    SummaryRequest,
    WrittenDraft,
)


class Writer(Protocol):
    """Writer of texts about leads. It knows only what it is given: it reads no records and no
    pages, and what it writes is content, never a template, a header or a URL to request."""

    def rationale(self, request: RationaleRequest) -> Rationale:
        """Return why a lead has its score."""
        ...

    def summary(self, request: SummaryRequest) -> Summary:
        """Return a summary of what is known about a company, each sentence with its sources."""
        ...

    def draft(self, request: DraftRequest) -> WrittenDraft | None:
        """Return an email to the recipient, or None if the rendered template is to be sent."""
        ...
