"""A name server on loopback with the records a test gives it.

with nameserver.running({("sommer.example", "MX"): ["10 mx00.kundenserver.de."]}) as resolver: …
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset


@contextmanager
def running(records: Mapping[tuple[str, str], Sequence[str]] | None) -> Iterator[dns.resolver.Resolver]:
    """A resolver that asks this server; with None for the records it never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.1)
        ended = threading.Event()
        thread = threading.Thread(target=_serve, args=(sock, records, ended), daemon=True)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = sock.getsockname()[1]
        try:
            yield resolver
        finally:
            ended.set()
            thread.join(timeout=5)


def _serve(
    sock: socket.socket, records: Mapping[tuple[str, str], Sequence[str]] | None, ended: threading.Event
) -> None:
    while not ended.is_set():
        try:
            question, peer = sock.recvfrom(4096)
        except TimeoutError:
            continue
        if records is not None:
            sock.sendto(_answer(question, records), peer)


def _answer(question: bytes, records: Mapping[tuple[str, str], Sequence[str]]) -> bytes:
    message = dns.message.from_wire(question)
    answer = dns.message.make_response(message)
    answer.flags |= dns.flags.RA
    asked = message.question[0]
    name = asked.name.to_text(omit_final_dot=True)
    texts = records.get((name, dns.rdatatype.to_text(asked.rdtype)))
    if texts:
        answer.answer.append(
            dns.rrset.from_text_list(asked.name, 60, "IN", dns.rdatatype.to_text(asked.rdtype), list(texts))
        )
    elif not any(known == name for known, _ in records):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer.to_wire()
