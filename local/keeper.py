"""MiniStack, the AWS emulator, with durable state; run by MiniStack's own Python.

MiniStack 1.5.33 keeps all data in memory and saves it service by service at a clean stop, without
unread stream records. Instead

- a snapshot of all services is saved every few minutes, on SIGUSR1 and at the stop: a fork of the
  process writes its frozen copy while the emulator keeps running,
- standard queues are fair, as on AWS,
- an update of a nested stack keeps the attributes of what did not change,
- a stop (SIGTERM) first pauses queues, streams and schedules, waits for running functions, and ends
  only when the snapshot is saved, which includes the messages and records that still wait. If it
  cannot be saved, the emulator keeps running with all its data.

Run as `python -m local.keeper <folder of snapshots> <status file>`.
"""

import asyncio
import copy
import gc
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TextIO

import hypercorn.asyncio
from ministack import app as emulator
from ministack.core import lambda_runtime, persistence
from ministack.services import cloudformation, dynamodb, eventbridge, lambda_svc, s3, scheduler, sqs
from ministack.services.cloudformation import provisioners

from local import generations, workers
from local.fairness import group_of, next_messages
from local.nested import keeping_attributes
from local.status import Status

_SAVE_SECONDS = 300.0
_SAVE_SHARE = 20.0
"""Minimum pause after a save, as a multiple of the time that the save took."""
_STALL_SECONDS = 120.0
_DRAIN_SECONDS = 60.0
_TICK_SECONDS = 0.1
_GARBAGE_SECONDS = 5.0
_READERS = 32
"""More than the number of functions on streams, so that none waits for another, as on AWS."""
_STREAMS = "outrider_streams"
_DEPTH = 6
"""Nesting depth to which dictionaries are written entry by entry: down to the items of tables."""


class SaveFailed(Exception):
    """Failure to save a snapshot; the previous one is kept."""


class Keeper:
    """Lifecycle of the emulator's process: what it may start, when it saves, and when it ends."""

    def __init__(self, state: Path, status: Path) -> None:
        self._state = state
        self._status = Status(status)
        self._paused = True
        self._closed = False

    def install(self) -> None:
        """Replace MiniStack's pollers, persistence and shutdown by those of the keeper."""
        serve = hypercorn.asyncio.serve
        acquire = lambda_svc._acquire_execution_slot

        async def kept(app: Any, config: Any) -> None:
            await serve(app, config, shutdown_trigger=self._until_the_end)

        def slot(function: Any, config: Any) -> Any:
            return (None, "account") if self._closed else acquire(function, config)

        hypercorn.asyncio.serve = kept
        self._read_streams_side_by_side()
        lambda_svc._acquire_execution_slot = slot
        for module, tick in (
            (eventbridge, "_tick_scheduled_rules"),
            (scheduler, "_tick_schedules"),
        ):
            setattr(module, tick, self._unless_paused(getattr(module, tick)))
        emulator._load_persisted_state = _load
        emulator.save_all = lambda _: None
        _make_queues_fair()
        provisioners._update_resource = keeping_attributes(
            provisioners._update_resource, cloudformation._stacks
        )
        workers.install()

    def _read_streams_side_by_side(self) -> None:
        """Poll the streams of several functions in parallel, and none while paused.

        MiniStack polls them in one thread, so that all functions wait for the slowest; on AWS they
        are independent.
        """
        mappings, poll = lambda_svc._iter_all_esms, lambda_svc._poll_dynamodb_streams
        readers = ThreadPoolExecutor(_READERS)
        reading = set[str]()
        own = threading.local()

        def open_mappings() -> Iterator[Any]:
            """Yield all event source mappings, or only the one that this thread polls."""
            for mapping in getattr(own, "mappings", None) or mappings():
                if self._paused:
                    return
                yield mapping

        def read(mapping: tuple[str, str, dict[str, Any]]) -> None:
            own.mappings = [mapping]
            found = False
            try:
                found = poll()
            except Exception:
                traceback.print_exc()
            finally:
                reading.discard(mapping[2]["UUID"])
                if found:
                    lambda_svc._esm_wake.set()

        def poll_each() -> bool:
            for mapping in open_mappings():
                name = mapping[2]["UUID"]
                if ":dynamodb:" in mapping[2].get("EventSourceArn", "") and name not in reading:
                    reading.add(name)
                    readers.submit(read, mapping)
            return False

        lambda_svc._iter_all_esms = open_mappings
        lambda_svc._poll_dynamodb_streams = poll_each

    def _unless_paused(self, tick: Callable[[], None]) -> Callable[[], None]:
        return lambda: None if self._paused else tick()

    async def _until_the_end(self) -> None:
        """Serve until a stop has saved the state."""
        loop = asyncio.get_running_loop()
        stop, save = asyncio.Event(), asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        loop.add_signal_handler(signal.SIGUSR1, save.set)
        await emulator._wait_for_port(int(emulator._resolve_port()))
        self._paused = False
        self._status.write("running")
        _freeze_objects(loop)
        pause = _SAVE_SECONDS
        while True:
            await _first(stop, save, seconds=pause)
            started = time.monotonic()
            ending = stop.is_set()
            asked = ending or save.is_set()
            stop.clear()
            save.clear()
            try:
                await (self._stop() if ending else self._save())
            except SaveFailed as error:
                self._paused = self._closed = False
                self._status.write("failed" if asked else "running", f"not saved: {error}")
            else:
                self._status.write("stopped" if ending else "saved" if asked else "running")
                if ending:
                    _kill_functions()
                    os._exit(0)  # connections and threads need no clean end
            pause = max(_SAVE_SECONDS, _SAVE_SHARE * (time.monotonic() - started))

    async def _stop(self) -> None:
        """Pause all triggers, wait for running functions, and save.

        A function that still runs after a minute is killed: its message or record is in the
        snapshot and is delivered again, as after the loss of a machine.
        """
        self._paused = True
        deadline = time.monotonic() + _DRAIN_SECONDS
        while (busy := _running()) and time.monotonic() < deadline:
            self._status.write("stopping", f"waiting for {busy} running function(s)")
            await asyncio.sleep(_TICK_SECONDS)
        self._closed = True
        if busy:
            _kill_functions()
        await self._save()

    async def _save(self) -> None:
        """Write a snapshot in a forked process, and wait for it.

        Raises:
            SaveFailed: it could not be written, or made no progress for two minutes.
        """
        try:
            partial = generations.begin(self._state)
            generations.link(Path(s3.DATA_DIR), partial / "s3")
            reading, writing = os.pipe()
            child = os.fork()
        except OSError as error:
            raise SaveFailed(str(error)) from error
        if child == 0:
            _write_and_exit(partial, writing)
        os.close(writing)
        with os.fdopen(reading) as complaint:
            await self._collect(child, partial)
            if failure := complaint.read():
                raise SaveFailed(failure)
        if partial.exists():
            raise SaveFailed("the process that writes the state was killed")

    async def _collect(self, child: int, partial: Path) -> None:
        """Wait until the writing process ends; kill it if it makes no progress."""
        written, changed = -1, time.monotonic()
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            size = generations.size(partial)
            if size != written:
                written, changed = size, time.monotonic()
                self._status.write("saving", f"{size / 1e6:.0f} MB written")
            elif time.monotonic() - changed > _STALL_SECONDS:
                os.kill(child, signal.SIGKILL)
            await asyncio.sleep(_TICK_SECONDS)


def _make_queues_fair() -> None:
    """Make standard queues fair, and store the message groups that EventBridge rules set."""
    collect, dispatch = sqs._collect_msgs, eventbridge._dispatch_to_sqs

    def fair(queue: dict[str, Any], most: int, timeout: int) -> Any:
        if not queue["is_fifo"]:
            queue = queue | {"messages": next_messages(queue["messages"], most, time.time())}
        return collect(queue, most, timeout)

    def grouped(target: Any, event: str, parameters: Any = None) -> None:
        dispatch(target, event, parameters)
        group = group_of(event, (parameters or {}).get("MessageGroupId", ""))
        queue = sqs._queue_by_arn(str(target)) or {"messages": []}
        for message in reversed(queue["messages"] if group else []):
            if message["body"] == event:
                message["group_id"] = group
                return

    sqs._collect_msgs, eventbridge._dispatch_to_sqs = fair, grouped


def _freeze_objects(loop: asyncio.AbstractEventLoop) -> None:
    """Exclude existing objects from garbage collection, every few seconds: a full collection pauses
    the emulator for a fifth of a second with 10,000 contacts."""
    gc.collect()
    gc.freeze()
    loop.call_later(_GARBAGE_SECONDS, _freeze_objects, loop)


async def _first(*events: asyncio.Event, seconds: float) -> None:
    """Wait until one of the events is set, at most `seconds`."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()


def _running() -> int:
    """Return the number of running functions, including queue batches whose messages are not
    deleted yet."""
    functions, _ = lambda_svc.executions_in_flight()
    return int(max(functions, sum(lambda_svc._esm_inflight.values())))


def _kill_functions() -> None:
    """Kill the processes of all functions."""
    for pool in list(lambda_runtime._workers.values()):
        for process in [worker._proc for worker in pool]:
            if process is not None:
                process.kill()


def _drop_read_records() -> None:
    """Delete stream records that every function on the stream has read; called in the fork.

    MiniStack keeps them for 24 hours for other readers, of which there are none here.
    """
    readers: dict[tuple[str, str, str], list[int]] = {}
    for account, region, mapping in list(lambda_svc._esms._data):
        source = lambda_svc._esms._data[account, region, mapping].get("EventSourceArn", "")
        if ":dynamodb:" in source and "/stream/" in source:
            table = source.split("/")[1]
            position = lambda_svc._dynamodb_stream_positions.get_scoped(account, region, mapping, 0)
            readers.setdefault((account, region, table), []).append(position)
    for stream, positions in readers.items():
        records = dynamodb._stream_records._data.get(stream, [])
        before = dynamodb._stream_trimmed._data.get(stream, 0)
        read = min(min(positions) - before, len(records))
        if read > 0:
            del records[:read]
            dynamodb._stream_trimmed._data[stream] = before + read


def _write_and_exit(partial: Path, complaint: int) -> None:
    """Write the snapshot, report a failure through the pipe, and exit; called in the fork.

    Other descriptors are closed, so that neither the port nor the lock outlives the emulator. Deep
    copies are skipped, because the fork's memory is already a copy.
    """
    parent = os.getppid()
    try:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.closerange(3, complaint)
        os.closerange(complaint + 1, 65536)
        gc.disable()
        copy.deepcopy = _uncopied  # type: ignore[assignment]
        _drop_read_records()
        last = generations.newest(partial.parent)
        if last is not None:
            generations.link(last / "lambda-blobs", partial / "lambda-blobs")
        lambda_svc.CODE_BLOB_DIR = str(partial / "lambda-blobs")
        for name, get_state in emulator._build_persistence_save_dict().items():
            found = get_state()
            if found is not None:
                _write(partial / f"{name}.json", name, found)
            elif last is not None and (last / f"{name}.json").exists():
                os.link(last / f"{name}.json", partial / f"{name}.json")
        _write(partial / f"{_STREAMS}.json", _STREAMS, _streams())
        if os.getppid() == parent:  # else the emulator has ended, and another may be running
            generations.commit(partial)
    except BaseException as error:
        os.write(complaint, f"{type(error).__name__}: {error}".encode()[:4000])
    finally:
        os._exit(0)


def _uncopied(value: Any, *_: Any) -> Any:
    return value


def _streams() -> dict[str, Any]:
    return {
        "records": dynamodb._stream_records,
        "trimmed": dynamodb._stream_trimmed,
        "sequence": dynamodb._stream_seq_counter,
    }


def _write(path: Path, service: str, payload: Any) -> None:
    """Write a file that `ministack.core.persistence.load_state` can read."""
    version = persistence._state_format_version(service)
    with path.open("w") as file:
        file.write(f'{{"__ministack_format__": {version}, "payload": ')
        _entries(file, payload, _DEPTH)
        file.write("}")


def _entries(file: TextIO, value: Any, depth: int) -> None:
    """Write JSON in pieces, because the fast encoder needs each piece completely in memory."""
    if isinstance(value, persistence.AccountRegionScopedDict | persistence.AccountScopedDict):
        value = persistence._json_default(value)
    if depth and isinstance(value, dict) and all(isinstance(key, str) for key in value):
        opening = "{"
        for key, entry in value.items():
            file.write(f"{opening}{json.dumps(key)}:")
            _entries(file, entry, depth - 1)
            opening = ","
        file.write("}" if value else "{}")
    elif depth and isinstance(value, list):
        opening = "["
        for entry in value:
            file.write(opening)
            _entries(file, entry, depth - 1)
            opening = ","
        file.write("]" if value else "[]")
    else:
        file.write(json.dumps(value, default=persistence._json_default))


def _load() -> None:
    """Load the snapshot, or exit: an incompletely loaded state must not be saved later."""
    try:
        streams = _saved(_STREAMS) or {}
        dynamodb._stream_records.update(streams.get("records", {}))
        dynamodb._stream_trimmed.update(streams.get("trimmed", {}))
        dynamodb._stream_seq_counter = streams.get("sequence", 0)
        for name, module in emulator._state_map.items():
            if data := _saved(name):
                emulator._get_module(module).load_persisted_state(data)
    except BaseException:  # the server would log it and continue
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def _saved(service: str) -> Any:
    found = persistence.load_state(service)
    if found is None and (Path(persistence.STATE_DIR) / f"{service}.json").exists():
        raise RuntimeError(f"the saved state of {service} in {persistence.STATE_DIR} is not whole")
    return found


if __name__ == "__main__":
    Keeper(Path(sys.argv.pop(1)), Path(sys.argv.pop(1))).install()
    emulator.main()
