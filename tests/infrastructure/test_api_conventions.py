"""The rules of docs/api-conventions.md, held over every operation of the OpenAPI document."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from tools.templates import REPOSITORY

Schema = dict[str, Any]

EXCEPTIONS: dict[str, dict[str, str]] = {
    "object": {
        "RecordedEvent": "is what a webhook's endpoint gets, whose fields the wire format settles",
        "TimelineEvent": "is a recorded event, or a time of a message that is told like one",
    },
    "delete": {
        "DELETE /v1/api-keys/{key_id}": "revokes: the key stays in the list, with `revoked_at`",
    },
    "list": {
        "GET /v1/contacts/{contact_id}/export": "pages of all that is held about one person",
    },
    "created": {
        "POST /v1/api-keys/{key_id}/rotate": "makes another key, the successor",
    },
    "word": {
        "Problem.type": "RFC 9457 calls it so",
        "DnsRecord.type": "DNS calls it so",
        "GET /v1/events type": "names and families of events, as in `detail-type` of EventBridge",
        "GET /v1/contacts/{contact_id}/timeline type": "as for events",
    },
    "filter": {
        "GET /v1/campaigns/{campaign_id}/audience result": "is always `skipped`",
        "GET /v1/contacts industry": "of the contact's company",
        "GET /v1/contacts company_size": "of the contact's company",
        "GET /v1/contacts tag": "one of `tags`",
        "GET /v1/contacts/{contact_id}/timeline type": "compares `event`",
        "GET /v1/events type": "compares `event`",
        "GET /v1/events resource": "any id in `data`",
        "GET /v1/leads min_score": "the least `score`, as its callers know it",
        "GET /v1/imports/{import_id}/rows status": "compares `result`",
    },
    "verb": {
        "POST /v1/sequences/{sequence_id}/test-send": "sends a test message: send_test_message",
    },
    "refused": {
        "POST /v1/campaigns/{campaign_id}/trigger": "CAMPAIGN_NOT_ACTIVE is 400 by its contract",
        "POST /v1/chat": "a failure of the provider is 502",
    },
}
"""By rule, what does not keep to it and why. One that keeps to it by now may not stand here."""


INSTEAD = {
    "state": "status",
    "type": "kind",
    "pool": "mailbox_pool",
    "order": "sort",
    "pause_reason": "paused_reason",
}
"""Words that no field and no parameter has, and those that mean the same."""
SHAPES = {
    "audience": {"object"},
    "counts": {"object"},
    "enrolling": {"boolean"},
    "contact_count": {"integer"},
    "object": {"string"},
}
"""JSON types of words that have one, wherever they stand."""
ADDED_TO = {"audience", "leads"}
"""Collections of one resource, to which a POST adds."""
NO_FILTERS = {"limit", "cursor", "sort", "search", "since", "until"}


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    method: str
    path: str
    described: Schema

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def last_part(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def parameters(self) -> dict[str, Schema]:
        return {each["name"]: each for each in self.described.get("parameters", ())}

    @property
    def filters(self) -> set[str]:
        """The parameters of a list that leave something out."""
        asked = {name for name, each in self.parameters.items() if each["in"] == "query"}
        return asked - NO_FILTERS

    @property
    def statuses(self) -> set[int]:
        return {int(status) for status in self.described["responses"]}

    @property
    def success(self) -> set[int]:
        return {status for status in self.statuses if status < 300}

    @property
    def answers(self) -> list[Schema]:
        """The forms of its answer when all goes well."""
        schemas = (
            self.described["responses"][str(status)]["content"]["application/json"]["schema"]
            for status in sorted(self.success)
        )
        return [form for schema in schemas for form in forms(schema)]

    @property
    def items(self) -> list[Schema]:
        """What its answer lists."""
        return [
            resolved(each["properties"]["data"]["items"]) for each in self.answers if lists(each)
        ]

    @property
    def is_list(self) -> bool:
        return any(map(lists, self.answers))


@cache
def document() -> Schema:
    path = REPOSITORY / "functions" / "site" / "openapi.json"
    found: Schema = json.loads(path.read_text(encoding="utf-8"))
    return found


def resolved(schema: Schema) -> Schema:
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = {**document()["components"]["schemas"][name], "name": name}
    return schema


def forms(schema: Schema) -> Iterator[Schema]:
    schema = resolved(schema)
    choices: list[Schema] = schema.get("anyOf") or [schema]
    yield from map(resolved, choices)


def object_of(schema: Schema) -> str | None:
    word: str | None = schema.get("properties", {}).get("object", {}).get("const")
    return word


def lists(schema: Schema) -> bool:
    return object_of(schema) == "list"


OPERATIONS = [
    Operation(method.upper(), path, described)
    for path, methods in document()["paths"].items()
    if path.startswith("/v1/")
    for method, described in methods.items()
]


def breaks(rule: str, found: set[str]) -> None:
    """What breaks a rule is what is excepted from it, no more and no less."""
    assert found == set(EXCEPTIONS.get(rule, {}))


class TestAnswers:
    def test_say_what_they_are(self) -> None:
        shown = [form for each in OPERATIONS for form in each.answers]
        listed = [item for each in OPERATIONS for item in each.items if "id" in item["properties"]]
        own_ids = [item for item in listed if item["name"] != "ImportRow"]

        breaks("object", {each["name"] for each in (*shown, *own_ids) if not object_of(each)})

    def test_of_deletions_are_alike(self) -> None:
        breaks(
            "delete",
            {
                str(each)
                for each in OPERATIONS
                if each.method == "DELETE"
                and any(
                    list(answer["properties"]) != ["id", "object", "deleted"]
                    for answer in each.answers
                )
            },
        )

    def test_of_lists_are_alike(self) -> None:
        for each in (operation for operation in OPERATIONS if operation.is_list):
            (answer,) = each.answers
            assert {"object", "data", "has_more", "next_cursor"} <= answer["properties"].keys()
            assert {"limit", "cursor"} <= each.parameters.keys()

    def test_with_more_to_come_are_lists(self) -> None:
        breaks(
            "list",
            {str(each) for each in OPERATIONS if not each.is_list and "cursor" in each.parameters},
        )


class TestStatuses:
    @pytest.mark.parametrize("operation", OPERATIONS, ids=str)
    def test_of_success_follow_from_the_method(self, operation: Operation) -> None:
        if operation.method != "POST":
            assert operation.success == {200}
        else:
            assert operation.success <= {200, 201, 202}

    def test_is_201_for_what_is_created_in_a_collection(self) -> None:
        creating = {str(each) for each in OPERATIONS if 201 in each.success}
        accepting = {str(each) for each in OPERATIONS if each.success == {202}}
        collections = {
            str(each)
            for each in OPERATIONS
            if each.method == "POST" and re.fullmatch(r"/v1/(agent/)?[a-z-]+", each.path)
        }

        assert collections - creating - accepting == {"POST /v1/chat"}  # answers a message
        breaks("created", creating - collections)

    @pytest.mark.parametrize("operation", OPERATIONS, ids=str)
    def test_of_refusals_follow_from_what_is_asked(self, operation: Operation) -> None:
        always = {401, 403, 422, 429, 500, 503}
        may = {402, 404, 409, 412, 413}

        assert always <= operation.statuses
        assert (412 in operation.statuses) == ("If-Match" in operation.parameters)
        assert not operation.path.count("{") or 404 in operation.statuses
        researches = operation.method == "POST" and operation.path.endswith("/research")
        asks_a_model = str(operation) in ("POST /v1/chat", "POST /v1/agent/runs")
        assert (402 in operation.statuses) == (researches or asks_a_model)
        other = operation.statuses - operation.success - always - may
        assert not other or str(operation) in EXCEPTIONS["refused"]


class TestChanges:
    @pytest.mark.parametrize("operation", OPERATIONS, ids=str)
    def test_of_what_has_a_version_take_if_match(self, operation: Operation) -> None:
        read = document()["paths"][operation.path].get("get")
        shown = [
            *operation.answers,
            *(Operation("GET", operation.path, read).answers if read else ()),
        ]
        versioned = any("version" in answer["properties"] for answer in shown)
        if operation.method in ("PATCH", "PUT", "DELETE") and versioned:
            assert "If-Match" in operation.parameters

    @pytest.mark.parametrize("operation", OPERATIONS, ids=str)
    def test_take_an_idempotency_key_unless_they_delete(self, operation: Operation) -> None:
        takes = operation.method in ("POST", "PUT", "PATCH")
        assert ("Idempotency-Key" in operation.parameters) == takes


class TestActions:
    def test_are_those_of_the_page(self) -> None:
        """Each verb stands there once, with the collections that have it."""
        page = (REPOSITORY / "docs" / "api-conventions.md").read_text(encoding="utf-8")
        section = page.partition("## Actions")[2].partition("\n## ")[0]
        rows = [
            (quoted(verbs), set(quoted(collections)))
            for verbs, collections in re.findall(
                r"^\| (`.+?) \|.+\| (`.+) \|$", section, re.MULTILINE
            )
        ]

        found: dict[str, set[str]] = {}
        for each in actions():
            found.setdefault(each.last_part, set()).add(each.path.split("/")[2])
        assert sorted(found) == sorted(verb for verbs, _ in rows for verb in verbs)
        for verbs, collections in rows:
            assert set().union(*(found[verb] for verb in verbs)) == collections

    def test_have_the_verb_in_their_names(self) -> None:
        breaks(
            "verb",
            {
                str(each)
                for each in actions()
                if not each.described["operationId"].startswith(each.last_part.split("-")[0] + "_")
            },
        )


class TestWords:
    def test_have_one_shape(self) -> None:
        found: dict[str, set[str]] = {name: set() for name in SHAPES}
        for schema in document()["components"]["schemas"].values():
            for name in SHAPES.keys() & schema.get("properties", {}).keys():
                found[name] |= types_of(schema["properties"][name])

        assert found == SHAPES

    def test_mean_one_thing(self) -> None:
        fields = {
            f"{model}.{name}"
            for model, schema in document()["components"]["schemas"].items()
            for name in schema.get("properties", {})
            if name in INSTEAD
        }
        parameters = {
            f"{each} {name}" for each in OPERATIONS for name in each.parameters.keys() & INSTEAD
        }

        breaks("word", fields | parameters)

    def test_of_filters_are_those_of_the_fields(self) -> None:
        breaks(
            "filter",
            {
                f"{each} {name}"
                for each in OPERATIONS
                if each.is_list
                for name in each.filters
                if not any(compared(name) in item["properties"] for item in each.items)
            },
        )

    def test_of_orders_are_those_of_the_fields(self) -> None:
        for each in (operation for operation in OPERATIONS if "sort" in operation.parameters):
            (item,) = each.items
            for order in each.parameters["sort"]["schema"]["enum"]:
                assert order.removeprefix("-") in item["properties"]


def actions() -> list[Operation]:
    """What is done to a resource or a collection, by a verb at the end of the path; a decision on
    an approval has it in the body."""
    return [
        each
        for each in OPERATIONS
        if each.method == "POST"
        and not re.fullmatch(r"/v1/(agent/)?[a-z-]+", each.path)
        and each.last_part not in ADDED_TO
        and each.last_part != "{approval_id}"
    ]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`(.+?)`", cell)


def types_of(schema: Schema) -> set[str]:
    """The JSON types of a value that is not null."""
    found = [form.get("type") for form in forms(schema)]
    return {
        name for each in found for name in ([each] if isinstance(each, str) else each or [])
    } - {"null"}


def compared(name: str) -> str:
    """The field that a filter compares: `created_at` for `created_after`."""
    return re.sub(r"_(gte|lte)$", "", re.sub(r"_(after|before)$", "_at", name))
