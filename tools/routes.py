"""Check that template.yaml and the functions declare the same routes: `python -m tools.routes`."""

import importlib
import sys
from functools import cache
from typing import Any

from outrider.kit.http.edge import Api
from tools import templates
from tools.templates import DEFAULT_ROUTE, REPOSITORY


def names() -> list[str]:
    """Return the names of all functions."""
    return sorted(path.parent.name for path in (REPOSITORY / "functions").glob("*/app.py"))


@cache
def apis() -> dict[str, Api]:
    """Return the native API of each function that has one, by the function's name."""
    return _called("api")


@cache
def surfaces() -> dict[str, Api]:
    """Return the APIs in the forms of other products, by the function's name."""
    return _called("surface")


def _called(variable: str) -> dict[str, Api]:
    """Return the API that a function's module has under this name, by the function's name."""
    modules: dict[str, Any] = {
        name: importlib.import_module(f"functions.{name}.app") for name in names()
    }
    return {
        name: found
        for name, module in modules.items()
        if isinstance(found := getattr(module, variable, None), Api)
    }


def serving() -> dict[str, str]:
    """Return the name of the function that serves each operation."""
    return {route.handler.__name__: name for name, api in apis().items() for route in api.routes}


def drift() -> list[str]:
    """Return a message for each route that only the template or only the code declares."""
    in_template = {
        (endpoint.key, endpoint.function)
        for endpoint in templates.endpoints()
        if endpoint.path != DEFAULT_ROUTE and not endpoint.is_greedy
    }
    every = apis() | surfaces() | {"mcp": importlib.import_module("functions.mcp.app").mcp}
    in_code = {
        (key, name) for name, api in every.items() for route in api.routes for key in route.keys
    }
    return [
        *(
            f"template.yaml routes {key} to {name}, which has no such route"
            for key, name in sorted(in_template - in_code)
        ),
        *(
            f"functions/{name}/app.py has {key}, which template.yaml does not route to it"
            for key, name in sorted(in_code - in_template)
        ),
    ]


def main() -> int:
    for name, api in (apis() | surfaces()).items():
        for route in api.routes:
            print(f"{route.method:7}{route.path:52}{name:20}{' '.join(route.scopes) or 'public'}")
    differences = drift()
    for difference in differences:
        print(difference, file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
