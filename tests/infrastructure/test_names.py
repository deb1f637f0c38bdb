"""Names of the library's classes and folders."""

import ast
from collections import defaultdict

from tools.templates import REPOSITORY

LIBRARY = REPOSITORY / "layers" / "outrider" / "outrider"
MOST_MODULES = 14


def test_a_public_class_name_means_one_class() -> None:
    modules = defaultdict(list)
    for path in LIBRARY.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                modules[node.name].append(str(path.relative_to(LIBRARY)))

    shared = {name: sorted(where) for name, where in modules.items() if len(where) > 1}
    assert shared == {}


def test_a_folder_has_few_modules() -> None:
    folders = [path for path in (LIBRARY, *LIBRARY.rglob("*")) if path.is_dir()]
    modules = {
        str(folder.relative_to(LIBRARY)): len(list(folder.glob("[!_]*.py"))) for folder in folders
    }

    assert {name: count for name, count in modules.items() if count > MOST_MODULES} == {}
