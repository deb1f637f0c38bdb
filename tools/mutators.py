"""Small changes that `tools.mutants` makes to a module, one at a time."""

import ast
import copy
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
_NOT_MUTATED = {"annotation", "returns", "decorator_list", "type_params", "defaults", "kw_defaults"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change: `was` at `line` became `is_now`."""

    module: str
    line: int
    was: str
    is_now: str
    code: CodeType
    constant: str
    """The changed module constant; empty if a function was changed."""

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.was} -> {self.is_now}"


def mutants_of(module: str) -> list[Mutant]:
    """Return every mutant of an importable module."""
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(module)
    tree = ast.parse(Path(found.origin).read_text(encoding="utf-8"))
    mutants = []
    for top in tree.body:
        constant = ""
        if isinstance(top, ast.Assign) and isinstance(top.targets[0], ast.Name):
            constant = top.targets[0].id
        elif not isinstance(top, ast.FunctionDef | ast.ClassDef):
            continue
        for set_place, old in list(_places(top)):
            for new in _changes(old):
                set_place(new)
                ast.fix_missing_locations(tree)
                code = compile(tree, found.origin, "exec")
                set_place(old)
                words = (_shown(old), _shown(new))
                mutants.append(Mutant(module, old.lineno, *words, code, constant))
    return mutants


def _shown(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0]


def _places(top: ast.stmt) -> Iterator[tuple[Callable[[ast.AST], None], "ast.expr | ast.stmt"]]:
    """Yield each statement and expression that may be mutated, with a function that replaces it.

    Docstrings, annotations, decorators, log lines and error messages are not mutated; neither are
    class fields and argument defaults, which were evaluated when the class or function was created.
    """
    waiting: list[ast.AST] = [top]
    while waiting:
        node = waiting.pop()
        for name, value in ast.iter_fields(node):
            if name in _NOT_MUTATED or (isinstance(node, ast.Raise) and name == "exc"):
                continue
            for number, child in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(child, ast.AST) or _is_left_alone(node, child):
                    continue
                waiting.append(child)
                if isinstance(child, ast.expr | ast.stmt) and not isinstance(node, ast.ClassDef):
                    yield _setter(node, name, number if isinstance(value, list) else None), child


def _is_left_alone(parent: ast.AST, child: ast.AST) -> bool:
    if isinstance(parent, ast.ClassDef):
        return not isinstance(child, ast.FunctionDef)
    if isinstance(parent, ast.Subscript) and ast.unparse(parent.value) == "Literal":
        return True
    if isinstance(child, ast.Expr):
        text = ast.unparse(child)
        return isinstance(child.value, ast.Constant) or text.startswith("logger()")
    return isinstance(parent, ast.FormattedValue) and child is parent.format_spec


def _setter(parent: ast.AST, name: str, number: int | None) -> Callable[[ast.AST], None]:
    def put(node: ast.AST) -> None:
        if number is None:
            setattr(parent, name, node)
        else:
            getattr(parent, name)[number] = node

    return put


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the mutations of a node."""
    new = copy.deepcopy(node)
    match new:
        case ast.Compare(ops=[op, *_]) if type(op) in _COMPARISONS:
            new.ops[0] = _COMPARISONS[type(op)]()
            yield new
        case ast.BoolOp(op=op):
            new.op = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield new
        case ast.UnaryOp(op=ast.Not()):
            yield new.operand
        case ast.UnaryOp(op=ast.USub()):
            yield new.operand
        case ast.BinOp(op=op) if type(op) in _OPERATORS and not _joins_texts(new):
            new.op = _OPERATORS[type(op)]()
            yield new
        case ast.Constant(value=bool(value)):
            yield ast.copy_location(ast.Constant(not value), node)
        case ast.Constant(value=int(value)):
            yield ast.copy_location(ast.Constant(value + 1), node)
        case ast.Constant(value=str(value)) if value and not _is_sentence(value):
            yield ast.copy_location(ast.Constant(f"{value}X"), node)
        case ast.If() | ast.IfExp() | ast.While():
            new.test = ast.copy_location(ast.UnaryOp(ast.Not(), new.test), new.test)
            yield new
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            new.value = ast.copy_location(ast.Constant(None), node)
            yield new
        case ast.Expr() | ast.AugAssign():
            yield ast.copy_location(ast.Pass(), node)
        case ast.Break() | ast.Continue():
            other = ast.Continue() if isinstance(new, ast.Break) else ast.Break()
            yield ast.copy_location(other, node)


def _joins_texts(node: ast.BinOp) -> bool:
    """Return whether the operation concatenates strings, which no other operator can."""
    return any(
        isinstance(each, ast.JoinedStr)
        or (isinstance(each, ast.Constant) and isinstance(each.value, str | bytes))
        for each in (node.left, node.right)
    )


def _is_sentence(text: str) -> bool:
    """Return whether a string is text for people and no DynamoDB expression, whose names have
    `#`."""
    return " " in text and "#" not in text
