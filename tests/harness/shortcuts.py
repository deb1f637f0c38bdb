"""Shorter ways through moto's DynamoDB, where tests spend most of their time: it takes each call
for a request of HTTP, and reads, walks and copies every expression anew; `values` has those through
items. The answers are the same: `tests/integration/test_shortcuts.py` compares them.
"""

import base64
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from unittest.mock import patch

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb import models
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node  # type: ignore[attr-defined]
from moto.dynamodb.parsing.validators import (
    ActionCountValidator,
    OverlappingPathsValidator,
    UpdateExpressionValidator,
    UpdateHashRangeKeyValidator,
)
from moto.dynamodb.responses import DynamoHandler
from werkzeug.exceptions import HTTPException

from outrider.kit import json
from tests.harness import values

_OF_THE_TEXT = (ActionCountValidator, OverlappingPathsValidator, UpdateHashRangeKeyValidator)
"""What they say depends on the text of an expression, the names in it and the table's keys."""
_ENOUGH = 1_000
_NO_NODE = object()
_KINDS: dict[type, dict[type, Any]] = {}
"""As what each traverser processes each kind of node."""

_method_of = lru_cache(maxsize=None)(camelcase_to_underscores)
"""The name of the method for an operation of DynamoDB."""
_parse = ConditionExpressionParser.parse
_lex = ConditionExpressionParser._lex_condition_expression


@contextmanager
def taken() -> Iterator[None]:
    for each in _SHORTCUTS:
        each.start()
    try:
        yield
    finally:
        for each in _SHORTCUTS:
            each.stop()


@contextmanager
def left() -> Iterator[None]:
    """Moto as it is, to compare with, where the shortcuts are taken."""
    for each in _SHORTCUTS:
        each.stop()
    try:
        yield
    finally:
        for each in _SHORTCUTS:
            each.start()


def answer(backend: models.DynamoDBBackend, operation: str, body: bytes) -> tuple[int, bytes]:
    """Status and body for a call about items."""
    params = json.loads(body)
    handler = _Handler(backend, operation, _with_bytes(params) if b'"B":' in body else params)
    try:
        result = getattr(handler, _method_of(operation))()
    except ServiceException as refused:
        status, _, said = handler.serialized(ActionResult(refused))
        return status, said.encode() if isinstance(said, str) else said
    except HTTPException as refused:
        return int(refused.code or 500), str(refused.description).encode()
    told = result.raw if isinstance(result, values.Result) else result.result
    return 200, values.as_json({name: each for name, each in told.items() if each is not None})


def _with_bytes(value: Any) -> Any:
    """Parameters with bytes where JSON has base64."""
    match value:
        case {"B": str(text), **others} if not others:
            return {"B": base64.b64decode(text)}
        case dict():
            return {name: _with_bytes(each) for name, each in value.items()}
        case list():
            return [_with_bytes(each) for each in value]
        case _:
            return value


class _Handler(DynamoHandler):
    """Has the parameters of a call from elsewhere than a request."""

    def __init__(
        self, backend: models.DynamoDBBackend, operation: str, params: dict[str, Any]
    ) -> None:
        super().__init__()
        self._backend = backend
        self.params = self.body = params
        self.querystring: dict[str, Any] = {}
        self.uri_match: dict[str, Any] = {}
        self.response_headers: dict[str, str] = {}
        self.headers = {
            "x-amz-target": f"DynamoDB_20120810.{operation}",
            "Content-Type": "application/x-amz-json-1.0",
        }

    @property
    def dynamodb_backend(self) -> models.DynamoDBBackend:
        return self._backend


class _Validator(UpdateExpressionValidator):
    """Looks once at what is the same each time an expression is carried out."""

    def __init__(self, expression: Any, *given: Any, **named: Any) -> None:
        super().__init__(expression, *given, **named)
        self._passed = expression.__dict__.setdefault("passed", set())

    def validate(self) -> Any:
        names = frozenset((self.expression_attribute_names or {}).items())
        case = (names, tuple(self.table.table_key_attrs))
        node = self.node_to_validate
        for processor in self.processors:
            if case not in self._passed or not isinstance(processor, _OF_THE_TEXT):
                node = processor.traverse(node)
        self._passed.add(case)
        return node


def _traverse(traverser: Any, root: Any) -> Any:
    """Visits the nodes as moto does; what is to be done to a kind of node is looked up once."""
    processing = traverser._processing_map()
    kinds = _KINDS.setdefault(type(traverser), {})
    told = type(traverser).pre_processing_of_child is not (
        DepthFirstTraverser.pre_processing_of_child
    )

    def visit(node: Any, child_id: int) -> Any:
        kind = type(node)
        if kind not in kinds:
            wanted = [each for each in processing if issubclass(kind, each)]
            kinds[kind] = next(iter(wanted), None) if issubclass(kind, Node) else _NO_NODE
        wanted_as = kinds[kind]
        if wanted_as is _NO_NODE:
            return node
        parent = node.parent
        for place, child in enumerate(node.children or ()):
            if told:
                traverser.pre_processing_of_child(node, place)
            visit(child, place)
        if wanted_as is not None:
            node = processing[wanted_as](node)
            node.parent = parent
            if parent:
                parent.children[child_id] = node
        return node

    return visit(root, -1)


def _copied_node(node: Any, parent: Any) -> Any:
    made = object.__new__(type(node))
    made.__dict__.update(node.__dict__)
    made.parent = parent
    if node.children is not None:
        made.children = [
            _copied_node(child, made) if isinstance(child, Node) else child
            for child in node.children
        ]
    return made


_conditions: dict[tuple[str, str, str], tuple[Any, list[str], list[str]]] = {}


def _parsed(parser: ConditionExpressionParser) -> Any:
    """The tree of a condition: moto asks for it up to four times for each that it carries out."""
    if not parser.condition_expression:
        return _parse(parser)
    names, values = parser.expression_attribute_names, parser.expression_attribute_values
    case = (parser.condition_expression, repr(names), repr(values))
    if case not in _conditions:
        if len(_conditions) > _ENOUGH:
            _conditions.clear()
        tree = _parse(parser)
        _conditions[case] = (
            tree,
            [*parser.expr_attr_names_found],
            [*parser.expr_attr_values_found],
        )
        return tree
    tree, names_found, values_found = _conditions[case]
    parser.expr_attr_names_found += names_found
    parser.expr_attr_values_found += values_found
    return tree


def _lexed(parser: ConditionExpressionParser) -> Any:
    return deque(_words(parser.condition_expression or ""))


@lru_cache(maxsize=_ENOUGH)
def _words(condition: str) -> tuple[Any, ...]:
    return tuple(_lex(ConditionExpressionParser(condition, None, None)))


_SHORTCUTS: list[Any] = [
    patch.object(models, "UpdateExpressionValidator", _Validator),
    patch.object(DepthFirstTraverser, "traverse", _traverse),
    patch.object(Node, "__deepcopy__", lambda node, _: _copied_node(node, None), create=True),
    patch.object(ConditionExpressionParser, "parse", _parsed),
    patch.object(ConditionExpressionParser, "_lex_condition_expression", _lexed),
    *values.SHORTCUTS,
]
