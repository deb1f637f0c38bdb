"""Renderer of the OpenAPI document as one HTML page without scripts or external resources."""

import json
import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from tools.error_codes import ErrorCode

Schema = dict[str, Any]

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #2563eb; }
@media (prefers-color-scheme: dark) { :root { --accent: #7aa2ff; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; display: grid;
  grid-template-columns: 17rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem 1rem;
  border-right: 1px solid var(--line); font-size: .875rem; }
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; }
main { padding: 1.5rem 2.5rem 6rem; max-width: 60rem; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
code { background: var(--soft); padding: .1em .3em; border-radius: 4px; }
pre { background: var(--soft); padding: .9rem 1rem; border-radius: 8px; overflow: auto; }
pre code { background: none; padding: 0; }
section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0;
  border-bottom: 1px solid var(--line); }
summary { cursor: pointer; }
:target { scroll-margin-top: 1rem; background: var(--soft); }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; } }
"""


def render(document: Schema, codes: Sequence[ErrorCode]) -> str:
    info = document["info"]
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = document["components"]["schemas"]
    sections = "\n".join(_operation(*each, schemas) for each in operations)
    events = "\n".join(
        _event(name, operations["post"], schemas)
        for name, operations in document["webhooks"].items()
    )
    errors = "\n".join(_error(code) for code in codes)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(info["title"])} API</title>
<style>{_STYLE}</style>
</head>
<body>
<nav aria-label="Contents">
<p><strong>{escape(info["title"])} API</strong><br>version {escape(info["version"])} ·
<a href="/openapi.json">OpenAPI</a> · <a href="/llms.txt">for models</a></p>
{_contents(document, operations)}
<p><a href="#events">Events</a></p>
<p><a href="#errors">Errors</a></p>
<ul>
{"".join(f'<li><a href="#{code.code.lower()}">{code.code}</a></li>' for code in codes)}
</ul>
</nav>
<main>
<h1>{escape(info["title"])} API</h1>
<p>{_prose(info["description"])}</p>
{sections}
<section id="events">
<h2>Events</h2>
<p>Each comes to the webhooks that ask for it, as <code>WebhookPayload</code>; the feed
(<code>GET /v1/events</code>) and the EventBridge bus have it too.</p>
{_described(schemas["WebhookPayload"], schemas)}
{events}
</section>
<section id="errors">
<h2>Errors</h2>
<p>An error is <code>application/problem+json</code>. <code>code</code> never changes;
<code>detail</code> is for people.</p>
{errors}
</section>
</main>
</body>
</html>
"""


def _contents(document: Schema, operations: Sequence[tuple[str, str, Schema]]) -> str:
    lists = []
    for tag in document["tags"]:
        entries = "".join(
            f'<li><a href="#{each["operationId"]}">{escape(each["summary"].split(",")[0])}</a></li>'
            for _, _, each in operations
            if tag["name"] in each["tags"]
        )
        lists.append(f"<p>{escape(tag['name'])}</p>\n<ul>{entries}</ul>")
    return "\n".join(lists)


def _operation(method: str, path: str, operation: Schema, schemas: Schema) -> str:
    parts = [
        f'<section id="{operation["operationId"]}">',
        f"<h2>{escape(operation['summary'])}</h2>",
        f"<p><code>{method} {escape(path)}</code></p>",
        f"<p>{_prose(operation.get('description', 'Needs no key.'))}</p>",
    ]
    if parameters := operation.get("parameters"):
        parts.append(_parameters(parameters))
    if body := operation.get("requestBody"):
        parts += ["<h3>Body</h3>", _described(_schema_of(body), schemas), *_examples(body)]
    for status, answer in operation["responses"].items():
        if "$ref" not in answer and (schema := _schema_of(answer)):
            described = _described(schema, schemas)
            parts += [f"<h3>Answer {status}</h3>", described, *_examples(answer)]
    errors = [status for status, answer in operation["responses"].items() if "$ref" in answer]
    if errors:
        parts.append(f'<p>Errors: {", ".join(errors)}; see <a href="#errors">below</a>.</p>')
    return "\n".join([*parts, "</section>"])


def _examples(described: Schema) -> Iterator[str]:
    (content,) = described.get("content", {"": {}}).values()
    for example in content.get("examples", {}).values():
        value = escape(json.dumps(example["value"], indent=2, ensure_ascii=False), quote=False)
        yield (
            f"<details><summary>Example: <code>{escape(example['summary'])}</code></summary>"
            f"<pre><code>{value}</code></pre></details>"
        )


def _parameters(parameters: Sequence[Schema]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{each['in']}"
        f"{', required' if each['required'] else ''}</td>"
        f"<td>{_type(each['schema'])}</td><td>{escape(each.get('description', ''))}</td></tr>"
        for each in parameters
    )
    head = "<tr><th>Parameter</th><th>In</th><th>Type</th><th></th></tr>"
    return f"<table>{head}{rows}</table>"


def _described(schema: Schema, schemas: Schema) -> str:
    return "\n".join(_model(each, schemas) for each in _alternatives(schema, schemas))


def _alternatives(schema: Schema, schemas: Schema) -> Iterator[Schema]:
    for key in ("oneOf", "anyOf"):
        if key in schema:
            for each in schema[key]:
                yield from _alternatives(each, schemas)
            return
    if "$ref" in schema:
        yield from _alternatives(schemas[_name(schema)], schemas)
        return
    yield schema


def _model(schema: Schema, schemas: Schema) -> str:
    if "properties" not in schema:
        return f"<p>{_type(schema)}</p>"
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{_type(each)}"
        f"{', required' if name in required else ''}</td>"
        f"<td>{_prose(each.get('description', ''))}</td></tr>"
        for name, each in schema["properties"].items()
    )
    nested = "".join(
        f"<details><summary><code>{name}</code></summary>{_model(schemas[name], schemas)}</details>"
        for name in sorted(set(_references(schema["properties"])))
        if schemas[name].get("title") != schema.get("title")
    )
    described = schema.get("description", "").partition("\n\n")[0]
    return (
        f"<p><strong>{escape(schema.get('title', ''))}</strong> {_prose(described)}</p>"
        f"<table><tr><th>Field</th><th>Type</th><th></th></tr>{rows}</table>{nested}"
    )


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield _name(value)
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return f"<code>{escape(_name(schema))}</code>"
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_type(each) for each in schema[key]))
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(each))}</code>" for each in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(json.dumps(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    form = schema.get("type", "any value")
    return escape(" or ".join(form) if isinstance(form, list) else str(form))


def _event(name: str, operation: Schema, schemas: Schema) -> str:
    _, own = _schema_of(operation["requestBody"])["allOf"]
    data = schemas[_name(own["properties"]["data"])]
    return (
        f'<details id="event.{name}"><summary><code>{name}</code>'
        f" {_prose(operation['description'])}</summary>{_model(data, schemas)}</details>"
    )


def _error(code: ErrorCode) -> str:
    return (
        f'<h3 id="{code.code.lower()}">{code.status} <code>{code.code}</code></h3>'
        f"<p>{escape(code.title)}. {_prose(code.advice)}</p>"
    )


def _schema_of(described: Schema) -> Schema:
    (content,) = described.get("content", {"": {}}).values()
    schema: Schema = content.get("schema", {})
    return schema


def _name(schema: Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _prose(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
