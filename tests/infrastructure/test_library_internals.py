"""What the product changes in libraries that it did not write."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.templates import REPOSITORY

PRODUCT = REPOSITORY / "layers" / "outrider" / "outrider"
CHANGED = {
    # Metering has no other way to see every node; the name is public.
    "kit/text/template_work.py": {"Node.render"},
}


class TestProduct:
    def test_replaces_nothing_of_a_library_but_what_is_listed(self) -> None:
        found = {
            str(path.relative_to(PRODUCT)): names
            for path in sorted(PRODUCT.rglob("*.py"))
            if (names := set(_replaced(path)))
        }

        assert found == CHANGED

    def test_replaces_nothing_private(self) -> None:
        names = {name for changed in CHANGED.values() for name in changed}

        assert [name for name in names if "._" in name] == []


def _replaced(path: Path) -> Iterator[str]:
    """Attributes of imported names that the file assigns, by statement or by `setattr`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            assigned = node.targets if isinstance(node, ast.Assign) else [node.target]
            for each in (part for target in assigned for part in ast.walk(target)):
                if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
                    owner = ast.unparse(each.value)
                    if owner.partition(".")[0] in imported:
                        yield f"{owner}.{each.attr}"
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) == "setattr"
            and ast.unparse(node.args[0]).partition(".")[0] in imported
        ):
            yield ast.unparse(node)
