"""Receivers on loopback that behave as a test says: one thread, a script for each connection."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

Script = Callable[["Peer"], None]


@dataclass(slots=True)
class Peer:
    """The receiver's end of one connection."""

    socket: socket.socket
    ended: Event

    def read_request(self) -> bytes:
        """Head and body of one request."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive()
        head, _, body = received.partition(b"\r\n\r\n")
        lengths = [
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ]
        length = lengths[0] if lengths else 0
        while len(body) < length:
            body += self._receive()
        return head + b"\r\n\r\n" + body

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def trickle(self, data: bytes, every: float) -> None:
        """One byte at a time, until the other side goes."""
        for byte in data:
            self.send(bytes([byte]))
            if self.ended.wait(every):
                return

    def _receive(self) -> bytes:
        received = self.socket.recv(65_536)
        if not received:
            raise ConnectionError("the other side went away")
        return received


@dataclass(slots=True)
class Receiver:
    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


def answering(status: str = "200 OK", body: bytes = b"ok", headers: str = "") -> Script:
    """A well-behaved receiver."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return lambda peer: peer.send(head.encode() + body)


@contextmanager
def receiver(
    script: Script, tls: ssl.SSLContext | None = None, *, reads: bool = True
) -> Iterator[Receiver]:
    """Reads each request, if it `reads` at all, then runs `script`."""
    ended = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        state = Receiver(listener.getsockname()[1])

        def talk(connection: socket.socket) -> None:
            peer = Peer(connection, ended)
            if reads:
                state.requests.append(peer.read_request())
            script(peer)

        thread = Thread(target=_serve, args=(listener, state, talk, tls, ended))
        thread.start()
        try:
            yield state
        finally:
            ended.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(
    listener: socket.socket,
    state: Receiver,
    talk: Callable[[socket.socket], None],
    tls: ssl.SSLContext | None,
    ended: Event,
) -> None:
    while not ended.is_set():
        try:
            accepted, _ = listener.accept()
        except OSError:
            return
        state.connections += 1
        accepted.settimeout(5)
        with suppress(OSError), accepted:
            if tls is None:
                talk(accepted)
            else:
                with tls.wrap_socket(accepted, server_side=True) as secured:
                    talk(secured)
