"""Pages of the reference: one for each OpenAPI document, rendered in the browser by Scalar."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from tools.docs_site import errors, guides
from tools.docs_site.guides import Guide
from tools.docs_site.layout import SURFACES, address, link, page
from tools.error_codes import ErrorCode
from tools.vendor import SCALAR

Schema = dict[str, Any]


def render(
    surface: str,
    documents: Mapping[str, Schema],
    codes: Sequence[ErrorCode],
    found: Mapping[str, Guide],
) -> str:
    """Return the page of a surface; `documents` are those of all.

    A start, the guides and the errors are in it, and shown without scripts; the reference takes the
    place of the start when it has been loaded.
    """
    document = documents[surface]
    places = json.dumps(anchors(document), separators=(",", ":"))
    tabs = "\n".join(
        link(address(name), SURFACES[name], current=name == surface) for name in documents
    )
    body = f"""<div id="surfaces" role="navigation" aria-label="APIs">
{tabs}
<a class="plain" href="{openapi(surface)}">OpenAPI</a>
<a class="plain" href="/llms.txt">for models</a>
</div>
<div id="reference" data-openapi="{openapi(surface)}" data-renderer="/docs/assets/{SCALAR.file}">
<div class="guide" id="start">
<nav aria-label="Guides">
{guides.navigation(found)}
</nav>
<main>
<h1>{escape(document["info"]["title"])}</h1>
<p>Send your key with each request:</p>
<pre><code>curl -H "Authorization: Bearer otr_live_sk_…" https://api.example.com/v1/account</code></pre>
<p><a href="/docs/{guides.FIRST}">A first outreach</a> shows what to call, in order.
<a href="{openapi(surface)}">The OpenAPI document</a> has every operation.</p>
<p id="loading" role="status" hidden>The reference is being loaded …</p>
</main>
</div>
</div>
{errors.render(codes)}
<script type="application/json" id="anchors">{places}</script>"""
    title = f"{SURFACES[surface]} API" + (" on Outrider" if surface != "outrider" else "")
    return page(title, body, current="/docs")


def openapi(surface: str) -> str:
    """Return the path of the OpenAPI document of a surface."""
    return "/openapi.json" if surface == "outrider" else f"/openapi/{surface}.json"


def anchors(document: Schema) -> dict[str, str]:
    """Return the place of each operation in the rendered reference, by its operationId."""
    return {
        operation["operationId"]: f"tag/{_slug(operation['tags'][0])}/{operation['operationId']}"
        for methods in document["paths"].values()
        for operation in methods.values()
    }


def _slug(tag: str) -> str:
    return tag.lower().replace(" ", "-")
