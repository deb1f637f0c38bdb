"""Benchmark of cold imports: `python -m bench.cold [rounds]`.

Each function's module is imported in a process of its own, as Lambda does at a cold start. The
rounds go over all functions in turn, so that other load on the machine affects all alike. The
result is the least processor time. What a function imports with its first call comes on top: the
library of the provider that is asked, for functions that speak with language models.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench import results
from tools import templates

ROUNDS = 5
API = ("account", "contacts", "companies", "leads", "sequences", "campaigns", "messages")
"""Functions of the API, from the lightest to those that render templates."""

_ADAPTERS = "outrider.language_models.adapters"
_PROVIDERS = ("openai", "anthropic", "gemini", "bedrock")
_MEASURE = """
import json, resource, sys, time
began = time.process_time()
import {module}
took = (time.process_time() - began) * 1_000
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
print(json.dumps([took, len(sys.modules), most]))
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """Milliseconds of processor time, loaded modules, and MB of memory."""

    milliseconds: float
    modules: int
    megabytes: float


def main(arguments: Sequence[str]) -> int:
    rounds = int(arguments[0]) if arguments else ROUNDS
    layers = {each.name: _layers(each) for each in templates.functions()}
    functions = [*API, *sorted(name for name, own in layers.items() if own)]
    modules = {name: f"functions.{name}.app" for name in functions}
    modules |= {_adapter(name): f"{_ADAPTERS}.{name}" for name in _PROVIDERS}
    measured: dict[str, list[Imported]] = {name: [] for name in modules}
    for _ in range(rounds):
        for name, module in modules.items():
            measured[name].append(_imported(module))
    best = {name: min(runs, key=lambda run: run.milliseconds) for name, runs in measured.items()}
    results.keep("Cold imports", "python -m bench.cold", _text(best, layers))
    return 0


def _imported(module: str) -> Imported:
    command = [sys.executable, "-c", _MEASURE.format(module=module)]
    ran = subprocess.run(command, capture_output=True, check=True, text=True)
    return Imported(*json.loads(ran.stdout))


def _layers(function: templates.Function) -> str:
    """Return the layers that a function has beside those that all have."""
    return ", ".join(each["Ref"] for each in function.properties.get("Layers", []))


def _adapter(provider: str) -> str:
    return f"{provider}, once asked"


def _text(best: Mapping[str, Imported], layers: Mapping[str, str]) -> str:
    usual = statistics.median(best[name].milliseconds for name in API)
    rows = [
        [
            name,
            layers.get(name, ""),
            f"{imported.milliseconds:.0f}",
            f"{imported.milliseconds / usual:.1f}",
            f"{imported.modules:,}",
            f"{imported.megabytes:.0f}",
        ]
        for name, imported in best.items()
    ]
    header = ["function", "layer of its own", "ms of CPU", "x median of the API", "modules", "MB"]
    return (
        "A function with a layer of its own beside those of the API, and the adapter of a provider"
        f" with pydantic-ai and the provider's library.\n\n{results.table(header, rows)}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
