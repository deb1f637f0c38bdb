"""Processes that run functions: shared layers, and low priority for background work.

MiniStack 1.5.33 unpacks a function's layers for each process: 3,600 files, 50 MB and half a second
of blocking. Here all processes share one read-only copy, as with /opt on AWS. Runs in the
emulator's process.
"""

import os
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_BACKGROUND = "OUTRIDER_LOCAL_BACKGROUND"
_NICE = 10
"""Nice value of background functions: about a tenth of the CPU share of API functions under
load."""
_GIVES_WAY = f"import os\nif os.environ.get({_BACKGROUND!r}):\n    os.nice({_NICE})\n"


def install() -> None:
    """Wrap the function with which MiniStack starts processes."""
    spawn, detect = lambda_runtime.Worker._spawn, lambda_runtime._detect_runtime_binary

    def prepared(worker: Any) -> None:
        own = worker.config
        worker.config = _prepared(own)
        try:
            spawn(worker)
        finally:
            worker.config = own

    def detected(runtime: str) -> tuple[str, str]:
        program, script = detect(runtime)
        return program, _GIVES_WAY + script if runtime.startswith("python") else script

    lambda_runtime.Worker._spawn = prepared
    lambda_runtime._detect_runtime_binary = detected


def _prepared(config: dict[str, Any]) -> dict[str, Any]:
    """Return the function configuration with layers unpacked beforehand into the shared folder, and
    the marker of background functions."""
    variables = dict(config.get("Environment", {}).get("Variables", {}))
    layers = [lambda_svc._resolve_layer_zip(each) for each in config.get("Layers", [])]
    folders = [lambda_svc._docker_extracted_dir(each, "layer") for each in layers if each]
    if folders:
        variables["_LAMBDA_LAYERS_DIRS"] = os.pathsep.join(folders)
    if _is_in_the_background(config["FunctionArn"]):
        variables[_BACKGROUND] = "1"
    return config | {"Layers": [], "Environment": {"Variables": variables}}


def _is_in_the_background(function: str) -> bool:
    """Return whether the function reads a queue. Stream readers keep normal priority: an import
    would write rows faster than the relay records them, and delay the events of all workspaces."""
    return any(
        mapping.get("FunctionArn", "").startswith(function)
        and ":sqs:" in mapping.get("EventSourceArn", "")
        for _, _, mapping in lambda_svc._iter_all_esms()
    )
