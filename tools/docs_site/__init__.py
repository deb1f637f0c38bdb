"""Generator of the documentation at /docs: reference, guides, errors and a search index.

`files` has what `python -m tools.openapi` writes to functions/site/pages/. What is written by hand,
and the renderer of the reference, are in functions/site/assets/.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.docs_site import guides, reference, search
from tools.error_codes import ErrorCode
from tools.templates import REPOSITORY

PAGES = REPOSITORY / "functions" / "site" / "pages"


def files(
    documents: dict[str, dict[str, Any]], codes: Sequence[ErrorCode], generated: dict[str, str]
) -> dict[Path, str]:
    """Return the text of each page by its path.

    `documents` are the OpenAPI documents by the name of their surface, `generated` the texts of
    guides that the same run writes.
    """
    found = guides.guides(generated)
    made = {f"{name}.html": guides.render(guide, found) for name, guide in found.items()}
    for surface in documents:
        made[f"{surface}.html"] = reference.render(surface, documents, codes, found)
    index = search.index(documents, codes, list(found.values()))
    made["index.json"] = json.dumps(index, ensure_ascii=False, separators=(",", ":")) + "\n"
    return {PAGES / name: text for name, text in made.items()}
