"""A web server on loopback that does whatever a hostile one might: a raw socket, a thread per connection, a rule each.

    with webserver.running({"/feed": webserver.page(body)}) as server:
        server.url("/feed")

A rule is a function that is given the connection and the request and writes bytes as it pleases.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """What came in."""

    path: str
    headers: dict[str, str]
    raw: bytes


Rule = Callable[[socket.socket, Request], None]


@dataclass
class Server:
    """A running server: where it listens, what it was asked."""

    port: int
    rules: dict[str, Rule]
    requests: list[Request] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/") -> str:
        """The address of a path on this server."""
        return f"http://127.0.0.1:{self.port}{path}"

    def asked(self, path: str) -> list[Request]:
        """The requests for a path so far."""
        return [request for request in self.requests if request.path == path]


@contextmanager
def running(rules: Mapping[str, Rule] | None = None, *, port: int = 0) -> Iterator[Server]:
    """A server with these rules by path (without the query); what has no rule is 404."""
    listening = socket.create_server(("127.0.0.1", port), backlog=512)
    server = Server(port=listening.getsockname()[1], rules=dict(rules or {}))
    thread = threading.Thread(target=_accept, args=(listening, server), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(timeout=5)


def _accept(listening: socket.socket, server: Server) -> None:
    while not server.stopping.is_set():
        try:
            connection, _address = listening.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, server), daemon=True).start()


def _serve(connection: socket.socket, server: Server) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(60)
        raw = b""
        while b"\r\n\r\n" not in raw:
            chunk = connection.recv(65536)
            if not chunk:
                return
            raw += chunk
            if raw.startswith(b"\x16"):  # somebody speaks TLS
                connection.sendall(answer(b"", code=400))
                return
        request = _request(raw)
        server.requests.append(request)
        rule = server.rules.get(request.path.split("?")[0], status(404))
        rule(connection, request)


def _request(raw: bytes) -> Request:
    lines = raw.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    return Request(
        path=lines[0].split(" ")[1], headers={name.lower(): value for name, value in headers.items()}, raw=raw
    )


# --- rules ---


def answer(body: bytes, *, code: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    """A whole answer, as bytes."""
    lines = [f"HTTP/1.1 {code} Status", "Connection: close"]
    given = {"Content-Type": "application/rss+xml", "Content-Length": str(len(body)), **(headers or {})}
    lines += [f"{name}: {value}" for name, value in given.items() if value]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def page(body: bytes, *, code: int = 200, **headers: str) -> Rule:
    """A body with headers; underscores in their names become hyphens."""
    return raw(answer(body, code=code, headers={name.replace("_", "-"): value for name, value in headers.items()}))


def raw(data: bytes) -> Rule:
    """These bytes, whatever they are."""

    def rule(connection: socket.socket, request: Request) -> None:
        connection.sendall(data)

    return rule


def status(code: int, **headers: str) -> Rule:
    """An empty answer with a status."""
    return page(b"", code=code, **headers)


def redirect(target: str, *, code: int = 302) -> Rule:
    """Leads on."""
    return status(code, Location=target)


def conditional(body: bytes, *, etag: str, last_modified: str = "") -> Rule:
    """Answers 304 to whoever knows the ETag."""

    def rule(connection: socket.socket, request: Request) -> None:
        known = request.headers.get("if-none-match") == etag
        connection.sendall(
            answer(
                b"" if known else body,
                code=304 if known else 200,
                headers={"ETag": etag, "Last-Modified": last_modified},
            )
        )

    return rule


def dripping(*, seconds: float, head: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss>") -> Rule:
    """A slow loris: a byte every so often, for ever."""

    def rule(connection: socket.socket, request: Request) -> None:
        connection.sendall(head)
        while True:
            time.sleep(seconds)
            connection.sendall(b" ")

    return rule


def silent(connection: socket.socket, request: Request) -> None:
    """Takes the request and never says a word."""
    with contextlib.suppress(OSError):
        while connection.recv(1024):
            pass


def endless(piece: bytes, *, head: bytes) -> Rule:
    """The same piece again and again, as long as anybody listens."""

    def rule(connection: socket.socket, request: Request) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return rule


def chunk(piece: bytes) -> bytes:
    """A piece as a chunk of a chunked answer."""
    return f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
