"""Web sites on loopback: what stands at each path, and what was asked for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.receivers import Peer, Receiver, Script, answering, receiver

HTML = "Content-Type: text/html; charset=utf-8\r\n"


@dataclass(frozen=True, slots=True)
class Website:
    receiver: Receiver

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.receiver.port}/"

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [_path(request) for request in self.receiver.requests]


def page(html: str, headers: str = HTML) -> Script:
    return answering(body=html.encode(), headers=headers)


def redirect(to: str, status: str = "302 Found") -> Script:
    return answering(status, b"", f"Location: {to}\r\n")


@contextmanager
def website(paths: Mapping[str, Script]) -> Iterator[Website]:
    """What it has not is answered with 404."""
    sites: list[Website] = []

    def answer(peer: Peer) -> None:
        path = sites[0].asked[-1]
        paths.get(path, answering("404 Not Found", b""))(peer)

    with receiver(answer) as opened:
        sites.append(Website(opened))
        yield sites[0]


def _path(request: bytes) -> str:
    return request.split(b" ", 2)[1].decode()
