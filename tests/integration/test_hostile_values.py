"""Numbers and texts that DynamoDB cannot hold, in every field of every body, in every parameter of
every query, in every column of a file; and spans that end before they begin."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

import pytest
from pydantic import TypeAdapter

from outrider.companies.schemas import CompanyWrite
from outrider.contacts.schemas import ContactWrite
from outrider.contacts.suppressions.schemas import SuppressionCreate
from outrider.kit.errors import ValidationFailed
from outrider.kit.http.requests import parse_body, parse_query
from tests.harness import stack
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.examples import ENDPOINTS, Endpoint
from tests.integration.importing import imported

Schema = dict[str, Any]
Kind = Literal["number", "text"]
HOLE = "what is tried"

NEVER: dict[Kind, tuple[str, ...]] = {
    "number": ("1e-200", "-1e-131", "1e126", "-1e308", "1e400", "NaN", "-Infinity", "9" * 40),
    "text": (r'"\u0000"', r'"a\u001cb"', r'"\ud800"', r'"\udc00\ud800"'),
}
"""No field of the kind may take these; as they stand in JSON."""
PERHAPS: dict[Kind, tuple[str, ...]] = {
    "number": ("-0.0", "0.12345678901234567890123456789012345678901234567890"),
    "text": ('""', '" "', json.dumps("a" * 3_000), json.dumps("é" * 1_100)),
}
"""Whatever takes these can keep them."""
IN_QUERIES = ("1e-200", "NaN", "inf", "9" * 400, "\0", "\x1c", "", " ", "a" * 3_000, "%ED%A0%80")

ROWS = ("contacts", "companies", "suppressions", "leads")
"""Names of the lists of rows in bodies that take many."""

KEPT_AS_TEXT = ("size",)
"""Fields that take a number and make a text of it."""

with_body = [each for each in ENDPOINTS if each.route.body is not None]
with_query = [each for each in ENDPOINTS if each.route.query is not None]


@pytest.fixture(autouse=True)
def _loopback_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")


class Field(NamedTuple):
    """A field of a body: the names and places that lead to it."""

    path: tuple[str | int, ...]
    kind: Kind

    @property
    def pointer(self) -> str:
        return "".join(f"/{part}" for part in self.path)


class Shape:
    """A JSON schema, and what fits it."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def options(self, schema: Schema) -> list[Schema]:
        """The schemas of which a value may fit one, without null."""
        if "$ref" in schema:
            return self.options(self.schema["$defs"][schema["$ref"].rpartition("/")[2]])
        members = schema.get("anyOf") or schema.get("oneOf")
        if members and "properties" not in schema:  # else they say which fields go together
            return [each for member in members for each in self.options(member)]
        return [] if schema.get("type") == "null" else [schema]

    def fields(
        self, schema: Schema | None = None, path: tuple[str | int, ...] = ()
    ) -> Iterator[Field]:
        for each in self.options(self.schema if schema is None else schema):
            match each.get("type"):
                case "object":
                    for name, inner in each.get("properties", {}).items():
                        yield from self.fields(inner, (*path, name))
                    if isinstance(more := each.get("additionalProperties"), dict | bool) and more:
                        yield from self.fields(more if isinstance(more, dict) else {}, (*path, "x"))
                case "array":
                    yield from self.fields(each["items"], (*path, 0))
                case "integer" | "number" if path[-1] not in KEPT_AS_TEXT:
                    yield Field(path, "number")
                case "string":
                    yield Field(path, "text")
                case None if "const" not in each and "enum" not in each:
                    yield from (Field(path, "number"), Field(path, "text"))

    def sample(self, schema: Schema) -> Any:
        """The least that fits."""
        each = self.options(schema)[0]
        if "enum" in each or "const" in each:
            return each.get("const", each.get("enum", [None])[0])
        match each.get("type"):
            case "object":
                required = each.get("required", [])
                return {name: self.sample(each["properties"][name]) for name in required}
            case "array":
                return [self.sample(each["items"]) for _ in range(each.get("minItems", 1))]
            case "integer" | "number":
                return each.get("minimum", 1)
        return "09:00" if "pattern" in each else "a"

    def with_hole(self, field: Field, body: Any) -> Any:
        """`body` with a hole in the place of the field, and what leads there as small as can be."""
        return self._with_hole(self.schema, field.path, body)

    def _with_hole(self, schema: Schema, path: tuple[str | int, ...], value: Any) -> Any:
        if not path:
            return HOLE
        name, *rest = path
        for each in self.options(schema):
            if isinstance(name, int) and each.get("type") == "array":
                items = value if isinstance(value, list) and value else self.sample(each)
                return [self._with_hole(each["items"], tuple(rest), items[0]), *items[1:]]
            inner = each.get("properties", {}).get(name, each.get("additionalProperties"))
            if isinstance(name, str) and inner:
                held = value if isinstance(value, dict) else self.sample(each)
                inner = inner if isinstance(inner, dict) else {}
                return {**held, name: self._with_hole(inner, tuple(rest), held.get(name))}
        raise AssertionError(f"nothing leads to {path}")


@cache
def shape(endpoint: Endpoint) -> Shape:
    body = endpoint.route.body
    assert body is not None
    return Shape(body.json_schema(mode="validation"))


def pointers(parse: Callable[[], Any]) -> list[str] | None:
    """The fields that are named where it is refused, None where it is taken."""
    try:
        parse()
    except ValidationFailed as failure:
        return [each.pointer for each in failure.violations]
    return None


def names(field: Field, found: list[str]) -> bool:
    """Whether the field is named, what is in it or the list that it is in; text that is no JSON has
    no fields."""
    return found == [""] or any(
        each.startswith(field.pointer) or (each and field.pointer.startswith(each))
        for each in found
    )


class TestBody:
    @pytest.mark.parametrize("endpoint", with_body, ids=str)
    def test_never_holds_what_cannot_be_kept(
        self, api: Api, cloud: Cloud, endpoint: Endpoint
    ) -> None:
        route, of = endpoint.route, shape(endpoint)
        adapter = route.body
        assert adapter is not None
        path = endpoint.path_to_own(api)
        body = endpoint.body_of_own(api) or {}
        taken: list[str] = []
        for field in of.fields():
            if field.path[0] in ROWS:
                continue
            text = json.dumps(of.with_hole(field, body))
            for tried in (*NEVER[field.kind], *PERHAPS[field.kind]):
                sent = text.replace(json.dumps(HOLE), tried)
                found = pointers(partial(parse_body, sent.encode(), adapter, batch=route.batch))
                if found is None:
                    assert tried not in NEVER[field.kind], (field, tried)
                    taken.append(sent)
                elif tried in NEVER[field.kind]:
                    assert names(field, found), (field, tried, found)

        for sent in taken:
            assert api.request(route.method, path, sent).status < 500, sent


class TestQuery:
    @pytest.mark.parametrize("endpoint", with_query, ids=str)
    def test_is_answered_whatever_it_holds(self, api: Api, endpoint: Endpoint) -> None:
        path, _, own = endpoint.path_to_own(api).partition("?")
        given = dict(each.split("=") for each in own.split("&") if each)
        model = endpoint.route.query
        assert model is not None
        for name in model.model_fields:
            for tried in IN_QUERIES:
                asked = {**given, name: tried if tried.startswith("%") else quote(tried)}
                query = "&".join(f"{each}={value}" for each, value in asked.items())
                found = pointers(partial(parse_query, query, model))
                if found is not None:
                    assert found[0] == f"/query/{name}", (name, tried)
                    continue
                assert tried not in ("\0", "\x1c"), name
                assert api.request(endpoint.route.method, f"{path}?{query}").status < 500


class TestRows:
    @pytest.mark.parametrize(
        ("kind", "row", "model"),
        [
            ("contacts", {"email": "ada@example.com"}, ContactWrite),
            ("companies", {"domain": "acme.example"}, CompanyWrite),
            ("suppressions", {"address": "ada@example.com", "reason": "manual"}, SuppressionCreate),
        ],
    )
    def test_of_batch_and_import_fail_one_by_one(
        self, api: Api, cloud: Cloud, kind: str, row: dict[str, Any], model: Any
    ) -> None:
        of = Shape(TypeAdapter(model).json_schema(mode="validation"))
        never, perhaps = [
            [
                json.dumps(of.with_hole(field, row)).replace(json.dumps(HOLE), tried)
                for field in of.fields()
                for tried in values[field.kind]
            ]
            for values in (NEVER, PERHAPS)
        ]
        readable = [each for each in never if _is_json(each)]

        batch = api.post(f"/v1/{kind}", f'{{"{kind}": [{",".join([*readable, *perhaps])}]}}')
        ended = imported(
            api, cloud, "\n".join([*never, *perhaps, json.dumps({**row, **_OTHER[kind]})]),
            kind=kind, format="jsonl",
        )  # fmt: skip

        results = [each["result"] for each in batch.json["results"]]
        assert [
            row for row, result in zip(readable, results, strict=False) if result != "failed"
        ] == []
        assert ended.state["status"] == "completed"
        of_import = [result for _, result in ended.results]
        assert [
            row for row, result in zip(never, of_import, strict=False) if result != "failed"
        ] == []
        assert of_import[-1] == "created"


_OTHER = {
    "contacts": {"email": "last@example.com"},
    "companies": {"domain": "last.example"},
    "suppressions": {"address": "last@example.com"},
}


def _is_json(text: str) -> bool:
    return not re.search(r"NaN|Infinity|1e400|\\ud", text)


SPANS = (("since", "until"), ("from", "to"), ("_after", "_before"), ("_gte", "_lte"))
MOMENTS = ("2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z")
ENDS = (MOMENTS, ("2026-03-01", "2026-03-02"), ("09:00", "18:00"), (0.1, 0.9))
"""What may stand at the two ends of a span, in the right order."""


def spans(named: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs of names that say where something begins and ends."""
    given = set(named)
    pairs = [
        (name, name.removesuffix(first) + last)
        for name in given
        for first, last in SPANS
        if name.endswith(first)
    ]
    return sorted(pair for pair in pairs if pair[1] in given)


def both(pair: tuple[str, str], parent: str, check: Callable[[Any, Any], list[str] | None]) -> None:
    """That a span is taken in one order, and refused in the other with both of its ends named."""
    pointers_of = {f"{parent}/{name}" for name in pair}
    ends = next(each for each in ENDS if not pointers_of & set(check(*each) or ()))
    assert pointers_of <= set(check(*ends[::-1]) or ()), pair
    if ends == MOMENTS:
        assert pointers_of <= set(check(ends[0], ends[0]) or ()), pair


class TestSpans:
    @pytest.mark.parametrize("endpoint", with_query, ids=str)
    def test_of_a_query_do_not_end_before_they_begin(self, endpoint: Endpoint) -> None:
        model = endpoint.route.query
        assert model is not None
        for pair in spans(model.model_fields):

            def check(first: Any, last: Any, pair: tuple[str, str] = pair) -> list[str] | None:
                query = f"{pair[0]}={first}&{pair[1]}={last}"
                return pointers(partial(parse_query, query, model))

            both(pair, "/query", check)

    @pytest.mark.parametrize("endpoint", with_body, ids=str)
    def test_of_a_body_do_not_end_before_they_begin(self, endpoint: Endpoint) -> None:
        adapter, of = endpoint.route.body, shape(endpoint)
        assert adapter is not None
        siblings: dict[tuple[str | int, ...], set[str]] = defaultdict(set)
        for field in of.fields():
            siblings[field.path[:-1]].add(str(field.path[-1]))
        for path, named in siblings.items():
            for pair in spans(named):
                first, last = (Field((*path, name), "text") for name in pair)

                def check(begin: Any, end: Any, ends: Any = (first, last)) -> list[str] | None:
                    body = of.with_hole(ends[0], endpoint.example.body or {})
                    text = json.dumps(body).replace(json.dumps(HOLE), json.dumps(begin))
                    body = of.with_hole(ends[1], json.loads(text))
                    text = json.dumps(body).replace(json.dumps(HOLE), json.dumps(end))
                    return pointers(partial(parse_body, text.encode(), adapter, batch=False))

                both(pair, first.pointer.rpartition("/")[0], check)

    @pytest.mark.parametrize(
        ("path", "body", "field"),
        [
            ("/v1/exports", {"kind": "contacts", "format": "csv"}, "filters"),
            ("/v1/campaigns/cam_any/audience", {}, "filter"),
        ],
    )
    def test_of_a_filter_in_a_body_do_not_either(
        self, api: Api, path: str, body: dict[str, Any], field: str
    ) -> None:
        scores = {"fit_score_gte": 0.9, "fit_score_lte": 0.1}

        answer = api.post(path, {**body, field: scores})

        assert answer.status == 422
        found = [each["pointer"] for each in answer.json["errors"]]
        assert found == [f"/{field}/fit_score_gte", f"/{field}/fit_score_lte"]

    def test_are_looked_for_where_there_are_some(self) -> None:
        in_queries = {
            pair
            for endpoint in with_query
            for pair in spans(endpoint.route.query.model_fields if endpoint.route.query else ())
        }
        in_bodies = {
            pair
            for endpoint in with_body
            for pair in spans(str(field.path[-1]) for field in shape(endpoint).fields())
        }

        scores, created = ("fit_score_gte", "fit_score_lte"), ("created_after", "created_before")
        assert in_queries == {("since", "until"), scores, created}
        assert in_bodies == {("since", "until"), ("from", "to"), scores, created}
