"""A name server on loopback that answers as a test says: UDP, one thread."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread

from dns import flags, message, rcode, rdatatype, rrset

Zone = Mapping[tuple[str, str], list[str] | str]
"""Answers by name and type: records, or `NXDOMAIN`, `SERVFAIL`, `GARBAGE`, `SILENCE`. A name that
has other types answers without records, any other name NXDOMAIN."""


@contextmanager
def nameserver(zone: Zone) -> Iterator[str]:
    """Its address, `<ip>:<port>`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        thread = Thread(target=_serve, args=(opened, zone), daemon=True)
        thread.start()
        host, port = opened.getsockname()
        try:
            yield f"{host}:{port}"
        finally:
            opened.sendto(b"", (host, port))
            thread.join()


def _serve(opened: socket.socket, zone: Zone) -> None:
    while True:
        query, asker = opened.recvfrom(4096)
        if not query:
            return
        if (answer := _answer(query, zone)) is not None:
            opened.sendto(answer, asker)


def _answer(query: bytes, zone: Zone) -> bytes | None:
    asked = message.from_wire(query)
    (question,) = asked.question
    name = question.name.to_text(omit_final_dot=True)
    known: list[str] | str = [] if any(name == each for each, _ in zone) else "NXDOMAIN"
    found = zone.get((name, rdatatype.to_text(question.rdtype)), known)
    answer = message.make_response(asked)
    answer.flags |= flags.RA
    match found:
        case "SILENCE":
            return None
        case "GARBAGE":
            return query[:2] + b"\xff" * 30
        case str():
            answer.set_rcode(rcode.from_text(found))
        case [*records] if records:
            answer.answer.append(
                rrset.from_text(question.name, 60, "IN", question.rdtype, *records)
            )
    return answer.to_wire()
