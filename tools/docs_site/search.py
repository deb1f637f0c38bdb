"""Search index: operations, guides with their headings, and error codes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.docs_site.guides import Guide
from tools.docs_site.layout import SURFACES, address
from tools.error_codes import ErrorCode

Schema = dict[str, Any]
Entry = tuple[str, str, str]
"""Title, what it is, and address."""


def index(
    documents: Mapping[str, Schema], codes: Sequence[ErrorCode], found: Sequence[Guide]
) -> list[Entry]:
    """Return all entries: what the browser looks through."""
    return [
        *(entry for name, document in documents.items() for entry in _operations(name, document)),
        *(entry for guide in found for entry in _headings(guide)),
        *((code.code, f"Error {code.status}", f"/docs#{code.code.lower()}") for code in codes),
    ]


def _operations(surface: str, document: Schema) -> Iterator[Entry]:
    of = "" if surface == "outrider" else f" ({SURFACES[surface]})"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            href = f"{address(surface)}#{operation['operationId']}"
            yield operation["summary"], f"{method.upper()} {path}{of}", href


def _headings(guide: Guide) -> Iterator[Entry]:
    yield guide.title, "Guide", f"/docs/{guide.name}"
    for anchor, text in guide.headings:
        yield text, guide.title, f"/docs/{guide.name}#{anchor}"
