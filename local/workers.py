"""The processes that carry out functions: what they share, and who goes first on a busy machine.

MiniStack 1.5.33 unpacks a function's layers for each process, in its own one: 3,600 files, 50 MB
and half a second of everybody's time for each. Here all have one copy, as on AWS, where nobody
can write to /opt either. Runs in the emulator's process.
"""

import os
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_BACKGROUND = "OUTRIDER_LOCAL_BACKGROUND"
_NICE = 10
"""How much less than callers get those get that nobody waits for: a tenth, while both want it."""
_GIVES_WAY = f"import os\nif os.environ.get({_BACKGROUND!r}):\n    os.nice({_NICE})\n"


def install() -> None:
    """Put this between MiniStack and the start of its processes."""
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
    """What a process is started with: its layers are unpacked already."""
    variables = dict(config.get("Environment", {}).get("Variables", {}))
    layers = [lambda_svc._resolve_layer_zip(each) for each in config.get("Layers", [])]
    folders = [lambda_svc._docker_extracted_dir(each, "layer") for each in layers if each]
    if folders:
        variables["_LAMBDA_LAYERS_DIRS"] = os.pathsep.join(folders)
    if _is_in_the_background(config["FunctionArn"]):
        variables[_BACKGROUND] = "1"
    return config | {"Layers": [], "Environment": {"Variables": variables}}


def _is_in_the_background(function: str) -> bool:
    """Does it read a queue? Those on streams do not give way: an import's rows would come faster
    than the relay records them, and everybody's events wait behind."""
    return any(
        mapping.get("FunctionArn", "").startswith(function)
        and ":sqs:" in mapping.get("EventSourceArn", "")
        for _, _, mapping in lambda_svc._iter_all_esms()
    )
