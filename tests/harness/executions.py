"""Step Functions: what is running, and statemachines/*.asl.yaml carried out state by state.

Knows the states and the few JSONata forms our machines use; anything else is an error, so a machine
cannot change without the tests noticing.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from outrider.kit import clock
from tests.harness.failures import Refusal

_EXPRESSION = re.compile(r"\{%\s*\$states\.([\w.]+)(?:\s*([=+])\s*(.+?))?\s*%\}")
Invoke = Callable[[str, dict[str, Any]], Any]


@dataclass(slots=True)
class Execution:
    name: str
    machine: str
    input: dict[str, Any]
    state: str
    data: Any
    status: Literal["RUNNING", "SUCCEEDED"] = "RUNNING"
    wake_ms: int = 0
    rounds: int = 0
    transitions: int = 0
    """States entered: what Step Functions bills."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine, and the function that its tasks call."""

    definition: dict[str, Any]
    task_function: str


class Executions:
    """Executions of all state machines, which are given by ARN."""

    def __init__(self, machines: dict[str, Machine]) -> None:
        self.all: dict[str, Execution] = {}
        self._machines = machines

    def clear(self) -> None:
        self.all.clear()

    def running(self) -> list[Execution]:
        return [execution for execution in self.all.values() if execution.status == "RUNNING"]

    def answer(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        assert operation == "StartExecution", f"the harness does not know states {operation}"
        return self._start(params["stateMachineArn"], params["name"], json.loads(params["input"]))

    def step(self, execution: Execution, invoke: Invoke) -> None:
        """Carry `execution` on until it waits or ends."""
        while execution.status == "RUNNING" and execution.wake_ms <= clock.epoch_ms():
            state = self._machines[execution.machine].definition["States"][execution.state]
            execution.transitions += 1
            match state["Type"]:
                case "Task":
                    self._task(execution, state, invoke)
                case "Choice":
                    execution.state = next(
                        (
                            choice["Next"]
                            for choice in state["Choices"]
                            if _evaluate(choice["Condition"], execution, {})
                        ),
                        state["Default"],
                    )
                case "Wait":
                    until = _evaluate(state["Timestamp"], execution, {})
                    execution.wake_ms = clock.to_epoch_ms(clock.from_text(until))
                    execution.state = state["Next"]
                case "Succeed":
                    execution.status = "SUCCEEDED"
                case other:
                    raise NotImplementedError(f"the harness does not know {other} states")

    def _task(self, execution: Execution, state: dict[str, Any], invoke: Invoke) -> None:
        arguments = _evaluate(state["Arguments"], execution, {})
        if state["Resource"].endswith(":lambda:invoke"):
            execution.rounds += 1
            function = self._machines[execution.machine].task_function
            result = {"Payload": invoke(function, arguments["Payload"])}
            execution.data = _evaluate(state["Output"], execution, result)
        elif state["Resource"].endswith(":states:startExecution"):
            try:
                self._start(arguments["StateMachineArn"], arguments["Name"], arguments["Input"])
            except Refusal:
                execution.state = state["Catch"][0]["Next"]
                return
        else:
            raise NotImplementedError(f"the harness does not know {state['Resource']}")
        execution.state = state["Next"]

    def _start(self, machine: str, name: str, input_: dict[str, Any]) -> dict[str, Any]:
        assert machine in self._machines, f"no state machine {machine}"
        assert re.fullmatch(r"[\w.+!@()=,'-]{1,80}", name), f"{name} is no name for an execution"
        known = self.all.get(name)
        if known and (known.status != "RUNNING" or known.input != input_):
            raise Refusal("ExecutionAlreadyExists")
        if not known:
            start = self._machines[machine].definition["StartAt"]
            self.all[name] = Execution(name, machine, input_, start, input_)
        arn = machine.replace(":stateMachine:", ":execution:") + f":{name}"
        return {"executionArn": arn, "startDate": clock.now().timestamp()}


def _evaluate(value: Any, execution: Execution, result: Any) -> Any:
    match value:
        case str() if value.startswith("{%"):
            return _expression(value, execution, result)
        case dict():
            return {name: _evaluate(each, execution, result) for name, each in value.items()}
        case _:
            return value


def _expression(text: str, execution: Execution, result: Any) -> Any:
    found = _EXPRESSION.fullmatch(text)
    if not found:
        raise NotImplementedError(f"the harness does not know the expression {text}")
    context = {"StateMachine": {"Id": execution.machine}, "Execution": {"Name": execution.name}}
    value: Any = {"input": execution.data, "result": result, "context": context}
    for name in found[1].split("."):
        value = value[name]
    match found[2]:
        case "=":
            return value == json.loads(found[3])
        case "+":
            return value + json.loads(found[3])
        case _:
            return value
