"""Fake DynamoDB with fixed responses and no delay, so that only the client's work is measured.

It runs as a process of its own, so that its CPU time is not counted.
"""

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from typing import Any

_LENGTH = re.compile(rb"(?im)^content-length: *(\d+)")
_TARGET = re.compile(rb"(?im)^x-amz-target: *DynamoDB_20120810\.(\w+)")
_HEAD_END = b"\r\n\r\n"


@contextmanager
def running(answers: dict[str, Any]) -> Iterator[str]:
    """Run it within the block, and yield its URL. `answers` are responses by operation: `Query`, or
    `Query #tok#` for requests that contain this text."""
    ours, theirs = Pipe()
    process = Process(target=_run, args=(answers, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def _run(answers: dict[str, Any], parent: Connection) -> None:
    texts = sorted(answers, key=len, reverse=True)  # those that ask for a text come first
    responses = [(*text.encode().split(b" "), _response(answers[text])) for text in texts]
    asyncio.run(_serve([(each[0], each[1:-1], each[-1]) for each in responses], parent))


async def _serve(
    responses: list[tuple[bytes, tuple[bytes, ...], bytes]], parent: Connection
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(_HEAD_END)
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                target = _TARGET.search(head)
                assert target, head
                writer.write(
                    next(
                        response
                        for operation, texts, response in responses
                        if operation == target[1] and all(text in body for text in texts)
                    )
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    parent.send(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


def _response(answer: Any) -> bytes:
    body = json.dumps(answer).encode()
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"x-amzn-RequestId: 1\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    sys.exit("a part of the benchmarks: run python -m bench.cpu")
