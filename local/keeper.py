"""MiniStack, the AWS emulator, with a state that survives: run by MiniStack's own Python.

MiniStack 1.5.33 keeps all data in memory and writes it service by service at a clean stop, without
the records of streams that nobody has read. Here instead

- a whole state of one moment is saved every few minutes, on SIGUSR1 and at the stop: a fork of the
  process writes its frozen copy of everything while the emulator goes on,
- queues are fair, as on AWS,
- a stop (SIGTERM) first lets no queue, stream or schedule start anything more, waits for the
  functions that run, and ends only when the state is saved. What waits in queues and streams is
  part of it. If it cannot be saved, nothing ends: the emulator goes on with all its data.

Run as `python -m local.keeper <folder of saved states> <status file>`.
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
from ministack.services import dynamodb, eventbridge, lambda_svc, s3, scheduler, sqs

from local import generations, workers
from local.fairness import group_of, next_messages
from local.status import Status

_SAVE_SECONDS = 300.0
_SAVE_SHARE = 20.0
"""A save that took a second is followed by at least so many without one."""
_STALL_SECONDS = 120.0
_DRAIN_SECONDS = 60.0
_TICK_SECONDS = 0.1
_GARBAGE_SECONDS = 5.0
_READERS = 32
"""More than there are functions on streams: on AWS none waits for another."""
_STREAMS = "outrider_streams"
_DEPTH = 6
"""How deep dictionaries are written entry by entry: to the items of tables."""


class SaveFailed(Exception):
    """The state could not be saved; the one before is still there."""


class Keeper:
    """The emulator's process: what it may start, when it saves, and when it ends."""

    def __init__(self, state: Path, status: Path) -> None:
        self._state = state
        self._status = Status(status)
        self._paused = True
        self._closed = False

    def install(self) -> None:
        """Put the keeper between MiniStack and its pollers, its files and its server."""
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
        workers.install()

    def _read_streams_side_by_side(self) -> None:
        """Read for several functions on streams at the same time, and for none while paused.

        MiniStack's one thread lets all of them wait for the slowest, where on AWS none waits for
        another.
        """
        mappings, poll = lambda_svc._iter_all_esms, lambda_svc._poll_dynamodb_streams
        readers = ThreadPoolExecutor(_READERS)
        reading = set[str]()
        own = threading.local()

        def open_mappings() -> Iterator[Any]:
            """All of them, or the one that this thread reads for."""
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
        _look_for_new_garbage(loop)
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
                    os._exit(0)  # no connection or thread has anything to say any more
            pause = max(_SAVE_SECONDS, _SAVE_SHARE * (time.monotonic() - started))

    async def _stop(self) -> None:
        """Start nothing more, wait for what runs, and save.

        Whatever still runs after a minute is killed: its message or record is in the saved state
        and comes again, as after the loss of a machine.
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
        """Write a state of this moment in a process of its own, and wait for it.

        Raises:
            SaveFailed: it could not be written, or nothing was written for two minutes.
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
        """Wait for the end of the writing process; it is killed when it makes no progress."""
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
    """Let groups take turns in standard queues, and keep the groups that rules give messages."""
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


def _look_for_new_garbage(loop: asyncio.AbstractEventLoop) -> None:
    """Let the collector see nothing twice: all stand still while it looks through everything, a
    fifth of a second with 10,000 contacts."""
    gc.collect()
    gc.freeze()
    loop.call_later(_GARBAGE_SECONDS, _look_for_new_garbage, loop)


async def _first(*events: asyncio.Event, seconds: float) -> None:
    """Wait until one of the events is set, at most so many seconds."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()


def _running() -> int:
    """Functions that run, with batches of queues whose messages are still to be deleted."""
    functions, _ = lambda_svc.executions_in_flight()
    return int(max(functions, sum(lambda_svc._esm_inflight.values())))


def _kill_functions() -> None:
    """End the processes of functions, busy or not."""
    for pool in list(lambda_runtime._workers.values()):
        for process in [worker._proc for worker in pool]:
            if process is not None:
                process.kill()


def _forget_what_was_read() -> None:
    """In the fork: drop the records of streams that every function on the stream has read.

    MiniStack keeps them for 24 hours for readers that may come; here only functions read.
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
    """In the fork: write everything, name what went wrong in the pipe, and end.

    Descriptors are closed, so that neither the port nor the lock outlives the emulator. The copy
    is this process's own, so nothing has to be copied once more.
    """
    parent = os.getppid()
    try:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.closerange(3, complaint)
        os.closerange(complaint + 1, 65536)
        gc.disable()
        copy.deepcopy = _itself  # type: ignore[assignment]
        _forget_what_was_read()
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
        if os.getppid() == parent:  # or the emulator has ended meanwhile, and another may run
            generations.commit(partial)
    except BaseException as error:
        os.write(complaint, f"{type(error).__name__}: {error}".encode()[:4000])
    finally:
        os._exit(0)


def _itself(value: Any, *_: Any) -> Any:
    return value


def _streams() -> dict[str, Any]:
    return {
        "records": dynamodb._stream_records,
        "trimmed": dynamodb._stream_trimmed,
        "sequence": dynamodb._stream_seq_counter,
    }


def _write(path: Path, service: str, payload: Any) -> None:
    """A file that `ministack.core.persistence.load_state` reads."""
    version = persistence._state_format_version(service)
    with path.open("w") as file:
        file.write(f'{{"__ministack_format__": {version}, "payload": ')
        _entries(file, payload, _DEPTH)
        file.write("}")


def _entries(file: TextIO, value: Any, depth: int) -> None:
    """Write JSON piece by piece: each by the fast encoder, which needs a piece whole in memory."""
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
    """Load the saved state, or end: a state of which a part is missing must not be saved later."""
    try:
        streams = _saved(_STREAMS) or {}
        dynamodb._stream_records.update(streams.get("records", {}))
        dynamodb._stream_trimmed.update(streams.get("trimmed", {}))
        dynamodb._stream_seq_counter = streams.get("sequence", 0)
        for name, module in emulator._state_map.items():
            if data := _saved(name):
                emulator._get_module(module).load_persisted_state(data)
    except BaseException:  # the server would log it and go on
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
