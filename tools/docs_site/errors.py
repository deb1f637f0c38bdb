"""The list of error codes, each with the anchor that `docs_url` of an error leads to."""

from collections.abc import Sequence

from tools.docs_site.layout import prose
from tools.error_codes import ErrorCode


def render(codes: Sequence[ErrorCode]) -> str:
    """Return the list as HTML."""
    sections = "\n".join(
        f'<section id="{code.code.lower()}">\n'
        f"<h2><code>{code.code}</code> <small>{code.status}</small></h2>\n"
        f"<p>{prose(code.title)}. {prose(code.advice)}</p>\n</section>"
        for code in codes
    )
    return f"""<main id="errors">
<h1>Errors</h1>
<p>An error is <code>application/problem+json</code>. <code>code</code> never changes;
<code>detail</code> is for people. <a href="/docs/errors">Errors, retries and rate limits</a> has
examples.</p>
{sections}
</main>"""
