"""Generator of the event schemas: `python -m tools.events [--check]`.

It writes docs/events: a JSON Schema for each event, made from its payload in
`outrider.events.payloads`, those of the envelopes, and the index. With --check it writes nothing,
and fails if a file is out of date.
"""

import inspect
import json
import sys
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from outrider.events.catalogue import HIGH_VOLUME, NAMES, NOT_SENT_YET
from outrider.events.envelope import Detail, Packed, WebhookPayload
from outrider.events.payloads import PAYLOADS
from outrider.events.payloads.base import Payload
from tools.templates import REPOSITORY

FOLDER = REPOSITORY / "docs" / "events"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


class _Schemas(GenerateJsonSchema):
    """Schema generator without defaults and field titles: a missing field has no assumed value."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: CoreSchema) -> bool:  # noqa: ARG002
        return False


def data_schema(payload: type[Payload]) -> Schema:
    """Return the schema of the `data` of an event."""
    schema = schema_of(payload)
    del schema["title"]
    schema["description"] = f"What `data` of a `{payload.event}` holds."
    return schema


def event_schema(payload: type[Payload]) -> Schema:
    """Return the schema of a whole event, valid for webhooks, the feed and the event bus."""
    common, whole = schema_of(WebhookPayload), schema_of(Detail)
    properties = {name: dict(each) for name, each in whole["properties"].items()}
    for name in properties.keys() - common["properties"].keys():
        properties[name]["description"] += " On the bus and in the feed; not in a webhook."
    properties["event"] = {"const": payload.event}
    properties["data"] = data_schema(payload)
    return {
        "$schema": _DIALECT,
        "title": payload.event,
        "description": when(payload),
        "type": "object",
        "properties": properties,
        "required": common["required"],
        "additionalProperties": False,
        "examples": [example(payload)],
    }


def example(payload: type[Payload]) -> Schema:
    """Return an example of the event with all fields."""
    around = {name: _value(Detail, name) for name in Detail.model_fields}
    data = {
        field.alias or name: _value(payload, name) for name, field in payload.model_fields.items()
    }
    return {**around, "event": payload.event, "data": data}


def schema_of(model: type[BaseModel]) -> Schema:
    """Return the schema of a model, with each description in one line."""
    schema: Schema = model.model_json_schema(schema_generator=_Schemas)
    for each in (schema, *schema.get("$defs", {}).values()):
        for described in (each, *each.get("properties", {}).values()):
            if "description" in described:
                described["description"] = " ".join(described["description"].split())
    return schema


def when(payload: type[Payload]) -> str:
    """Return the sentence that says when the event is sent."""
    return " ".join(inspect.cleandoc(payload.__doc__ or "").split())


def files() -> dict[str, str]:
    """Return the text of each generated file, by name."""
    schemas: dict[str, Schema] = {
        "detail": {"$schema": _DIALECT, **schema_of(Detail)},
        "packed": {"$schema": _DIALECT, **schema_of(Packed), "examples": [_packed_example()]},
        "webhook": {"$schema": _DIALECT, **schema_of(WebhookPayload)},
        **{payload.event: event_schema(payload) for payload in PAYLOADS.values()},
    }
    texts = {
        f"{name}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas.items()
    }
    return {"README.md": _index(), **texts}


def outdated() -> list[str]:
    """Return the names of files that differ from what would be generated."""
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*")}
    wanted = files()
    return sorted(name for name in written | wanted if written.get(name) != wanted.get(name))


def main(arguments: list[str]) -> int:
    old = outdated()
    if "--check" in arguments:
        for name in old:
            print(f"docs/events/{name} is out of date: run python -m tools.events", file=sys.stderr)
        return 1 if old else 0
    FOLDER.mkdir(exist_ok=True)
    wanted = files()
    for name in old:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    return 0


def _packed_example() -> Schema:
    """Return a bus entry that packs one event of each name in the example of `names`."""
    around = {name: _value(Packed, name) for name in Packed.model_fields if name != "events"}
    return {**around, "events": [example(PAYLOADS[name]) for name in around["names"]]}


def _value(model: type[BaseModel], name: str) -> Any:
    """Return an example value of the field: its first example or choice."""
    field: Mapping[str, Any] = schema_of(model)["properties"][
        model.model_fields[name].alias or name
    ]
    return _first(field)


def _first(field: Mapping[str, Any]) -> Any:
    if "examples" in field:
        return field["examples"][0]
    if "const" in field:
        return field["const"]
    if "enum" in field:
        return field["enum"][0]
    if "anyOf" in field:
        return _first(field["anyOf"][0])
    if field["type"] == "array":
        return [_first(field["items"])]
    return {"boolean": False, "object": {}}[field["type"]]


def _index() -> str:
    rows = "\n".join(
        f"| [`{name}`]({name}.json) | {when(PAYLOADS[name])}{_mark(name)} |"
        for name in NAMES
        if name in PAYLOADS
    )
    coming = ", ".join(f"`{name}`" for name in NAMES if name in NOT_SENT_YET)
    return _INDEX.format(rows=rows, coming=coming)


def _mark(name: str) -> str:
    return " ★" if name in HIGH_VOLUME else ""


_INDEX = """\
# Events

<!-- Made by `python -m tools.events`. -->

Each name leads to the JSON Schema (2020-12) of the event, with an example. The schema holds for an
event however it comes: as the body of a webhook ([webhook.json](webhook.json)), as `detail` on the
EventBridge bus, or out of `GET /v1/events` ([detail.json](detail.json): four fields more).
[docs/events.md](../events.md) tells how to get them.

| event | is sent when |
|---|---|
{rows}

★ comes with every mail or text: a webhook gets it when it asks for it by name or for `*`, not for
the family; on the bus many come in one entry ([packed.json](packed.json)).

These can be asked for and are not sent yet, since what they are about is not there: {coming}.
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
