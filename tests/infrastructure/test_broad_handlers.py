"""Where any exception is caught and the work goes on: elsewhere handlers name errors, or raise what
they caught in other words."""

import ast
from pathlib import Path

from tools.templates import REPOSITORY

PRODUCT = REPOSITORY / "layers" / "outrider" / "outrider"
GO_ON = {
    "kit/http/edge.py": 1,
    "kit/sweeps/independent.py": 1,
    "language_models/adapters/provider_model.py": 1,
    "workflows/stages/worker.py": 1,
}
"""Each says why where it is. The sweep raises what it caught at its end, as a group."""


def test_work_goes_on_after_any_exception_in_few_places() -> None:
    paths = [*PRODUCT.rglob("*.py"), *(REPOSITORY / "functions").rglob("*.py")]

    assert {_name(path): count for path in paths if (count := _broad(path))} == GO_ON


def _name(path: Path) -> str:
    return str(path.relative_to(PRODUCT if path.is_relative_to(PRODUCT) else REPOSITORY))


def _broad(path: Path) -> int:
    """The handlers of any exception that do not end by raising one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return sum(
        isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and not isinstance(node.body[-1], ast.Raise)
        for node in ast.walk(tree)
    )
